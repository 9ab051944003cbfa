"""Break a pack of a city that exists nowhere in one place, and hear what the check says of it."""

import csv
from pathlib import Path

from contracts import divisions
from policies import files, tables
from services.escalation.core.checking import Fault, Known, PackText, check

PACKS = Path(__file__).parent / "packs"
CITY, ZONE = "nowhere-2024.yaml", "nowhere-zone-2024.yaml"


def known() -> Known:
    """The clauses that there are, and the divisions of a province that exists nowhere."""
    with (PACKS / "divisions.csv").open(encoding="utf-8", newline="") as rows:
        return Known(tables.clauses(), divisions.Divisions.parse(csv.DictReader(rows)))


def text_of(path: Path) -> PackText:
    read = files.marked(path)
    return PackText(path.name, read.raw, read.lines, read.repeated)


def broken(folder: Path, file: str, old: str, new: str) -> tuple[list[Fault], str]:
    """Both packs with one change in one of them: what the check says, and the changed text."""
    texts = []
    changed = ""
    for name in (CITY, ZONE):
        content = (PACKS / name).read_text(encoding="utf-8")
        if name == file:
            assert content.count(old) == 1, f"{old!r} stands {content.count(old)} times"
            content = changed = content.replace(old, new)
        (folder / name).write_text(content, encoding="utf-8")
        texts.append(text_of(folder / name))
    return check(texts, known()), changed


def told(folder: Path, file: str, old: str, new: str) -> list[str]:
    """The same as lines, without their codes."""
    return [str(one).rpartition(" [")[0] for one in broken(folder, file, old, new)[0]]


def fault(file: str, old: str, new: str, at: str, said: str) -> str:
    """What the check must say of a change: `at` stands in the line at fault of the changed text."""
    content = (PACKS / file).read_text(encoding="utf-8").replace(old, new)
    return f"{file}:{content[: content.index(at)].count(chr(10)) + 1}: fault: {said}"
