"""What is installed is locked by hashes, licensed by a list, and looked through for secrets."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import supply_chain
from deploy.supply_chain import BASELINE, CLONE, LICENCES, NOT_OURS, locked, plain, unfit

LOCKS = [CLONE / "requirements.txt", CLONE / "dev.txt"]
RULES: dict[str, Any] = {"allowed": ["MIT", "Apache-2.0", "BSD-3-Clause"], "exceptions": {"odd": "a reason"}}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_is_pinned_with_its_hashes(lock: Path) -> None:
    """Name, version, at least one sha256; no address that a package or an index would come from."""
    text = lock.read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"(?m)^\s*#.*\n?", "", text).strip())

    assert [entry for entry in entries if not re.match(r"[A-Za-z0-9._-]+==[^\s;]+", entry)] == []
    assert [entry for entry in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}", entry)] == []
    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host| @ ", text)
    assert len(entries) > 20


@pytest.mark.parametrize(("wanted", "lock"), [("requirements.in", LOCKS[0]), ("dev.in", LOCKS[1])])
def test_what_is_asked_for_is_locked(wanted: str, lock: Path) -> None:
    """A name that was added and not locked would be installed by nobody."""
    text = (CLONE / wanted).read_text(encoding="utf-8")
    names = {plain(name) for name in re.findall(r"(?m)^([A-Za-z0-9][A-Za-z0-9._-]*)", text)}

    assert names - locked(lock.read_text(encoding="utf-8")) - locked(LOCKS[0].read_text(encoding="utf-8")) == set()


def test_installations_ask_for_the_hashes() -> None:
    """Every place that installs from a lock: the Makefile, the image, the bundle."""
    places = [path for path in (CLONE / "Makefile", *(CLONE / "deploy").rglob("*")) if path.is_file()]
    lines = [
        (path.name, line.strip())
        for path in places
        if path.suffix in ("", ".py", ".sh") and "__pycache__" not in path.parts
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
        if re.search(r"install\b.*-r (requirements|dev)\.txt", line)
    ]

    assert [line for line in lines if "--require-hashes" not in line[1]] == []
    assert {"Makefile", "Dockerfile"} <= {name for name, _ in lines}


@pytest.mark.parametrize(
    ("licence", "fits"),
    [
        pytest.param("MIT", True, id="on the list"),
        pytest.param("MIT OR Apache-2.0", True, id="both of a choice"),
        pytest.param("Apache-2.0 AND BSD-3-Clause", True, id="both of a sum"),
        pytest.param("Apache-2.0 AND GPL-3.0", False, id="one of a sum is not"),
        pytest.param("UNKNOWN", False, id="nobody knows"),
        pytest.param("", False, id="nothing said"),
    ],
)
def test_a_licence_is_on_the_list_or_named(licence: str, fits: bool) -> None:
    """By package, with what to do about it."""
    wrong = list(unfit({"some": licence, "odd": "GPL-3.0"}, {"some", "odd"}, RULES))

    assert fits == (wrong == [])
    assert all("some" in sentence for sentence in wrong)


def test_an_exception_that_nobody_needs_is_wrong() -> None:
    """It would let the package in again, unseen."""
    assert ["odd"] == [sentence.partition(":")[0] for sentence in unfit({}, set(), RULES)]


def test_every_exception_has_its_reason() -> None:
    """In the file that ships."""
    rules = yaml.safe_load(LICENCES.read_text(encoding="utf-8"))

    assert all(len(reason) > 20 for reason in rules["exceptions"].values())
    assert sorted(rules["allowed"], key=str.lower) == rules["allowed"]


def test_what_looks_like_a_secret_and_is_none_is_listed_by_hash() -> None:
    """The baseline names files that are there and holds no word of them; what others made is not looked at."""
    told = json.loads(BASELINE.read_text(encoding="utf-8"))

    assert [name for name in told["results"] if not (CLONE / name).exists() or NOT_OURS.search(name)] == []
    assert all(
        re.fullmatch("[0-9a-f]{40}", each["hashed_secret"]) for found in told["results"].values() for each in found
    )
    assert not [name for name in told["results"] if name.startswith("tests/")]


def test_a_word_that_is_no_look_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    """And ends as wrong usage."""
    assert 2 == supply_chain.main(["nothing"])
    assert "sbom|licences|scan" in capsys.readouterr().out
