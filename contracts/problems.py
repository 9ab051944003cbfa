"""Tell an operator what is wrong with an event and how to mend it, in one Chinese and one English sentence each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from contracts.fields import DIVISION_PATTERN, FILLED_PATTERN, ID_PATTERN, SHA256_PATTERN, TEXT_PATTERN
from contracts.moments import YEARS

SHOWN_LENGTH: Final = 40
"""A value is echoed up to this length, and only where it is a word, a moment or a number: texts may name people."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, what kind (a stable code), what it is, and what mends it."""

    field: str
    code: str
    reason: str
    mend: str


# code of the validator -> (our code, reason, mend); {value} and what the validator tells may stand in them
_SENTENCES: Final[Mapping[str, tuple[str, str, str]]] = {
    "missing": ("missing", "缺少字段 (the field is missing)", "补上该字段 (add it)"),
    "unknown_word": (
        "unknown_word",
        "取值 {value} 不认识 (the word is not known)",
        "改为以下之一 (use one of): {allowed}",
    ),
    "not_a_day": (
        "not_a_day",
        "{value} 不是日期 (not a day)",
        "写成 YYYY-MM-DD, 如 2023-05-20 (write it like this)",
    ),
    "not_an_instant": (
        "not_an_instant",
        "{value} 不是时间 (not an instant)",
        "按 RFC 3339 书写, 如 2023-05-20T09:00:00+08:00 (write it like this)",
    ),
    "no_offset": (
        "no_offset",
        "{value} 没有时区 (the time has no offset)",
        "在末尾加上时区, 如 +08:00 (add the offset)",
    ),
    "no_such_moment": (
        "no_such_moment",
        "{value} 不存在 (no such day or time)",
        "检查月、日、时、分、秒 (check month, day and time)",
    ),
    "year_out_of_range": (
        "year_out_of_range",
        "{value} 的年份超出范围 (the year is out of range)",
        f"年份须在 {YEARS[0]} 至 {YEARS[-1]} 之间; 没有期限时不填 (leave the field out where there is no term)",
    ),
    "string_type": ("wrong_type", "应为字符串 (not a string)", "用双引号括起来 (put it in double quotes)"),
    "int_type": ("wrong_type", "应为整数 (not a whole number)", "写成不带引号的整数 (write a number without quotes)"),
    "float_type": ("wrong_type", "应为数字 (not a number)", "写成不带引号的数字 (write a number without quotes)"),
    "bool_type": ("wrong_type", "应为是否值 (not true or false)", "写成不带引号的 true 或 false (without quotes)"),
    "tuple_type": ("wrong_type", "应为列表 (not a list)", "写成 [...] (write a list)"),
    "model_type": ("wrong_type", "应为对象 (not an object)", "写成 {{...}} (write an object)"),
    "dict_type": ("wrong_type", "应为对象 (not an object)", "写成 {{...}} (write an object)"),
    "finite_number": ("not_finite", "不是有限的数 (not a finite number)", "改为普通数字 (write an ordinary number)"),
    "greater_than_equal": ("too_small", "{value} 太小 (too small)", "不小于 {ge} (at least that)"),
    "less_than_equal": ("too_large", "{value} 太大 (too large)", "不大于 {le} (at most that)"),
    "string_too_short": ("blank", "内容为空 (the text is empty)", "填写内容; 选填字段可不填 (fill it in)"),
    "string_too_long": (
        "too_long",
        "超过 {max_length} 个字符 (the text is too long)",
        "缩短, 详情放在附件 (shorten it and attach the rest)",
    ),
    "too_long": (
        "too_long",
        "超过 {max_length} 项 (too many items)",
        "分成多条事件 (split it into several events)",
    ),
    "too_short": ("blank", "列表为空 (the list is empty)", "至少写一项 (give at least one item)"),
    "string_unicode": (
        "bad_character",
        "含有无法存储的字符 (a lone surrogate)",
        "按 UTF-8 重新导出 (export it again as UTF-8)",
    ),
    "site_missing": (
        "missing",
        "没有场所 (neither site nor site_id)",
        "填写 site, 或已登记场所的 site_id (give one of them)",
    ),
    "sites_differ": (
        "contradiction",
        "site 与 site_id 不是同一场所 (they name different sites)",
        "只保留正确的一个 (keep the right one)",
    ),
    "until_missing": (
        "missing",
        "同意延期但没有新期限 (granted without until)",
        "填写 until (give the new deadline)",
    ),
    "document_missing": (
        "missing",
        "确认没有文号 (confirmed without document_no)",
        "填写 document_no (give the document's number)",
    ),
    "informer_named": (
        "informer_named",
        "举报事件不得含举报人信息 (the event tells who gave the tip-off)",
        "删去姓名、电话等字段 (leave out every field about the person)",
    ),
}

_PATTERNS: Final[Mapping[str, tuple[str, str, str]]] = {
    DIVISION_PATTERN: (
        "not_a_division",
        "{value} 不是行政区划代码 (not a division code)",
        "写成 6 至 12 位半角数字 (6 to 12 ASCII digits)",
    ),
    SHA256_PATTERN: (
        "not_a_digest",
        "{value} 不是 SHA-256 校验值 (not a SHA-256)",
        "写成 64 位小写十六进制 (64 lower-case hexadecimal digits)",
    ),
    FILLED_PATTERN: (
        "bad_character",
        "内容为空白或含空字符 (blank, or a NUL character)",
        "填写内容, 删去 U+0000 (fill it in, without NUL)",
    ),
    TEXT_PATTERN: (
        "bad_character",
        "含有空字符 (a NUL character)",
        "删去 U+0000 (take the NUL out)",
    ),
    ID_PATTERN: (
        "bad_character",
        "首尾有空格或含控制字符 (spaces at the ends, or control characters)",
        "去掉首尾空格和换行 (trim it)",
    ),
}

_FORMS: Final[Mapping[str, tuple[str, str, str]]] = {
    "type": (
        "unknown_type",
        "{value} 不是事件类型 (not an event type)",
        "写成 <subject>.<past participle>.v<major>, 如 hazard.reported.v1 (write it like this)",
    ),
    "specversion": (
        "wrong_version",
        "不是 CloudEvents 1.0 (another version of CloudEvents)",
        'specversion 写成 "1.0" (write it like this)',
    ),
    "datacontenttype": (
        "wrong_content_type",
        "{value} 不是 JSON (the data are not JSON)",
        "写成 application/json (write it like this)",
    ),
    "source": (
        "bad_character",
        "来源含空格或为空 (blank, or with spaces)",
        "写登记过的来源 (write the source that is registered)",
    ),
}


def describe_errors(error: ValidationError, *, within: str = "") -> tuple[Problem, ...]:
    """Return one problem per finding of the validator; `within` is the field under which the model stands."""
    return tuple(_describe(found, within) for found in error.errors(include_url=False))


def _describe(found: Mapping[str, Any], within: str) -> Problem:
    field = path(part for part in (within, *found["loc"]) if part != "")
    code, reason, mend = _sentences_for(found)
    words = {"value": _shown(found["input"])} | dict(found.get("ctx", {}))
    return Problem(field=field, code=code, reason=reason.format(**words), mend=mend.format(**words))


def _sentences_for(found: Mapping[str, Any]) -> tuple[str, str, str]:
    kind = found["type"]
    if kind != "string_pattern_mismatch":
        unforeseen = (
            "invalid",
            str(found["msg"]).replace("{", "{{").replace("}", "}}"),
            "按格式说明修改 (see the schema)",
        )
        return _SENTENCES.get(kind, unforeseen)
    pattern = found["ctx"]["pattern"].removesuffix("|^$")
    return _PATTERNS.get(pattern) or _FORMS[found["loc"][-1]]


def path(parts: Iterable[object]) -> str:
    """Return where a value stands, such as `data.site.tags[2]`."""
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _shown(value: object) -> str:
    if isinstance(value, str):
        shown = value if len(value) <= SHOWN_LENGTH else value[:SHOWN_LENGTH] + "…"
        return f"「{shown}」".encode("utf-8", "backslashreplace").decode("utf-8")
    return "「" + (str(value)[:SHOWN_LENGTH] if isinstance(value, int | float) else type(value).__name__) + "」"
