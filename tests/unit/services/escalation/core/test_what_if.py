"""Another policy over the same facts: what is added, dropped and moved, in words that can be read out."""

import msgspec
import pytest

from contracts.decisions import Decision
from services.escalation.core.law import Law
from services.escalation.core.what_if import counts, difference, law_with, name_of
from tests.unit.services.escalation.accidents import pack
from tests.unit.services.escalation.stories import all_divisions, law_of, moment, report, run

LATE = next(
    one for one in run(report("05-08 09:00"), until=moment("05-22").strftime("%Y-%m-%d")) if one.rule == "overdue"
)
"""H-1 is a day late; its first rung under the pack of 温岭."""


def but(**changes: object) -> Decision:
    return msgspec.structs.replace(LATE, **changes)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        pytest.param(None, LATE, "将新增提醒（镇街，2023年5月21日0时00分）：", id="added"),
        pytest.param(LATE, None, "将不再提醒（原为镇街，2023年5月21日0时00分）：", id="dropped"),
        pytest.param(
            LATE, but(at=moment("05-23")), "提醒由2023年5月21日0时00分改为2023年5月23日0时00分：", id="at another time"
        ),
        pytest.param(LATE, but(level="city"), "提醒由镇街改由市办理：", id="by another level"),
        pytest.param(
            LATE,
            but(level="city", at=moment("05-23")),
            "提醒由2023年5月21日0时00分改为2023年5月23日0时00分，由镇街改由市办理：",
            id="both",
        ),
    ],
)
def test_a_difference_is_a_sentence(before: Decision | None, after: Decision | None, sentence: str) -> None:
    """With the reason of the decision behind it."""
    town = [
        one and msgspec.structs.replace(one, level="town" if one.level == LATE.level else one.level)
        for one in (before, after)
    ]
    found = difference(*town)
    assert found is not None

    assert found.sentence == f"{sentence}{LATE.reason}"


def test_the_same_is_no_difference() -> None:
    """Words and versions may differ."""
    assert difference(LATE, but(reason="另一句。")) is None
    assert difference(None, None) is None


def test_a_decision_is_known_under_any_pack() -> None:
    """Its id holds the pack, its name does not."""
    assert name_of(LATE) == name_of(but(decision_id="another"))
    assert name_of(LATE) != name_of(but(step="T+3"))


@pytest.mark.parametrize(
    ("changes", "since", "tenants", "expected"),
    [
        pytest.param({}, None, [], True, id="told"),
        pytest.param({"status": "coalesced"}, None, [], False, id="told with a higher one"),
        pytest.param({"status": "cleared"}, None, [], False, id="ended"),
        pytest.param({}, "05-21", [], True, id="known at the very instant"),
        pytest.param({}, "05-22", [], False, id="known before"),
        pytest.param({}, None, ["331081003"], True, id="there"),
        pytest.param({}, None, ["331081"], True, id="below it"),
        pytest.param({}, None, ["331081006", "330300"], False, id="elsewhere"),
    ],
)
def test_what_counts(changes: dict[str, str], since: str | None, tenants: list[str], *, expected: bool) -> None:
    """What somebody is told, from a day on, in some divisions."""
    assert counts(but(**changes), moment(since) if since else None, tenants, law_of("wenling-2023")) is expected


def test_the_other_policy_stands_in_the_place_of_all_versions() -> None:
    """Children of the same parent stay, those that come along replace their namesakes; other committees keep theirs."""
    child, other = pack(id="child", child_of="trial-2023"), pack(id="other", root="330300", tenants=["330300"])
    law = Law([pack(), pack(version="2", effective_from="2024-01-01"), child, other], all_divisions())

    alone = law_with(law, [pack(version="3")])
    both = law_with(law, [pack(version="3"), pack(id="child", version="2", child_of="trial-2023")])

    assert {(one.id, one.version) for one in alone.packs} == {("trial-2023", "3"), ("child", "1"), ("other", "1")}
    assert {(one.id, one.version) for one in both.packs} == {("trial-2023", "3"), ("child", "2"), ("other", "1")}
