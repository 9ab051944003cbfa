"""Write what is generated from the packs and the rules: `python -m bihuan.published` (a part of `make contracts`)."""

import json
import sys
from pathlib import Path

FIRST_YEAR = 2010
LAST_YEAR = 2026
"""The last year whose notice is out; raise it, with the library's version, when the next one comes in November."""


def published(root: Path) -> dict[Path, str]:
    """Every generated file below the repository's root, with the text that it should hold."""
    from bihuan.clauses_page import clauses_page
    from bihuan.commands_page import commands_page
    from services.escalation.core.published import pack_schema

    schema = json.dumps(pack_schema(), ensure_ascii=False, indent=2)
    return {
        root / "policies" / "schema" / "pack.schema.json": f"{schema}\n",
        root / "policies" / "workdays.csv": workdays(FIRST_YEAR, LAST_YEAR),
        root / "docs" / "clauses.md": clauses_page(root),
        root / "docs" / "cli.md": commands_page(),
    }


def workdays(first: int, last: int) -> str:
    """The table of days set apart by the State Council's notices of these years, as `chinesecalendar` knows them."""
    from chinese_calendar import constants

    names = {holiday.value: holiday.chinese for holiday in constants.Holiday}
    found = {day: ("holiday", name) for day, name in constants.holidays.items()}
    found |= {day: ("working_day", name) for day, name in constants.workdays.items()}
    rows = [f"{day},{kind},{names[name]}" for day, (kind, name) in sorted(found.items()) if first <= day.year <= last]
    return "\n".join(["day,kind,name", *rows, ""])


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
