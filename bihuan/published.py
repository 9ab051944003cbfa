"""Write what is generated from the packs and the rules: `python -m bihuan.published` (a part of `make contracts`)."""

import json
import sys
from pathlib import Path


def published(root: Path) -> dict[Path, str]:
    """Every generated file below the repository's root, with the text that it should hold."""
    from services.escalation.core.published import pack_schema

    schema = json.dumps(pack_schema(), ensure_ascii=False, indent=2)
    return {root / "policies" / "schema" / "pack.schema.json": f"{schema}\n"}


def main(root: Path) -> int:
    """Write what changed and say so."""
    for path, text in published(root).items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(root)}")
    return 0


if __name__ == "__main__":  # pragma: no cover  # main itself is tested on a copy
    sys.exit(main(Path(__file__).resolve().parent.parent))
