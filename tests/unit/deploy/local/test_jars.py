"""The list of jars says exactly what is fetched, and nothing else is accepted."""

import hashlib
from pathlib import Path

import pytest

from deploy.local import jars
from deploy.local.jars import Jar

LINE = "org.apache.kafka:kafka-clients:4.1.1 00247122a572c3d3"


def test_a_line_names_one_file() -> None:
    """Group, artifact and version give the place in a Maven cache."""
    (jar,) = jars.read_list(f"# a remark\n\n{LINE}\n")

    assert jar == Jar(group="org.apache.kafka", artifact="kafka-clients", version="4.1.1", sha256="00247122a572c3d3")
    assert jar.path == Path("org/apache/kafka/kafka-clients/4.1.1/kafka-clients-4.1.1.jar")


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("org.apache.kafka:kafka-clients:4.1.1", id="no hash"),
        pytest.param("kafka-clients:4.1.1 00247122", id="no group"),
        pytest.param("a:b:c 00 11", id="two hashes"),
    ],
)
def test_another_line_is_refused(line: str) -> None:
    """A line of another form names itself in the error."""
    with pytest.raises(ValueError, match="group:artifact:version sha256"):
        jars.read_list(line)


def test_the_class_path_is_relative() -> None:
    """A colon in the clone's path would split an absolute one."""
    pinned = jars.read_list(f"{LINE}\norg.lz4:lz4-java:1.8.0 d74a33\n")

    assert jars.class_path(pinned, "jars") == (
        "jars/org/apache/kafka/kafka-clients/4.1.1/kafka-clients-4.1.1.jar:jars/org/lz4/lz4-java/1.8.0/lz4-java-1.8.0.jar"
    )


def test_the_committed_list_is_whole() -> None:
    """46 files with full hashes, one version of each, and the broker and its clients of the same version."""
    pinned = jars.read_list(jars.LIST.read_text(encoding="utf-8"))

    assert len(pinned) == 46
    assert {len(jar.sha256) for jar in pinned} == {64}
    assert len({(jar.group, jar.artifact) for jar in pinned}) == 46
    assert {jar.version for jar in pinned if jar.group == "org.apache.kafka"} == {"4.1.1"}


def test_sound_jars_are_not_fetched_again(tmp_path: Path) -> None:
    """With every file there and right, nothing is fetched and nothing said."""
    jar = Jar(group="a", artifact="b", version="1", sha256=hashlib.sha256(b"bytes").hexdigest())
    (tmp_path / jar.path).parent.mkdir(parents=True)
    (tmp_path / jar.path).write_bytes(b"bytes")
    said: list[str] = []

    assert jars.fetch((jar,), tmp_path, say=said.append) == 0
    assert said == []
