"""Check pack files before they bind anybody; say every fault with file, line and mend."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from contracts.divisions import Divisions
    from services.escalation.core.checking import Fault, PackText

FAILED = 1


def check(
    files: Annotated[list[Path], typer.Argument(help="Pack files.", exists=True, dir_okay=False)],
    tenants: Annotated[Path | None, typer.Option(help="Another division table (CSV).", exists=True)] = None,
) -> None:
    """Refuse packs that cannot be meant; warn of what is strange. Exit code 1 where there is a fault."""
    from bihuan.simulate import read_divisions
    from policies.files import BESIDE_PACKS

    packs = [path for path in files if path.stem not in BESIDE_PACKS]  # `policies/*.yaml` may be asked for whole
    for path in files:
        if path not in packs:
            print(f"{path}: no pack, left out")
    found = faults(packs, read_divisions(tenants))
    for one in found:
        print(one)
    wrong = sum(one.kind == "fault" for one in found)
    print(f"{len(packs)} packs checked: {wrong} faults, {len(found) - wrong} warnings")
    if wrong:
        raise typer.Exit(FAILED)


def faults(paths: Sequence[Path], divisions: "Divisions") -> list["Fault"]:
    """Every fault of these files; parents and children are also looked for beside them and among the shipped packs."""
    from policies import files, tables
    from services.escalation.core.checking import Fault, Known
    from services.escalation.core.checking import check as check_texts

    texts: list[PackText] = []
    unreadable: list[Fault] = []
    for path in paths:
        try:
            texts.append(_text(path))
        except files.Unreadable as error:
            mend = "mend the YAML; an editor with a YAML mode shows the place"
            unreadable.append(Fault(str(path), error.line, "fault", "unreadable", str(error), mend))
    near = [other for path in paths for other in files.pack_files(path.parent)]
    known = Known(tables.clauses(), divisions)
    return [*unreadable, *check_texts(texts, known, _beside([*near, *files.pack_files()], texts))]


def _text(path: Path) -> "PackText":
    from policies import files
    from services.escalation.core.checking import PackText

    read = files.marked(path)
    return PackText(str(path), read.raw, read.lines, read.repeated)


def _beside(paths: Iterable[Path], texts: Iterable["PackText"]) -> list["PackText"]:
    """The relatives of what is checked: the first file of each id that is not checked itself."""
    from policies import files

    taken = {text.raw.get("id") for text in texts}
    found: list[PackText] = []
    for path in paths:
        try:
            text = _text(path)
        except files.Unreadable:
            continue  # nobody asked about it
        if text.raw.get("id") not in taken:
            taken.add(text.raw.get("id"))
            found.append(text)
    return found
