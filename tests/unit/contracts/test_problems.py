"""Facts about what an operator is told."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts.fields import Data, Day, DayOrInstant, Id, Instant, MaybeId, MaybeText, Name, Text
from contracts.moments import BAD_MOMENTS
from contracts.problems import _SENTENCES, Problem, describe_errors, path


class Inner(Data):
    """Something inside."""

    n: int | None = None


class Sample(Data):
    """One field for each way to be wrong."""

    needed: Id
    day: Day | None = None
    at: Instant | None = None
    by: DayOrInstant | None = None
    name: Name | None = None
    text: Text | None = None
    note: MaybeText = None
    other: MaybeId = None
    count: Annotated[int, Field(ge=0, le=9)] | None = None
    flag: bool | None = None
    inner: Inner | None = None
    many: Annotated[tuple[Id, ...], Field(strict=False, min_length=1, max_length=2)] | None = None


def told(**fields: Any) -> tuple[Problem, ...]:
    with pytest.raises(ValidationError) as caught:
        Sample.model_validate({"needed": "x"} | fields)
    return describe_errors(caught.value, within="data")


@pytest.mark.parametrize(
    ("fields", "field", "code", "reason"),
    [
        ({"needed": None}, "data.needed", "wrong_type", "应为字符串 (not a string)"),
        ({"day": "2023-02-30"}, "data.day", "no_such_moment", "「2023-02-30」 不存在 (no such day or time)"),
        ({"day": "30.2.2023"}, "data.day", "not_a_day", "「30.2.2023」 不是日期 (not a day)"),
        ({"at": "noon"}, "data.at", "not_an_instant", "「noon」 不是时间 (not an instant)"),
        (
            {"at": "2023-02-03T09:00:00"},
            "data.at",
            "no_offset",
            "「2023-02-03T09:00:00」 没有时区 (the time has no offset)",
        ),
        (
            {"by": "9999-12-31"},
            "data.by",
            "year_out_of_range",
            "「9999-12-31」 的年份超出范围 (the year is out of range)",
        ),
        ({"name": ""}, "data.name", "blank", "内容为空 (the text is empty)"),
        ({"name": " "}, "data.name", "bad_character", "内容为空白或含空字符 (blank, or a NUL character)"),
        ({"name": "长" * 201}, "data.name", "too_long", "超过 200 个字符 (the text is too long)"),
        ({"note": "\x00"}, "data.note", "bad_character", "含有空字符 (a NUL character)"),
        (
            {"other": " x"},
            "data.other",
            "bad_character",
            "首尾有空格或含控制字符 (spaces at the ends, or control characters)",
        ),
        ({"text": "\udc00"}, "data.text", "bad_character", "含有无法存储的字符 (a lone surrogate)"),
        ({"count": -1}, "data.count", "too_small", "「-1」 太小 (too small)"),
        ({"count": 10}, "data.count", "too_large", "「10」 太大 (too large)"),
        ({"count": "1"}, "data.count", "wrong_type", "应为整数 (not a whole number)"),
        ({"flag": "是"}, "data.flag", "wrong_type", "应为是否值 (not true or false)"),
        ({"inner": 7}, "data.inner", "wrong_type", "应为对象 (not an object)"),
        ({"inner": {"n": 1.5}}, "data.inner.n", "wrong_type", "应为整数 (not a whole number)"),
        ({"many": 7}, "data.many", "wrong_type", "应为列表 (not a list)"),
        ({"many": []}, "data.many", "blank", "列表为空 (the list is empty)"),
        ({"many": ["a", "b", "c"]}, "data.many", "too_long", "超过 2 项 (too many items)"),
        ({"many": ["a", 7]}, "data.many[1]", "wrong_type", "应为字符串 (not a string)"),
    ],
)
def test_each_slip_has_its_sentence(fields: dict[str, Any], field: str, code: str, reason: str) -> None:
    """Where it is, what it is, and what the value was."""
    assert [(field, code, reason)] == [(problem.field, problem.code, problem.reason) for problem in told(**fields)]


def test_a_missing_field_is_named() -> None:
    """The field that is not there has a place too."""
    with pytest.raises(ValidationError) as caught:
        Sample.model_validate({})

    assert describe_errors(caught.value) == (
        Problem("needed", "missing", "缺少字段 (the field is missing)", "补上该字段 (add it)"),
    )


def test_texts_are_not_repeated() -> None:
    """A description may name people, so a problem never echoes it; a long word is cut."""
    (problem,) = told(text="联系人某某 138****5678\x00")
    (cut,) = told(day="x" * 60)

    assert "138" not in problem.reason + problem.mend
    assert cut.reason == f"「{'x' * 40}…」 不是日期 (not a day)"


def test_every_sentence_can_be_written() -> None:
    """No sentence asks for something that the validator does not tell."""
    words = {"value": "x", "allowed": "a, b", "ge": 0, "le": 9, "max_length": 1}

    for code, reason, mend in _SENTENCES.values():
        assert code
        assert reason.format(**words)
        assert mend.format(**words)


def test_every_bad_moment_has_a_sentence() -> None:
    """What the parser of moments may say is known here."""
    assert set(BAD_MOMENTS) <= _SENTENCES.keys()


def test_what_was_not_foreseen_is_still_told() -> None:
    """A finding without a sentence of ours keeps the validator's own, braces and all."""

    class Closed(BaseModel):
        model_config = ConfigDict(extra="forbid")

    with pytest.raises(ValidationError) as caught:
        Closed.model_validate({"{x}": 1})

    assert describe_errors(caught.value) == (
        Problem("{x}", "invalid", "Extra inputs are not permitted", "按格式说明修改 (see the schema)"),
    )


@pytest.mark.parametrize(
    ("parts", "text"),
    [((), ""), (("data",), "data"), (("data", "site", "tags", 2), "data.site.tags[2]"), ((0, "id"), "[0].id")],
)
def test_paths(parts: tuple[object, ...], text: str) -> None:
    """A place reads as a program would write it."""
    assert text == path(parts)
