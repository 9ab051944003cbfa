"""Find and read the policy files: those that ship, or those of the folder that an installation names."""

from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def folder(named: str | Path | None = None) -> Path:
    """Return the folder of the packs: `named` (a setting), else the one that ships with the product."""
    return Path(named) if named else Path(str(resources.files("policies")))


def pack_files(named: str | Path | None = None) -> list[Path]:
    """Return every pack file of the folder, by name; subfolders hold mappings and other data."""
    return sorted(path for path in folder(named).glob("*.yaml") if path.stem != "routes")


def read(path: Path) -> dict[str, Any]:
    """Read one YAML mapping; a ValueError says with line and column what is no YAML, or that it is no mapping."""
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  # it is the safe loader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: not readable as YAML in UTF-8: {error}") from error
    if not isinstance(raw, dict):
        raise ValueError(f"{path}: a pack is a mapping of keys, this file holds a {type(raw).__name__}")  # noqa: TRY004  # it is the file that is wrong
    return raw


def packs(named: str | Path | None = None) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield every pack of the folder as it stands in its file."""
    for path in pack_files(named):
        yield path, read(path)


def roots(named: str | Path | None = None) -> tuple[str, ...]:
    """Return the root tenants that have a pack, in order of their codes."""
    return tuple(sorted({str(raw["root"]) for _, raw in packs(named) if "root" in raw}))
