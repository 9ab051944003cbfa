"""Who owes what, and what the office owes itself (S2-20, S2-21)."""

import pytest

from services.escalation.core.pictures.duties import duty, in_order
from services.escalation.core.simulation import activation
from tests.unit.services.escalation.drawn import states, told
from tests.unit.services.escalation.stories import fact, law_of, moment

LAW = law_of("wenling-2023")
OFFICE = {"市安委办"}


def owed(until: str, *came: str) -> dict[str, str]:
    """How the office's letters of each month stand on a day; `came` are months (05) that came on the 20th."""
    opened = activation(LAW, "331081", LAW.begins(LAW.packs[0]))
    letters = [
        fact("obligation.fulfilled", f"{month}-20 10:00", tenant="331081", obligation="prompt_letter", unit="市安委办", period=f"2023-{month}")
        for month in came
    ]  # fmt: skip
    cases = told(LAW, opened, *letters, until=until)
    found = [duty(state, OFFICE, moment(until)) for _, state in states(LAW, cases, "obligation")]
    return {one.period: one.state for one in in_order(found) if one.obligation == "prompt_letter" and one.is_own}


@pytest.mark.parametrize(
    ("until", "came", "expected"),
    [
        pytest.param("05-31", (), {"2023-05": "owed"}, id="the month runs"),
        pytest.param("06-01", (), {"2023-05": "missed", "2023-06": "owed"}, id="the month is over"),
        pytest.param("06-25", ("05", "06"), {"2023-05": "in_time", "2023-06": "in_time"}, id="both came"),
    ],
)
def test_the_offices_own_letters(until: str, came: tuple[str, ...], expected: dict[str, str]) -> None:
    """Each month one; April was half over when the notice came, and is owed like any other."""
    found = owed(until, *came)

    assert {month: state for month, state in found.items() if month >= "2023-05"} == expected


def test_what_is_missed_comes_first() -> None:
    """Then what falls due first."""
    opened = activation(LAW, "331081", LAW.begins(LAW.packs[0]))
    cases = told(LAW, opened, until="07-05")
    found = in_order(duty(state, OFFICE, moment("07-05")) for _, state in states(LAW, cases, "obligation"))

    kinds = [one.state for one in found]
    assert kinds == sorted(kinds, key=["missed", "owed", "late", "in_time", "without_term"].index)
    assert {one.is_own for one in found} == {True, False}
