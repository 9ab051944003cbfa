"""A pack that was published keeps its text: installations keep packs by version, and would never see what changed."""

import csv
import hashlib
from collections import defaultdict

import pytest

from policies import files
from tests.packs import following, shipped, version_of

LIST = files.folder() / "published.csv"
PACKS = [path.stem for path in files.pack_files()]


def published() -> dict[str, dict[str, str]]:
    """The hash of each version of each pack, in the order of the list."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    with LIST.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            assert row["version"] not in found[row["pack"]], f"{row['pack']} {row['version']} is listed twice"
            found[row["pack"]][row["version"]] = row["sha256"]
    return found


def wrong(name: str, text: str, known: dict[str, str]) -> str:
    """What is wrong with the text of a pack, and what to do; empty where nothing is."""
    version, digest = version_of(text), hashlib.sha256(text.encode()).hexdigest()
    if known.get(version) == digest:
        return ""
    if version in known:
        return (
            f"policies/{name}.yaml changed, and its version {version} is published: an installation that has {version} keeps "
            f"the old text. Give it the version {following(version)}, say in docs/releases.md what changes for whom, and "
            f"add the line of the new text to policies/published.csv; never change a line that stands there"
        )
    return f"version {version} of {name} is new: add this line to policies/published.csv: {name},{version},{digest}"


@pytest.mark.parametrize("name", PACKS)
def test_a_published_version_keeps_its_text(name: str) -> None:
    """No generator writes the list: a person raises the version, and adds the line that this test tells."""
    assert wrong(name, shipped(name), published()[name]) == ""


@pytest.mark.parametrize("name", PACKS)
def test_versions_follow_one_another(name: str) -> None:
    """The newest line is the version that ships, and none was left out."""
    versions = list(published()[name])

    assert versions == [str(number + 1) for number in range(len(versions))]
    assert versions[-1] == version_of(shipped(name))


def test_a_text_that_changed_and_a_new_version_are_told_apart() -> None:
    """The one needs a version, the other a line."""
    text = shipped("wenling-2023")
    known = published()["wenling-2023"]
    version = version_of(text)

    assert f"Give it the version {following(version)}" in wrong("wenling-2023", f"{text}# 改\n", known)
    assert wrong("wenling-2023", text, {}).startswith(f"version {version} of wenling-2023 is new: add this line")
