"""Describe a mapping: which column says what, how times and words are written, which events a row implies."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from contracts.events import Sender, types_from

#: What a condition may ask of a column beside being one of some words.
FILLED, EMPTY = "filled", "empty"


class _Strict(BaseModel):
    """A part of a mapping: a key that it does not know is a slip of the hand."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, coerce_numbers_to_str=True)


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str | int) else value


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"no time zone {name!r}; write one such as Asia/Shanghai") from None
    return name


def _known_type(name: str) -> str:
    if name not in types_from(Sender.UPSTREAM):
        raise ValueError(f"no event type {name!r} that a source may send")
    return name


Columns = Annotated[tuple[str, ...], BeforeValidator(_one_or_more), Field(min_length=1)]
Condition = Literal["filled", "empty"] | tuple[str, ...]


class Cell(_Strict):
    """A value taken from the row.

    The first filled column of `from` counts. `as` says what it is; `words` translates it by a table of words (blanks in
    a cell do not count), where an unknown word refuses the row unless `keep` or `else` is given; `in` makes it true
    where the cell is one of these words and leaves it out otherwise; `else` is taken where the cell is empty. A moment
    before that of `not_before` is left out and flagged: nobody was ever given such a deadline.
    """

    columns: Columns = Field(alias="from")
    kind: Literal["text", "time", "day", "count", "amount"] = Field(default="text", alias="as")
    words: str | None = None
    keep: bool = False
    among: tuple[str, ...] | None = Field(default=None, alias="in")
    otherwise: str | None = Field(default=None, alias="else")
    prefix: str = ""
    not_before: str | None = None


class Moment(_Strict):
    """When an event happened: the first filled column of `from`, or the latest of them.

    `estimated` says that no column tells it, and flags the event; so does a column that is not the first.
    """

    columns: Columns = Field(alias="from")
    latest: bool = False
    estimated: bool = False


def _moment(value: object) -> object:
    return value if isinstance(value, Mapping | Moment) else {"from": value}


def _conditions(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    return {
        column: wanted if wanted in (FILLED, EMPTY) or not isinstance(wanted, str) else (wanted,)
        for column, wanted in value.items()
    }


Conditions = Annotated[Mapping[str, Condition], BeforeValidator(_conditions)]


class EventRule(_Strict):
    """One event that a row implies when all of `when` holds.

    `stands_when`: an event told before stands while this holds, although `when` does so no more (the row has moved on);
    otherwise a row that no longer implies it voids it. `repeats`: a row tells only the latest of several such events, so
    another time makes another event and no correction.
    """

    type: Annotated[str, AfterValidator(_known_type)]
    at: Annotated[Moment, BeforeValidator(_moment)]
    when: Conditions = Field(default_factory=dict)
    stands_when: Conditions | None = None
    repeats: bool = False
    data: Mapping[str, Any]

    @model_validator(mode="after")
    def _read_cells(self) -> Self:
        object.__setattr__(self, "data", _cells(self.data))
        return self


class Table(_Strict):
    """How the table is laid out."""

    sheet: str | None = None
    header_row: int = Field(default=1, ge=1, le=100)
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    encodings: tuple[str, ...] = ("utf-8-sig", "gb18030")


class MappingFile(_Strict):
    """A whole mapping."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    title: str
    table: Table = Table()
    zone: Annotated[str, AfterValidator(_known_zone)]
    times: tuple[str, ...] = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")
    key: Columns
    tenant: Cell | None = None
    words: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)
    skip: Conditions = Field(default_factory=dict)
    events: tuple[EventRule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _has_its_words(self) -> Self:
        for cell in self.cells():
            if cell.words is not None and cell.words not in self.words:
                raise ValueError(f"no table of words {cell.words!r} under words:")
        return self

    def cells(self) -> Iterator[Cell]:
        """Yield every cell of the mapping."""
        if self.tenant is not None:
            yield self.tenant
        for rule in self.events:
            yield from _cells_in(rule.data)

    def columns(self) -> set[str]:
        """Return every column that is named: the table has to have them all."""
        named = {*self.key, *self.skip}
        for cell in self.cells():
            named |= {*cell.columns, *([cell.not_before] if cell.not_before else [])}
        for rule in self.events:
            named |= {*rule.when, *(rule.stands_when or {}), *rule.at.columns}
        return named


class BadMappingError(ValueError):
    """A mapping that cannot be used; one sentence for each thing wrong."""


def parse_mapping(raw: object) -> MappingFile:
    """Read a mapping from what YAML gave; raises BadMappingError with every place that is wrong."""
    try:
        return MappingFile.model_validate(raw)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        lines = [f"{'.'.join(map(str, item['loc'])) or 'mapping'}: {item['msg']}" for item in found]
        raise BadMappingError("\n".join(lines)) from None


def _cells(value: Any) -> Any:
    """Read each `{from: ...}` in the data of an event; everything else stands as it is written."""
    if isinstance(value, Mapping):
        if "from" in value:
            return Cell.model_validate(value)
        return {str(name): _cells(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_cells(member) for member in value]
    return value


def _cells_in(value: object) -> Iterator[Cell]:
    if isinstance(value, Cell):
        yield value
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from _cells_in(member)
    elif isinstance(value, list):
        for member in value:
            yield from _cells_in(member)
