"""Say how a score came about, in sentences that can be read out to the unit."""

from collections.abc import Iterator

from services.reporting.core.forms.archive import Ask
from services.reporting.core.forms.form import Column, Figure, Form, Sheet, Value, count
from services.reporting.core.forms.words import as_of_words, moment_words
from services.reporting.core.league.measures import MEASURES
from services.reporting.core.league.scoring import Part, Place, Table

TITLE = "月晾晒排名表"


def explain(table: Table, place: Place) -> Iterator[str]:
    """The sum of one unit, line by line; the last line is the score."""
    formula = table.formula
    yield f"{place.name}　{table.month}月晾晒　{formula.title}（第{formula.version}版，{'、'.join(formula.clauses)}，建议办法）"
    yield f"截止时间{moment_words(table.cut_off)}，数据截至{moment_words(table.as_of)}。"
    for part in place.parts:
        yield _part(part)
        if part.part or part.whole:
            yield f"　　{MEASURES[part.indicator.id].words}：{_ids(part.part)}；其余：{_ids(_rest(part))}"
    if place.suspended:
        yield f"挂账停计、不计入到期和逾期的{len(place.suspended)}条：{_ids(place.suspended)}"
    points = "＋".join(f"{part.points:.{formula.decimals}f}" for part in place.parts if part.whole)
    if place.score is None:
        yield "没有任何样本，不计分。"
    else:
        yield f"得分：{points}＝{place.score:.{formula.decimals}f}"
    yield rank_words(table, place)


def rank_words(table: Table, place: Place) -> str:
    """The place in words, with its change."""
    if place.rank is None:
        return f"样本{len(place.sample)}条，少于{table.formula.min_sample}条，不排名。"
    ranked = sum(each.rank is not None for each in table.places)
    change = place.change
    moved = (
        "上月未排名"
        if change is None
        else (f"比上月{'上升' if change > 0 else '下降'}{abs(change)}位" if change else "与上月持平")
    )
    return f"名次：第{place.rank}名（{ranked}个单位参加排名，样本{len(place.sample)}条），{moved}。"


def form(ask: Ask, table: Table, *, state: str) -> Form:
    """The table as a form that can be printed."""
    indicators = table.formula.indicators
    sheet = Sheet(
        name="月晾晒",
        title=f"{table.month.year}年{table.month.month}月安全生产“月晾晒”排名表",
        heads=(f"{table.formula.title}（第{table.formula.version}版，建议）", state),
        columns=(
            Column("名次", 7, centred=True),
            Column("单位", 20),
            Column("得分", 9, centred=True),
            Column("名次变化", 9, centred=True),
            *(column for each in indicators for column in _columns(each.title, each.weight)),
            Column("样本", 8),
            Column("挂账", 8),
            Column("备注", 14),
        ),
        rows=tuple(_row(place) for place in table.places),
        notes=(
            as_of_words(table.as_of) + f"截止时间{moment_words(table.cut_off)}，此后才知道的不计入。",
            f"样本少于{table.formula.min_sample}条的不排名；同分同名次；没有样本的指标不计，其权重按比例分给其他指标；挂账停计的不计入到期和逾期。",
            "通知没有给出公式，指标和权重为建议值。",
        ),
    )
    return Form(
        kind=ask.kind, title=TITLE, name=f"{TITLE}-{table.month}", tenant=ask.tenant, as_of=table.as_of, sheets=(sheet,)
    )


def _columns(title: str, weight: float) -> tuple[Column, Column]:
    group = f"{title}（{weight:g}分）"
    return Column("比率", 9, group, percent=True), Column("得分", 8, group, centred=True)


def _row(place: Place) -> tuple[Value, ...]:
    cells: list[Value] = []
    for part in place.parts:
        cells += [Figure(part.share, part.part or part.whole), round(part.points, 2) if part.whole else ""]
    change = place.change
    return (
        place.rank if place.rank is not None else "——",
        place.name,
        place.score if place.score is not None else "——",
        f"{change:+d}" if change else ("持平" if change == 0 else "——"),
        *cells,
        count(place.sample),
        count(place.suspended),
        "" if place.rank is not None else "样本不足",
    )


def _part(part: Part) -> str:
    indicator = part.indicator
    if not part.whole:
        return f"{indicator.title}（权重{indicator.weight:g}）：没有样本，不计"
    share = part.share or 0.0
    won = f"（1－{share:.4f}）" if indicator.better == "low" else f"{share:.4f}"
    adjusted = "" if part.weight == indicator.weight else f"，折算后权重{part.weight:.2f}"
    sums = f"{len(part.part)}÷{len(part.whole)}＝{share:.4f}；{part.weight:.2f}×{won}＝{part.points:.2f}"
    return f"{indicator.title}（权重{indicator.weight:g}{adjusted}）：{sums}"


def _rest(part: Part) -> tuple[str, ...]:
    return tuple(each for each in part.whole if each not in set(part.part))


def _ids(references: tuple[str, ...]) -> str:
    return "、".join(reference.rpartition(":")[2] for reference in references) or "无"
