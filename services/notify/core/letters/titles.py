"""Break a title into lines that an eye takes in: words whole, lines balanced (GB/T 9704-2012, 7.3.1)."""

from itertools import pairwise
from typing import Final

WIDEST: Final = 20  # characters of 22 pt on 156 mm
_GOOD_AFTER: Final = frozenset("的、，”》）于对市县区镇加")


def title_lines(title: str, widest: int = WIDEST) -> tuple[str, ...]:
    """The title in as few lines as it needs; none begins with a closing mark or splits where a word surely goes on."""
    least = -(-len(title) // widest)
    if least <= 1:
        return (title,)
    for count in range(least, least + 2):
        found = _balanced(title, count, widest)
        if found:
            return found
    return tuple(title[start : start + widest] for start in range(0, len(title), widest))


def _balanced(title: str, count: int, widest: int) -> tuple[str, ...] | None:
    """The best division into so many lines, found by dynamic programming; None where no division fits."""
    ideal, size = len(title) / count, len(title)
    best: list[dict[int, tuple[float, tuple[int, ...]]]] = [{0: (0.0, ())}]
    for _ in range(count):
        ends: dict[int, tuple[float, tuple[int, ...]]] = {}
        for start, (cost, cuts) in best[-1].items():
            for end in range(start + 1, min(start + widest, size) + 1):
                price = cost + (end - start - ideal) ** 2 + _price(title, end)
                if end not in ends or price < ends[end][0]:
                    ends[end] = (price, (*cuts, end))
        best.append(ends)
    found = best[-1].get(size)
    if found is None or found[0] >= _FORBIDDEN:
        return None
    cuts = (0, *found[1])
    return tuple(title[start:end] for start, end in pairwise(cuts))


_FORBIDDEN: Final = 10_000.0
_RELUCTANT: Final = 60.0


def _price(title: str, end: int) -> float:
    """What it costs the eye to break here."""
    if end == len(title):
        return 0.0
    before, after = title[end - 1], title[end]
    if after in "，。、；：！？）》〕”’…" or before in "（《〔“‘":
        return _FORBIDDEN
    if before.isascii() and before.isalnum() and after.isascii() and after.isalnum():
        return _FORBIDDEN
    if before in _GOOD_AFTER or after in "“《（〔":
        return 0.0
    return _RELUCTANT
