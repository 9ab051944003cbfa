"""Facts about the kinds of values that events carry."""

from typing import Annotated, Any

import pytest
from pydantic import ValidationError

from contracts.fields import (
    Amount,
    Count,
    Data,
    Day,
    DayOrInstant,
    Decides,
    Division,
    Familiar,
    Id,
    Ids,
    Instant,
    MaybeId,
    MaybeText,
    Name,
    Text,
    Word,
    needs,
)
from contracts.vocabulary import AccidentCategory, HazardLevel, SiteKind


class Sample(Data):
    """One field of each kind."""

    id: Id | None = None
    name: Name | None = None
    text: Text | None = None
    word: Annotated[Word, Familiar(SiteKind)] | None = None
    level: Annotated[HazardLevel, Decides(HazardLevel)] | None = None
    tenant: Division | None = None
    day: Day | None = None
    instant: Instant | None = None
    by: DayOrInstant | None = None
    count: Count | None = None
    amount: Amount | None = None
    flag: bool | None = None
    ids: Ids | None = None
    maybe_id: MaybeId = None
    maybe_text: MaybeText = None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("id", "隐患 12", id="Chinese and inner spaces in an id"),
        pytest.param("text", "第一行\n第二行\t末", id="lines and tabs in a text"),
        pytest.param("text", "𠮷" * 4_000, id="4,000 characters, whatever their bytes"),
        pytest.param("word", "never_heard_of", id="a word that is not on the list"),
        pytest.param("level", "major", id="a word that decides"),
        pytest.param("tenant", "331081003", id="a town"),
        pytest.param("tenant", "331081003201", id="a village"),
        pytest.param("count", 0, id="none at all"),
        pytest.param("count", 3.0, id="a whole number written with a point"),
        pytest.param("amount", 3, id="a whole amount"),
        pytest.param("amount", 0.01, id="one cent"),
        pytest.param("ids", [], id="an empty list"),
        pytest.param("maybe_id", "", id="an optional id sent empty"),
        pytest.param("maybe_text", "", id="an optional text sent empty"),
    ],
)
def test_what_is_accepted(field: str, value: Any) -> None:
    """Values within the bounds pass."""
    assert getattr(Sample.model_validate({field: value}), field) is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("id", "", id="an empty id"),
        pytest.param("id", " H-1", id="an id with a space before"),
        pytest.param("id", "H-1\n", id="an id with a line end"),
        pytest.param("id", "a" * 129, id="an id of 129 characters"),
        pytest.param("id", 117, id="an id that is a number"),
        pytest.param("name", "　", id="a name of a wide space"),
        pytest.param("text", "a\x00b", id="NUL"),
        pytest.param("text", "\ud800", id="a lone surrogate"),
        pytest.param("text", "a" * 4_001, id="4,001 characters"),
        pytest.param("level", "严重", id="a word that does not decide"),
        pytest.param("level", ["major"], id="a list where a word decides"),
        pytest.param("tenant", "33108", id="five digits"),
        pytest.param("tenant", "3310810032011", id="thirteen digits"),
        pytest.param("tenant", "３３０１０６", id="full-width digits"),
        pytest.param("tenant", 330106, id="a code that is a number"),
        pytest.param("day", "2023-02-29", id="a day that does not exist"),
        pytest.param("day", 20230220, id="a day that is a number"),
        pytest.param("instant", "2023-05-20T09:00:00", id="an instant without offset"),
        pytest.param("instant", 1683507600, id="seconds since 1970"),
        pytest.param("by", "下周五", id="a deadline in words"),
        pytest.param("count", -1, id="minus one"),
        pytest.param("count", 1.5, id="one and a half"),
        pytest.param("count", True, id="true as a count"),
        pytest.param("count", "7", id="a number in quotes"),
        pytest.param("count", 10**10, id="more than there are people"),
        pytest.param("count", float("nan"), id="not a number as a count"),
        pytest.param("amount", float("nan"), id="not a number"),
        pytest.param("amount", float("inf"), id="infinity"),
        pytest.param("amount", -0.01, id="a negative amount"),
        pytest.param("amount", False, id="false as an amount"),
        pytest.param("flag", 1, id="one as true"),
        pytest.param("flag", "true", id="true in quotes"),
        pytest.param("ids", "H-1", id="a text where a list is due"),
        pytest.param("ids", {"H-1": 1}, id="an object where a list is due"),
        pytest.param("ids", ["H-1", ""], id="an empty id in a list"),
        pytest.param("ids", ["a"] * 501, id="501 ids"),
        pytest.param("maybe_id", " ", id="a blank optional id"),
    ],
)
def test_what_is_refused(field: str, value: Any) -> None:
    """Values outside the bounds, of another type, or only nearly right do not pass."""
    with pytest.raises(ValidationError):
        Sample.model_validate({field: value})


def test_unknown_fields_are_not_looked_at() -> None:
    """A newer sender may say more than we know."""
    assert Sample.model_validate({"colour": "red"}) == Sample()


def test_data_cannot_be_changed() -> None:
    """A fact is frozen."""
    with pytest.raises(ValidationError):
        Sample().id = "H-1"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("familiar", "word", "known"),
    [
        (Familiar(SiteKind), "unit", True),
        (Familiar(SiteKind), "ship", False),
        (Familiar(SiteKind), "unit.small", False),
        (Familiar(AccidentCategory, families=True), "industrial.construction", True),
        (Familiar(AccidentCategory, families=True), "volcano", False),
    ],
)
def test_a_word_is_familiar_when_it_or_its_family_is_listed(familiar: Familiar, word: str, *, known: bool) -> None:
    """Only trees by dots are known by their root."""
    assert known == familiar.knows(word)


def test_schemas_say_what_the_models_hold() -> None:
    """Closed lists are enumerations, growing lists examples, and moments patterns."""
    properties = Sample.model_json_schema()["properties"]

    assert properties["level"]["anyOf"][0] == {"type": "string", "enum": ["general", "major"]}
    assert properties["word"]["anyOf"][0]["examples"] == ["unit", "area", "project", "place"]
    assert properties["day"]["anyOf"][0]["format"] == "date"
    assert "format" not in properties["by"]["anyOf"][0]


def test_needed_fields_are_given() -> None:
    """In a schema, to be given means to be there, not null and not empty."""
    expected = {"required": ["site"], "properties": {"site": {"not": {"enum": [None, ""]}}}}

    assert expected == needs("site")
