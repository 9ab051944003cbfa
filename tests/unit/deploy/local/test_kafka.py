"""The broker's settings hold in any folder on one machine."""

from pathlib import Path

import pytest

from deploy.local import kafka
from deploy.local.kafka import Kafka


@pytest.fixture
def prepared(tmp_path: Path) -> Kafka:
    """A broker whose folder was formatted before, in a path that breaks absolute settings."""
    broker = Kafka(folder=tmp_path / "目 录,a:b", port=39092, controller_port=39093, jar_cache=tmp_path / "jars")
    broker.folder.mkdir()
    (broker.folder / "formatted").touch()
    broker.prepare()
    return broker


def test_no_setting_holds_the_folders_path(prepared: Kafka) -> None:
    """Java reads settings as Latin-1: all of it is ASCII, and data lie relative to the broker's folder."""
    for name in ("server.properties", "log4j2.properties"):
        text = (prepared.folder / name).read_bytes().decode("ascii")
        assert str(prepared.folder) not in text
    assert "log.dirs=data\n" in (prepared.folder / "server.properties").read_text(encoding="ascii")


def test_only_the_loopback_interface_is_used(prepared: Kafka) -> None:
    """Every listener is bound to and advertised at 127.0.0.1."""
    lines = (prepared.folder / "server.properties").read_text(encoding="ascii").splitlines()
    listeners = [line for line in lines if "listeners=" in line]

    assert listeners == [
        "listeners=PLAINTEXT://127.0.0.1:39092,CONTROLLER://127.0.0.1:39093",
        "advertised.listeners=PLAINTEXT://127.0.0.1:39092",
    ]


def test_a_broker_that_was_killed_comes_back_soon(prepared: Kafka) -> None:
    """Its old session expires after three seconds instead of nine."""
    text = (prepared.folder / "server.properties").read_text(encoding="ascii")

    assert "broker.session.timeout.ms=3000\n" in text


def test_jars_kept_elsewhere_are_linked(prepared: Kafka, tmp_path: Path) -> None:
    """The class path stays relative although tests share the jars of the clone."""
    assert (prepared.folder / "jars").resolve() == tmp_path / "jars"
    assert all(part.startswith("jars/") for part in prepared.command()[prepared.command().index("-cp") + 1].split(":"))


def test_a_cluster_id_never_reads_as_an_option() -> None:
    """It is 22 letters of URL-safe base64 and does not begin with a hyphen."""
    names = [kafka._new_cluster_id() for _ in range(500)]

    assert {len(name) for name in names} == {22}
    assert not [name for name in names if name.startswith("-")]
