"""Say which events one row implies, or every reason why it cannot be one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.intake.core.ledger.cells import (
    BadCellError,
    Written,
    clean,
    is_cut,
    parse_moment,
    parse_number,
    squeeze,
    translate,
)
from services.intake.core.ledger.mapping import EMPTY, FILLED, Cell, Condition, EventRule, MappingFile, Moment
from services.intake.core.ledger.tables import Row
from services.intake.core.reasons import Reason

FAR: Final = timedelta(days=3 * 366)
"""A deadline further away than this after the finding is more likely a mistyped year than a plan."""

TIME_ESTIMATED: Final = "time_estimated"
DEADLINE_BEFORE_FINDING: Final = "deadline_before_finding"
DEADLINE_FAR: Final = "deadline_far"
TEXT_CUT: Final = "text_cut"

REMARKS: Final[Mapping[str, str]] = {
    TIME_ESTIMATED: "台账没有写明时间，用的是这一行能证明的时间",
    DEADLINE_BEFORE_FINDING: "整改期限早于发现时间，没有采用",
    DEADLINE_FAR: "整改期限晚得不合常理，可能写错了年份，照录",
    TEXT_CUT: "文字在原系统里被截断，照录",
}
"""What is flagged about a row that is kept, in a sentence each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One event a row implies; `kind` tells it from the row's others and from what the row said before."""

    kind: str
    type: str
    time: datetime
    tenant: str
    data: Mapping[str, Any]
    repeats: bool
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Implied:
    """What a row says: its key within the ledger and at least one statement.

    `stands` are kinds of events which the row does not tell any more and does not unsay.
    """

    row: Row
    key: str
    statements: tuple[Statement, ...]
    stands: frozenset[str] = frozenset()

    @property
    def remarks(self) -> tuple[str, ...]:
        """The flags of all its statements, each once."""
        return tuple(dict.fromkeys(flag for statement in self.statements for flag in statement.flags))


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be an event; `errors` name column and reason."""

    row: Row
    reason: Reason
    errors: tuple[str, ...]


def imply(row: Row, mapping: MappingFile, tenant: str) -> Implied | BadRow | None:
    """Read a row; None for one that the mapping skips. `tenant` counts where the mapping names no column for it."""
    if mapping.skip and _holds(row, mapping.skip):
        return None
    reading = _Reading(row, mapping, ZoneInfo(mapping.zone))
    if row.overlong:
        reading.errors.append("这一行的单元格比表头多，可能多了分隔符")
    key = "/".join(squeeze(row.cells.get(column, "")) for column in mapping.key)
    if not key.strip("/"):
        reading.errors.append(f"{'、'.join(mapping.key)}：没有编号")
    said = tenant if mapping.tenant is None else str(reading.cell(mapping.tenant) or tenant)
    statements: dict[str, Statement] = {}
    for rule in mapping.events:
        if _name(rule) in statements or not _holds(row, rule.when):
            continue  # of two rules for one kind of event the first counts
        if (statement := reading.statement(rule, said)) is not None:
            statements.setdefault(statement.kind, statement)
    if not statements and not reading.errors:
        reading.errors.append("没有一条规则适用于这一行")
    if reading.errors:
        return BadRow(row, Reason.BAD_ROW, tuple(dict.fromkeys(reading.errors)))
    stands = (rule for rule in mapping.events if rule.stands_when is not None and _holds(row, rule.stands_when))
    return Implied(row, key, tuple(statements.values()), frozenset(_name(rule) for rule in stands))


@dataclass(slots=True)
class _Reading:
    """A row while it is read: what is wrong with it is collected, not raised."""

    row: Row
    mapping: MappingFile
    zone: ZoneInfo
    errors: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)

    def statement(self, rule: EventRule, tenant: str) -> Statement | None:
        """Read one event; None where the moment of it cannot be told."""
        self.flags = []
        time = self.moment(rule.at)
        data = self.value(rule.data)
        if time is None:
            return None
        name = _name(rule)
        return Statement(
            kind=f"{name}@{time.isoformat()}" if rule.repeats else name,
            type=rule.type,
            time=time,
            tenant=tenant,
            data=data,
            repeats=rule.repeats,
            flags=tuple(dict.fromkeys(self.flags)),
        )

    def moment(self, at: Moment) -> datetime | None:
        """Return when it happened, by the columns of the rule."""
        before = len(self.errors)
        written = [(place, self._parsed(name)) for place, name in enumerate(at.columns)]
        found = [(place, moment.moment) for place, moment in written if moment is not None]
        if not found:
            if len(self.errors) == before:
                self.errors.append(f"{'、'.join(at.columns)}：没有时间")
            return None
        place, moment = max(found, key=lambda pair: pair[1]) if at.latest else found[0]
        if at.estimated or (place and not at.latest):
            self.flags.append(TIME_ESTIMATED)
        return moment

    def value(self, wanted: Any) -> Any:
        """Return what an event's data say; a member without a value is left out."""
        if isinstance(wanted, Cell):
            return self.cell(wanted)
        if isinstance(wanted, Mapping):
            members = {name: self.value(member) for name, member in wanted.items()}
            return {name: member for name, member in members.items() if member is not None}
        if isinstance(wanted, list):
            return [member for each in wanted if (member := self.value(each)) is not None]
        return wanted

    def cell(self, wanted: Cell) -> object:
        """Return the value of a cell, None where there is none; what is wrong is noted."""
        column = next((name for name in wanted.columns if clean(self._raw(name))), None)
        if column is None:
            return wanted.otherwise
        try:
            return self._read(column, wanted)
        except BadCellError as error:
            self.errors.append(f"{column}：{error}")
            return None

    def _read(self, column: str, wanted: Cell) -> object:
        raw = self._raw(column)
        if wanted.among is not None:
            return squeeze(raw) in wanted.among or None
        if wanted.kind in ("count", "amount"):
            return parse_number(raw, whole=wanted.kind == "count")
        if wanted.kind in ("time", "day"):
            return self._moment_of(column, wanted)
        return wanted.prefix + self._text(column, wanted)

    def _text(self, column: str, wanted: Cell) -> str:
        raw = self._raw(column)
        if wanted.words is None:
            text = clean(raw)
            if is_cut(text):
                self.flags.append(TEXT_CUT)
            return text
        word = translate(raw, self.mapping.words[wanted.words])
        if word is not None:
            return word
        if wanted.keep:
            return squeeze(raw)
        if wanted.otherwise is not None:
            return wanted.otherwise
        raise BadCellError(f"{clean(raw)} 不在映射的词表 {wanted.words} 里")

    def _moment_of(self, column: str, wanted: Cell) -> str | None:
        found = parse_moment(self._raw(column), self.mapping.times, self.zone)
        earliest = self._parsed(wanted.not_before) if wanted.not_before else None
        if found is not None and earliest is not None:
            if found.is_before(earliest):
                self.flags.append(DEADLINE_BEFORE_FINDING)
                return None
            if found.moment - earliest.moment > FAR:
                self.flags.append(DEADLINE_FAR)
        if wanted.kind == "day":
            return None if found is None else found.moment.date().isoformat()
        return None if found is None else found.text

    def _parsed(self, column: str) -> Written | None:
        try:
            return parse_moment(self._raw(column), self.mapping.times, self.zone)
        except BadCellError as error:
            self.errors.append(f"{column}：{error}")
            return None

    def _raw(self, column: str) -> str:
        return self.row.cells.get(column, "")


def _name(rule: EventRule) -> str:
    return rule.type.rpartition(".v")[0]


def _holds(row: Row, conditions: Mapping[str, Condition]) -> bool:
    """Whether every condition holds for the row."""
    return all(_meets(row.cells.get(column, ""), wanted) for column, wanted in conditions.items())


def _meets(cell: str, wanted: Condition) -> bool:
    if wanted == FILLED:
        return bool(clean(cell))
    if wanted == EMPTY:
        return not clean(cell)
    return squeeze(cell) in wanted


def repeated(rows: Sequence[Implied]) -> Iterator[BadRow]:
    """Refuse all but one of several rows that use one key for different things, whatever the order of the rows.

    The earliest counts; rows that say the same are one.
    """
    by_key: dict[str, list[Implied]] = {}
    for row in rows:
        by_key.setdefault(row.key, []).append(row)
    for key, group in by_key.items():
        kept = min(group, key=_rank)
        for row in group:
            if row.statements != kept.statements:
                errors = (f"编号 {key} 已用于第 {kept.row.number} 行的另一条记录",)
                yield BadRow(row.row, Reason.REPEATED_ROW_KEY, errors)


def _rank(row: Implied) -> tuple[Any, ...]:
    return [statement.time for statement in row.statements], repr(sorted(row.row.cells.items()))
