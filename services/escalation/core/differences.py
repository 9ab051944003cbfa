"""Say in words how two versions of a pack differ, tenant by tenant: what an official reads before it is put into force."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from typing import Any, Final

from contracts.divisions import Divisions
from services.escalation.core.pack_words import KEYS, VALUES
from services.escalation.core.policy import Pack
from services.escalation.core.terms import Span
from services.escalation.core.wording import day_words

NAMES: Final = ("step", "id", "period", "label", "name")
"""By which key an entry of a list is known, the first one that it has; a sector has a name alone."""
NOTHING: Final = "无"
SILENT: Final = ("leans_on",)
"""What is not worth a sentence where its value stays."""


def differences(old: Sequence[Pack], new: Sequence[Pack], divisions: Divisions) -> list[str]:
    """The sentences, below a line for each tenant; `old` and `new` are packs with the children they bring along.

    The first ones are compared with each other whatever their ids, children by theirs. Empty where nothing differs.
    """
    pairs: list[tuple[Pack | None, Pack | None]] = [(old[0], new[0])]
    children = {pack.id: pack for pack in old[1:]}, {pack.id: pack for pack in new[1:]}
    pairs += [(children[0].get(name), children[1].get(name)) for name in {**children[0], **children[1]}]
    return [line for before, after in pairs for line in _of_pair(before, after, divisions)]


def _of_pair(before: Pack | None, after: Pack | None, divisions: Divisions) -> Iterator[str]:
    bound = tuple(before.tenants if before else ()), tuple(after.tenants if after else ())
    changes = list(_changes(before, after)) if before and after else []
    for tenant in dict.fromkeys((*bound[0], *bound[1])):
        name = f"{tenant} {divisions.full_name(tenant)}及所辖"
        if tenant not in bound[1] or after is None:
            yield f"{name}：不再受{_title(before)}约束。"
        elif tenant not in bound[0] or before is None:
            yield f"{name}：自{day_words(after.effective_from)}起受{_title(after)}约束。"
        elif changes:
            yield f"{name}："
            yield from (f"　{line}" for line in changes)


def _title(pack: Pack | None) -> str:
    return f"政策包{pack.id}第{pack.version}版" if pack else ""


def _changes(before: Pack, after: Pack) -> Iterator[str]:
    old, new = before.model_dump(), after.model_dump()
    for key in Pack.model_fields:
        if key != "tenants":
            yield from _compare(KEYS[key], old[key], new[key], key)


def _compare(name: str, old: Any, new: Any, key: str) -> Iterator[str]:
    if old == new:
        return
    old, new = _plain(old), _plain(new)
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _mappings(name, old, new, key)
    elif _is_listed(old) and _is_listed(new):
        yield from _mappings(name, _by_name(old), _by_name(new), key, of_entries=True)
    elif _is_words(old) and _is_words(new) and set(old) != set(new):
        if added := [word for word in new if word not in old]:
            yield f"{name}增加{say(added)}。"
        if gone := [word for word in old if word not in new]:
            yield f"{name}去掉{say(gone)}。"
    elif say(old) != say(new):
        yield f"{name}由{say(old)}改为{say(new)}。"
    else:
        yield f"{name}的写法有改动，含义不变。"


def _mappings(
    name: str, old: Mapping[str, Any], new: Mapping[str, Any], key: str, *, of_entries: bool = False
) -> Iterator[str]:
    """Compare by keys: the parts of one thing, or the entries of a list or table, each by its name."""
    entries = of_entries or key in ("rules", "obligations", "units")
    for part in {**old, **new}:
        if part in SILENT:
            continue
        if entries:
            label = f"{name}“{_label(key, part, new.get(part, old.get(part)))}”"
            if part not in old:
                yield f"{name}新增“{_label(key, part, new[part])}”：{say(new[part])}。"
            elif part not in new:
                yield f"{name}取消“{_label(key, part, old[part])}”。"
            else:
                yield from _compare(label, old[part], new[part], str(part))
        else:
            yield from _compare(f"{name}的{KEYS[part]}", old.get(part), new.get(part), part)


def _label(key: str, part: str, value: Any) -> str:
    if key == "rules":
        return KEYS[part]
    title = value.get("title") or value.get("name") if isinstance(value, Mapping) else ""
    return title or str(part)


def say(value: Any) -> str:
    """A value as one would say it."""
    value = _plain(value)
    if value is None or value == "" or (isinstance(value, list | tuple | Mapping) and not value):
        return NOTHING
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return day_words(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        said = [(key, part) for key, part in value.items() if key not in SILENT and say(part) != NOTHING]
        return "，".join(f"{KEYS.get(key, key)}为{say(part)}" for key, part in said)
    if isinstance(value, list | tuple):
        return ("；" if any(isinstance(_plain(part), Mapping) for part in value) else "、").join(
            say(part) for part in value
        )
    return VALUES.get(str(value), str(value))


def _plain(value: Any) -> Any:
    """A span in words and a given value without its frame; everything else as it is."""
    if not isinstance(value, Mapping):
        return value
    if {"count", "unit", "leans_on"} <= value.keys():
        return Span.model_validate(value).words + ("（建议值）" if value["source"] == "proposed" else "")
    if {"value", "leans_on"} <= value.keys():
        return say(value["value"]) + ("（建议值）" if value["source"] == "proposed" else "")
    return value


def _is_listed(value: Any) -> bool:
    """Whether it is a list of entries, each with a name of its own."""
    entries = isinstance(value, list | tuple) and all(isinstance(part, Mapping) for part in value)
    return entries and len(_by_name(value)) == len(value)


def _is_words(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(part, str) for part in value)


def _by_name(entries: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {str(next(entry[key] for key in NAMES if entry.get(key))): entry for entry in entries}
