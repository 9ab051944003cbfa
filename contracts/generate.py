"""Write the published schemas, the AsyncAPI document, the reference of events and the glossary: `python -m contracts.generate`.

A schema that would break those who know the frozen one is not written: it needs a new version of its type.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from contracts.asyncapi import document
from contracts.events.table import EVENT_TYPES
from contracts.evolution import breaks
from contracts.reference import events_page, glossary_page
from contracts.schema import schema_of


def published(root: Path) -> dict[Path, str]:
    """Return every generated file below the repository's root, with the text it should hold."""
    examples = examples_in(root)
    return {
        **{schema_path(root, name): _json(schema_of(name)) for name in EVENT_TYPES},
        root / "contracts" / "asyncapi.yaml": _yaml(document(examples)),
        root / "docs" / "events.md": events_page(examples),
        root / "docs" / "glossary.md": glossary_page(),
    }


def examples_in(root: Path) -> dict[str, dict[str, Any]]:
    """Return the example of each type."""
    folder = root / "contracts" / "examples"
    return {name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in EVENT_TYPES}


def schema_path(root: Path, name: str) -> Path:
    """Return where the schema of a type is kept."""
    return root / "contracts" / "schemas" / f"{name}.json"


def broken(root: Path) -> dict[str, tuple[str, ...]]:
    """Return what each model would break of its frozen schema; a type without one breaks nothing."""
    found = {}
    for name in EVENT_TYPES:
        path = schema_path(root, name)
        if path.exists():
            found[name] = breaks(json.loads(path.read_text(encoding="utf-8")), schema_of(name))
    return {name: reasons for name, reasons in found.items() if reasons}


def main(root: Path) -> int:
    """Write what changed and say so; return 1, and write nothing, where a frozen schema would break."""
    refused = broken(root)
    for name, reasons in refused.items():
        sys.stderr.write(f"{name}: make a new version (the subject's next .vN) or undo this:\n")
        sys.stderr.writelines(f"  {reason}\n" for reason in reasons)
    if refused:
        return 1
    for path, text in published(root).items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {path.relative_to(root)}\n")
    return 0


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _yaml(value: Mapping[str, Any]) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=120)


if __name__ == "__main__":  # pragma: no cover  # main itself is tested on a copy
    sys.exit(main(Path(__file__).resolve().parent.parent))
