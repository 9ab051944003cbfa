"""Fill 信息报送链条: how far each report has come, level by level from below, who blocks the next link, since when (S4-04..06).

A unit of a zone reports to the zone, the zone and the counties to the city, which sums up what all of them sent: a link
is closed when everybody in it has sent, and the lowest one that is open holds up those above it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from contracts.divisions import Divisions
from contracts.vocabulary import Level
from services.reporting.core.charter import Charter, Duty, Term, Unit, units_in
from services.reporting.core.days import Deadline, local_day, midnight
from services.reporting.core.forms.archive import Archive, Ask, Event
from services.reporting.core.forms.form import Column, Form, Sheet, Value, count
from services.reporting.core.forms.framing import form_of, heads_of
from services.reporting.core.forms.words import as_of_words, moment_words

TITLE: Final = "信息报送链条情况表"
FULFILLED: Final = "obligation.fulfilled"
MILESTONE: Final = "milestone.dated"
ZONE: Final = "zone"
ORDER: Final = (ZONE, *(str(level) for level in Level))
LINKS: Final[Mapping[tuple[str, bool], str]] = {
    (ZONE, True): "园区所属单位 → 园区安委办",
    ("town", False): "乡镇（街道） → 县（市、区）安委办",
    ("county", True): "县级部门和单位 → 县（市、区）安委办",
    ("county", False): "县（市、区）、园区 → 市安委办",
    ("city", True): "市级部门和单位 → 市安委办",
    ("city", False): "市 → 省安委办",
}
"""Who reports to whom, by the level and whether the unit goes by a name; anything else is called by its level."""

_ONE_DAY: Final = timedelta(days=1)
_CLOSED, _BLOCKED, _OPEN, _IN_TIME = "已到齐", "堵点", "未到齐", "未到期"


class Owed(NamedTuple):
    """What one unit owes for one period: until when, when it came, and since when it is decided to be missing."""

    duty: str
    title: str
    period: str
    period_name: str
    link: str
    rank: int
    name: str
    subject: str
    due: Deadline | None
    sent: datetime | None
    missed_since: datetime | None

    @property
    def is_late(self) -> bool:
        """Whether it came when its time was over."""
        return self.sent is not None and self.due is not None and self.due.is_over(self.sent)

    @property
    def deadline(self) -> date | datetime | None:
        """Its time as a cell shows it: the last day, or the moment where that is not midnight."""
        return None if self.due is None else self.due.last_day if self.due.whole_day else self.due.due_at


def build(ask: Ask, archive: Archive) -> Form:
    """The links of every report that falls due on days of its own or at the end of a stage, and what is missing in them."""
    owed = _owed(ask, archive)
    sheets = (_links(ask, archive, owed), _missing(ask, archive, owed))
    return form_of(ask, archive, TITLE, *sheets)


def _owed(ask: Ask, archive: Archive) -> list[Owed]:
    until = midnight(ask.day + _ONE_DAY)
    told = archive.events([FULFILLED], None, until)
    milestones = {event.text("milestone"): event.text("date") for event in archive.events([MILESTONE], None, until)}
    found = list(_expected(ask, archive, told, milestones))
    missed = archive.missed_since([each.subject for each in found if each.sent is None])
    missed = {subject: since for subject, since in missed.items() if since < until}
    return sorted(
        (each._replace(missed_since=missed.get(each.subject)) for each in found),
        key=lambda each: (each.duty, each.period, each.rank, each.link, each.subject),
    )


def _expected(ask: Ask, archive: Archive, told: Sequence[Event], milestones: Mapping[str, str]) -> Iterator[Owed]:
    """Every unit within the form's tenant that owes something, of the pack and of those that stand below it."""
    for charter in archive.family:
        for duty in charter.duties:
            for term in duty.terms:
                due = term.due(milestones)
                for unit in units_in(duty):
                    sent = _sent(duty, unit, term, told)
                    begun = (
                        due is not None and term.opens(milestones) <= ask.day
                    )  # what has no date yet is owed by nobody
                    if (begun or sent) and archive.divisions.is_within(_tenant(unit, charter), ask.tenant):
                        level, named = _level(unit, charter, archive.divisions)
                        yield Owed(
                            duty=duty.id,
                            title=duty.title,
                            period=term.period,
                            period_name=term.name or term.period,
                            link=LINKS.get((level, named), f"{level}级"),
                            rank=ORDER.index(level),
                            name=unit.title,
                            subject=f"{duty.id}/{unit.id}/{term.period}",
                            due=due,
                            sent=sent,
                            missed_since=None,
                        )


def _tenant(unit: Unit, charter: Charter) -> str:
    """Where a unit belongs: a division is its own tenant, a name belongs to those that its pack governs."""
    return unit.id if unit.id.isdecimal() else charter.tenants[0]


def _level(unit: Unit, charter: Charter, divisions: Divisions) -> tuple[str, bool]:
    """At which level it reports, and whether it goes by a name: a zone's own units stand below the zone."""
    named = not unit.id.isdecimal()
    tenant = _tenant(unit, charter)
    division = divisions.get(tenant)
    if named and division is not None and division.is_zone:
        return ZONE, True
    return str(divisions.level_of(tenant)), named


def _sent(duty: Duty, unit: Unit, term: Term, told: Sequence[Event]) -> datetime | None:
    """When it came first."""
    return next(
        (
            event.time
            for event in told
            if event.text("obligation") == duty.id
            and event.text("period") == term.period
            and unit.is_called(event.text("unit"))
        ),
        None,
    )


def _links(ask: Ask, archive: Archive, owed: Sequence[Owed]) -> Sheet:
    chains: dict[tuple[str, str], dict[tuple[int, str], list[Owed]]] = {}
    for each in owed:
        chains.setdefault((each.duty, each.period), {}).setdefault((each.rank, each.link), []).append(each)
    moment = _moment(ask)
    rows = [line for links in chains.values() for line in _chain(list(links.values()), moment)]
    return Sheet(
        name="报送链条",
        title=TITLE,
        heads=heads_of(ask, archive),
        columns=(
            Column("报送事项", 34),
            Column("报送周期", 16, centred=True),
            Column("期限", 12, centred=True),
            Column("环节", 30),
            Column("应报", 7, centred=True),
            Column("已报", 7, centred=True),
            Column("其中迟报", 9, centred=True),
            Column("未报", 7, centred=True),
            Column("状态", 9, centred=True),
            Column("堵在何处", 40),
            Column("自何时起", 18, centred=True),
        ),
        rows=tuple(rows),
        notes=(as_of_words(ask.as_of), "下一级到齐，上一级才能汇总上报；堵点是期限已过而最低一级仍未到齐的环节。"),
        empty="（没有需要逐级报送的事项）",
    )


def _chain(links: Sequence[Sequence[Owed]], moment: datetime) -> Iterator[tuple[Value, ...]]:
    """The lines of one report of one period, from below; nobody blocks while there is time."""
    held_up = False
    for link in links:
        first = link[0]
        came = [each for each in link if each.sent]
        missing = [each for each in link if not each.sent]
        late = [each for each in missing if each.due is not None and each.due.is_over(moment)]
        state = _CLOSED if not missing else _IN_TIME if not late else _OPEN if held_up else _BLOCKED
        held_up = held_up or bool(late)
        since = min((each.missed_since for each in missing if each.missed_since), default=None)
        yield (
            first.title,
            first.period_name,
            first.deadline,
            first.link,
            count(each.subject for each in link),
            count(each.subject for each in came),
            count(each.subject for each in came if each.is_late),
            count(each.subject for each in missing),
            state,
            "、".join(each.name for each in missing),
            moment_words(since) if since else "",
        )


def _missing(ask: Ask, archive: Archive, owed: Sequence[Owed]) -> Sheet:
    rows = tuple(
        (each.title, each.period_name, each.link, each.name, each.deadline, *_standing(each, ask))
        for each in owed
        if each.sent is None
    )
    return Sheet(
        name="未报单位",
        title=f"{TITLE}（未报单位）",
        heads=heads_of(ask, archive),
        columns=(
            Column("报送事项", 34),
            Column("报送周期", 16, centred=True),
            Column("环节", 30),
            Column("未报单位", 26),
            Column("期限", 12, centred=True),
            Column("情况", 18),
            Column("自何时起", 18, centred=True),
            Column("已逾（天）", 10, centred=True),
        ),
        rows=rows,
        notes=(as_of_words(ask.as_of),),
        empty="（全部到齐）",
    )


def _standing(each: Owed, ask: Ask) -> tuple[Value, Value, Value]:
    """How a missing report stands, since when, and for how many days."""
    if each.missed_since is not None:
        days = max((ask.day - local_day(each.missed_since)).days + 1, 0)
        return "逾期未报", moment_words(each.missed_since), days
    if each.due is None or not each.due.is_over(_moment(ask)):
        return _IN_TIME, "", None
    return "期限已过，未认定", "", None


def _moment(ask: Ask) -> datetime:
    """Up to when the form looks: the end of its day, or its own moment while the day is not over."""
    return min(ask.as_of, midnight(ask.day + _ONE_DAY))
