"""Print how many cases each property had, from what `pytest --hypothesis-show-statistics` says: `make properties`."""

import re
import sys
from collections.abc import Iterable
from typing import Final

_TEST: Final = re.compile(r"^(tests/\S+::\S.*):$")
_CASES: Final = re.compile(r"- ([\d,]+) passing, [\d,]+ failing, and [\d,]+ invalid test cases")


def counted(lines: Iterable[str]) -> dict[str, int]:
    """The passing cases of each property, over all phases in which hypothesis made some."""
    found: dict[str, int] = {}
    name = ""
    for line in lines:
        if told := _TEST.match(line.strip()):
            name = told[1]
            found.setdefault(name, 0)
        elif name and (told := _CASES.search(line)):
            found[name] += int(told[1].replace(",", ""))
    return found


def main() -> int:
    """Read the statistics, print a line for each property and the sum; 1 where there was none."""
    found = counted(sys.stdin)
    for name, cases in sorted(found.items()):
        sys.stdout.write(f"{cases:>7,}  {name}\n")
    sys.stdout.write(f"{sum(found.values()):>7,}  cases of {len(found)} properties\n")
    return 0 if any(found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
