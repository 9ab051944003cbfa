"""Describe the kinds of values that events carry, so that every model says the same thing by the same bounds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Final

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from contracts.moments import (
    DAY_OR_INSTANT_PATTERN,
    DAY_PATTERN,
    INSTANT_PATTERN,
    BadMomentError,
    parse_day,
    parse_day_or_instant,
    parse_instant,
)
from contracts.vocabulary import Term

ID_PATTERN: Final = r"^[^\s\u0000-\u001f]([^\u0000-\u001f]*[^\s\u0000-\u001f])?$"
TEXT_PATTERN: Final = r"^[^\u0000]*$"
FILLED_PATTERN: Final = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"
SHA256_PATTERN: Final = r"^[0-9a-f]{64}$"
DIVISION_PATTERN: Final = r"^[0-9]{6,12}$"

ID_LENGTH: Final = 128
NAME_LENGTH: Final = 200
TEXT_LENGTH: Final = 4_000
WORD_LENGTH: Final = 64
ITEMS: Final = 500
LARGEST_COUNT: Final = 1_000_000_000
LARGEST_AMOUNT: Final = 1e15
"""Yuan: above any public budget, below the loss of whole cents in a double."""


CLOSED: Final[dict[str, Any]] = {"additionalProperties": False}
"""In the published schema: what a sender may send is what is described."""


class Data(BaseModel):
    """The data of one event: strict in what it uses, deaf to fields it does not know, closed in its published schema."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="ignore",
        allow_inf_nan=False,
        populate_by_name=True,
        json_schema_extra=CLOSED,
    )


def needs(*fields: str) -> dict[str, Any]:
    """Return the schema of an object in which these optional fields are given: there, not null and not empty."""
    return {"required": list(fields), "properties": {field: {"not": {"enum": [None, ""]}} for field in fields}}


@dataclass(frozen=True, slots=True)
class Familiar:
    """Mark a field whose words grow: any word is kept, one that is not in `words` is flagged.

    With `families` a word belongs to the list when the part before its first dot does.
    """

    words: type[Term]
    families: bool = False

    def knows(self, word: str) -> bool:
        """Whether the word, or its family, is on the list."""
        return (word.split(".", 1)[0] if self.families else word) in _listed(self.words)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Publish the words known today as examples: the list may grow, so it is no enumeration."""
        return handler(schema) | {"examples": [str(word) for word in self.words]}


@cache
def _listed(words: type[Term]) -> frozenset[str]:
    return frozenset(words)


@dataclass(frozen=True, slots=True)
class Decides:
    """Mark a field whose word decides: a word of this list, and no other, is accepted."""

    words: type[Term]

    def read(self, value: object) -> Term:
        """Return the member that the word names; refuse any other value with the words allowed."""
        for word in self.words:
            if word == value:
                return word
        raise PydanticCustomError("unknown_word", "not one of {allowed}", {"allowed": ", ".join(self.words)})

    def __get_pydantic_core_schema__(self, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate by `read`, from JSON and from Python alike."""
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Publish the closed list."""
        return {"type": "string", "enum": [str(word) for word in self.words]}


@dataclass(frozen=True, slots=True)
class Moment:
    """Mark a field that is the text of a real day or instant."""

    parse: Callable[[str], date]
    pattern: str
    form: str | None = None

    def read(self, value: object) -> date:
        """Return the date or aware datetime; refuse another type, another form and a moment that does not exist."""
        if not isinstance(value, str):
            raise PydanticCustomError("string_type", "not a string")
        try:
            return self.parse(value)
        except BadMomentError as error:
            raise PydanticCustomError(error.code, "not a moment that can be read") from None

    def __get_pydantic_core_schema__(self, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate by `read`, from JSON and from Python alike."""
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Publish the pattern, and the format where JSON Schema has one."""
        form = {"format": self.form} if self.form else {}
        return {"type": "string", "pattern": self.pattern} | form


def _whole(value: object) -> object:
    """Read 3.0 as 3, as JSON Schema does: some senders know one kind of number only."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Id = Annotated[str, StringConstraints(min_length=1, max_length=ID_LENGTH, pattern=ID_PATTERN)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=NAME_LENGTH, pattern=FILLED_PATTERN)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=TEXT_LENGTH, pattern=FILLED_PATTERN)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=WORD_LENGTH, pattern=ID_PATTERN)]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=1_000, pattern=FILLED_PATTERN)]
Division = Annotated[str, StringConstraints(pattern=DIVISION_PATTERN)]

# An optional string may be sent empty, as older systems do: empty means absent.
MaybeId = Annotated[str, StringConstraints(max_length=ID_LENGTH, pattern=f"{ID_PATTERN}|^$")] | None
MaybeName = Annotated[str, StringConstraints(max_length=NAME_LENGTH, pattern=TEXT_PATTERN)] | None
MaybeSha256 = Annotated[str, StringConstraints(pattern=f"{SHA256_PATTERN}|^$")] | None
MaybeText = Annotated[str, StringConstraints(max_length=TEXT_LENGTH, pattern=TEXT_PATTERN)] | None
MaybeWord = Annotated[str, StringConstraints(max_length=WORD_LENGTH, pattern=f"{ID_PATTERN}|^$")] | None

Day = Annotated[date, Moment(parse_day, DAY_PATTERN, "date")]
Instant = Annotated[datetime, Moment(parse_instant, INSTANT_PATTERN, "date-time")]
DayOrInstant = Annotated[date | datetime, Moment(parse_day_or_instant, DAY_OR_INSTANT_PATTERN)]

Count = Annotated[int, Field(ge=0, le=LARGEST_COUNT), BeforeValidator(_whole)]
Amount = Annotated[float, Field(ge=0, le=LARGEST_AMOUNT)]

Ids = Annotated[tuple[Id, ...], Field(strict=False, max_length=ITEMS)]
Words = Annotated[tuple[Word, ...], Field(strict=False, max_length=ITEMS)]
References = Annotated[tuple[Reference, ...], Field(strict=False, max_length=ITEMS)]
