"""Texts of packs under another version: whatever version they ship with, a test that needs two makes them here."""

import re

from policies import files

_VERSION = re.compile(r'^version: "(.*)"$', re.MULTILINE)


def shipped(name: str) -> str:
    """The text of a pack as it ships."""
    return (files.folder() / f"{name}.yaml").read_text(encoding="utf-8")


def version_of(text: str) -> str:
    """The version that a text bears."""
    (found,) = _VERSION.findall(text)
    return str(found)


def shipping(name: str) -> str:
    """The version under which a pack ships."""
    return version_of(shipped(name))


def at_version(text: str, version: str) -> str:
    """The same text under another version."""
    changed, count = _VERSION.subn(f'version: "{version}"', text)
    assert count == 1, f"{count} versions in the text"
    return changed


def following(version: str) -> str:
    """The version after this one."""
    return str(int(version) + 1)
