"""Tell whether a schema may replace the frozen one: add what is optional, widen what was narrow, else a new version."""

from collections.abc import Iterator
from typing import Any, Final

_WORDS_ONLY: Final = frozenset({"title", "description", "examples", "$schema", "definitions", "default"})
_MAY_RISE: Final = frozenset({"maximum", "maxLength", "maxItems", "maxProperties"})
_MAY_FALL: Final = frozenset({"minimum", "minLength", "minItems", "minProperties"})


def breaks(frozen: dict[str, Any], current: dict[str, Any]) -> tuple[str, ...]:
    """Return what a sender or reader of the frozen schema could stumble over in the current one; empty means none.

    An enumeration may gain words (readers are upgraded first), a bound may be loosened, an optional property may be
    added. A property that is gone, renamed, newly required or no longer required, another type, pattern or format, a
    narrower bound and a lost word each need a new version of the type.
    """
    return tuple(_compare("", frozen, current, (frozen, current)))


def _compare(path: str, old: Any, new: Any, roots: tuple[dict[str, Any], dict[str, Any]]) -> Iterator[str]:
    old, new = _resolved(old, roots[0]), _resolved(new, roots[1])
    if not (isinstance(old, dict) and isinstance(new, dict)):
        if old != new:
            yield f"{path}: changed from {old!r} to {new!r}"
        return
    yield from _compare_properties(path, old.get("properties", {}), new.get("properties", {}), roots)
    yield from _compare_required(path, old, new)
    for keyword in sorted((old.keys() | new.keys()) - _WORDS_ONLY - {"properties", "required"}):
        yield from _compare_keyword(f"{path}/{keyword}", keyword, old.get(keyword), new.get(keyword), roots)


def _compare_properties(
    path: str,
    old: dict[str, Any],
    new: dict[str, Any],
    roots: tuple[dict[str, Any], dict[str, Any]],
) -> Iterator[str]:
    for name, part in old.items():
        if name in new:
            yield from _compare(f"{path}/{name}", part, new[name], roots)
        else:
            yield f"{path}/{name}: removed or renamed"


def _compare_required(path: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    before, after = set(old.get("required", ())), set(new.get("required", ()))
    yield from (f"{path}/{name}: newly required" for name in sorted(after - before))
    yield from (f"{path}/{name}: no longer required" for name in sorted(before - after))


def _compare_keyword(
    path: str,
    keyword: str,
    old: Any,
    new: Any,
    roots: tuple[dict[str, Any], dict[str, Any]],
) -> Iterator[str]:
    if keyword == "enum" and old is not None and new is not None:
        yield from (f"{path}: word {word!r} removed" for word in old if word not in new)
    elif keyword in _MAY_RISE | _MAY_FALL and old is not None:
        if new is not None and (new < old if keyword in _MAY_RISE else new > old):
            yield f"{path}: narrowed from {old} to {new}"
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _compare(f"{path}[{index}]", before, after, roots)
    else:
        yield from _compare(path, old, new, roots)


def _resolved(node: Any, root: dict[str, Any]) -> Any:
    while isinstance(node, dict) and "$ref" in node:
        node = root["definitions"][node["$ref"].rpartition("/")[2]]
    return node
