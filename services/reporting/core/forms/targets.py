"""Fill 年度目标任务进度表: how far each target has come (S2-28 to S2-34)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from services.reporting.core.charter import Target
from services.reporting.core.days import midnight
from services.reporting.core.forms.archive import Archive, Ask, Event
from services.reporting.core.forms.form import Column, Figure, Form, Sheet, Value
from services.reporting.core.forms.framing import form_of, heads_of
from services.reporting.core.forms.words import as_of_words

TITLE: Final = "年度目标任务进度表"
PERCENT: Final = "%"
_ONE_DAY = timedelta(days=1)


def build(ask: Ask, archive: Archive) -> Form:
    """Every target of the pack, with what each unit has reported of it by the day."""
    return form_of(ask, archive, TITLE, sheet(ask, archive))


def sheet(ask: Ask, archive: Archive) -> Sheet:
    """The table: units add up, percentages do not and are averaged over the units that report them."""
    told = archive.events(["target.progressed"], None, midnight(ask.day + _ONE_DAY))
    known = archive.charter.targets if archive.charter else ()
    return Sheet(
        name="目标进度",
        title=TITLE,
        heads=heads_of(ask, archive),
        columns=(
            Column("序号", 6, centred=True),
            Column("目标任务", 40),
            Column("目标值", 10, centred=True),
            Column("计量单位", 9, centred=True),
            Column("累计完成", 10, centred=True),
            Column("完成比例", 10, percent=True),
            Column("报送单位", 10, centred=True),
            Column("完成时限", 12, centred=True),
            Column("条款", 12, centred=True),
        ),
        rows=tuple((number, *_row(target, told)) for number, target in enumerate(known, 1)),
        notes=(as_of_words(ask.as_of), "尚无单位报送的写作“——”，不作零计；百分比目标取各报送单位的平均。"),
        empty="（没有年度目标）",
    )


def _row(target: Target, told: Sequence[Event]) -> tuple[Value, ...]:
    latest: dict[str, Event] = {}
    for event in sorted(told, key=lambda each: (each.text("as_of"), each.time, each.ref)):
        if event.text("target") == target.id:
            latest[event.text("unit")] = event
    values = [float(event.data.get("value") or 0) for event in latest.values()]
    of = tuple(sorted(f"target:{unit}" for unit in latest))
    done = None
    if values:
        done = sum(values) / (len(values) if target.unit_of_count == PERCENT else 1)
    return (
        target.title,
        target.goal,
        target.unit_of_count,
        Figure(round(done, 4) if done is not None else None, of),
        Figure(round(done / target.goal, 4) if done is not None and target.goal else None, of),
        len(latest),
        target.due,
        "、".join(target.clauses),
    )
