"""Find and read the policy files: those that ship, or those of the folder that an installation names."""

from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


BESIDE_PACKS = frozenset({"routes", "letters", "tip-offs"})
"""Files of the folder that are no packs."""

MOST_DEEP = 50
"""Levels of a text; the loader's own recursion ends the process somewhere above ten thousand."""

MOST_PLACES = 100_000
"""Places of a text with every alias written out; ten lines of aliases of aliases can stand for billions."""

Place = tuple[str | int, ...]
"""A place within a file: keys and positions in lists, from the top."""


class Marked(NamedTuple):
    """A YAML mapping with the line (from 1) of each of its places, and the keys that stand twice, with their lines."""

    raw: dict[str, Any]
    lines: Mapping[Place, int]
    repeated: tuple[tuple[Place, int], ...]


class Unreadable(ValueError):
    """The file is no YAML mapping; `line` is where reading ended."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def folder(named: str | Path | None = None) -> Path:
    """Return the folder of the packs: `named` (a setting), else the one that ships with the product."""
    return Path(named) if named else Path(str(resources.files("policies")))


def beside(name: str, named: str | Path | None = None) -> Path:
    """Return what lies beside the packs under this name: the folder's own file, else the one that ships."""
    own = folder(named) / name
    return own if own.is_file() else folder() / name


def pack_files(named: str | Path | None = None) -> list[Path]:
    """Return every pack file of the folder, by name; subfolders hold mappings and other data."""
    return sorted(path for path in folder(named).glob("*.yaml") if path.stem not in BESIDE_PACKS)


def read(path: Path) -> dict[str, Any]:
    """Read one YAML mapping; a ValueError says with line and column what is no YAML, or that it is no mapping."""
    return parse(path.read_bytes(), str(path))


def parse(text: bytes, name: str) -> dict[str, Any]:
    """The same of a text in UTF-8; `name` stands in what a ValueError says."""
    try:
        _refuse_bombs(text.decode())
        raw = yaml.load(text.decode(), Loader=_Loader)  # noqa: S506  # it is the safe loader
    except Unreadable as error:
        raise ValueError(f"{name}: {error}, line {error.line}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{name}: not readable as YAML in UTF-8: {error}") from error
    if not isinstance(raw, dict):
        raise ValueError(f"{name}: a pack is a mapping of keys, this holds a {type(raw).__name__}")  # noqa: TRY004  # it is the text that is wrong
    return raw


def _refuse_bombs(text: str) -> None:
    """Unreadable for a text that reading would not survive: it is counted before anything is built of it."""
    anchored: dict[str, int] = {}
    opened: list[tuple[str | None, int]] = [(None, 0)]
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        match event:
            case yaml.CollectionStartEvent():
                opened.append((event.anchor, 0))
                if len(opened) > MOST_DEEP:
                    raise Unreadable(f"more than {MOST_DEEP} levels deep", line)
                continue
            case yaml.CollectionEndEvent():
                anchor, size = opened.pop()
            case yaml.ScalarEvent():
                anchor, size = event.anchor, 0
            case yaml.AliasEvent():
                if any(event.anchor == anchor for anchor, _ in opened):
                    raise Unreadable(f"*{event.anchor} holds itself", line)
                anchor, size = None, anchored.get(str(event.anchor), 0)  # of none that is there: the loader says so
            case _:
                continue
        size += 1
        if anchor is not None:
            anchored[anchor] = size
        above, before = opened.pop()
        opened.append((above, before + size))
        if before + size > MOST_PLACES:
            raise Unreadable(f"its aliases stand for more than {MOST_PLACES:,} places", line)


def marked(path: Path) -> Marked:
    """Read one YAML mapping with the line of each of its places; Unreadable says where it is no such thing."""
    try:
        text = path.read_text(encoding="utf-8")
        _refuse_bombs(text)
        top = yaml.compose(text, Loader=_Loader)
        raw = yaml.load(text, Loader=_Loader)  # noqa: S506  # it is the safe loader
    except UnicodeDecodeError as error:
        raise Unreadable(f"not in UTF-8: {error.reason} at byte {error.start}", 1) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise Unreadable(f"not readable as YAML: {_problem(error)}", mark.line + 1 if mark else 1) from error
    if not isinstance(raw, dict) or top is None:
        raise Unreadable(f"a pack is a mapping of keys, this file holds a {type(raw).__name__}", 1)
    lines: dict[Place, int] = {(): 1}
    repeated: list[tuple[Place, int]] = []
    _mark(top, (), lines, repeated)
    return Marked(raw, lines, tuple(repeated))


def _problem(error: yaml.YAMLError) -> str:
    words = (getattr(error, "context", None), getattr(error, "problem", None))
    return ", ".join(str(word) for word in words if word) or str(error)


def _mark(node: yaml.Node, place: Place, lines: dict[Place, int], repeated: list[tuple[Place, int]]) -> None:
    if isinstance(node, yaml.SequenceNode):
        for number, part in enumerate(node.value):
            lines[*place, number] = part.start_mark.line + 1
            _mark(part, (*place, number), lines, repeated)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                repeated.append(((*place, name), key.start_mark.line + 1))
            seen.add(name)
            lines[*place, name] = key.start_mark.line + 1
            _mark(value, (*place, name), lines, repeated)


def packs(named: str | Path | None = None) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield every pack of the folder as it stands in its file."""
    for path in pack_files(named):
        yield path, read(path)


def roots(named: str | Path | None = None) -> tuple[str, ...]:
    """Return the root tenants that have a pack, in order of their codes."""
    return tuple(sorted({str(raw["root"]) for _, raw in packs(named) if "root" in raw}))
