"""Why somebody is not told: by how the fact came and by what people switched, never by its age."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from contracts.vocabulary import Suppression
from services.notify.core.matching import Match
from services.notify.core.suppression import CHECKS, Question, Silence, Switches, TenantRule, why_untold
from tests.unit.services.notify.given import DUE, NOW, PLACES, decision, later

SILENCE = Silence(
    id=UUID(int=7),
    author="值班员",
    reason="设备检修",
    starts_at=NOW - timedelta(hours=1),
    ends_at=later(hours=1),
    match=Match(tenant=("331081",)),
)


def asked(*, follows: bool = False, recipient: str = "office@331081001", **changes: object) -> Question:
    return Question(
        decision=decision(**changes),
        lineage=PLACES.lineage("331081001"),
        recipient=recipient,
        follows=follows,
        now=NOW,
    )


def switched(*, stopped: bool = False, silences: tuple[Silence, ...] = (), **tenants: TenantRule) -> Switches:
    return Switches(
        tenants={code.removeprefix("t"): rule for code, rule in tenants.items()}, silences=silences, stopped=stopped
    )


@pytest.mark.parametrize(
    ("question", "switches", "reason"),
    [
        pytest.param(asked(), switched(), None, id="nothing is switched off"),
        pytest.param(asked(historic=True), switched(), Suppression.HISTORIC, id="a historic import tells nobody"),
        pytest.param(
            asked(at=DUE - timedelta(days=900), late_recorded=True),
            switched(),
            None,
            id="old news by a live door are told",
        ),
        pytest.param(
            asked(),
            switched(t331081=TenantRule(go_live=date(2023, 5, 22))),
            Suppression.BEFORE_GO_LIVE,
            id="before go-live",
        ),
        pytest.param(
            asked(), switched(t331081=TenantRule(go_live=date(2023, 5, 21))), None, id="due at 00:00 of the go-live day"
        ),
        pytest.param(
            asked(at=DUE - timedelta(seconds=1)),
            switched(t331081=TenantRule(go_live=date(2023, 5, 21))),
            Suppression.BEFORE_GO_LIVE,
            id="a second before it",
        ),
        pytest.param(
            asked(),
            switched(t331081=TenantRule(go_live=date(2030, 1, 1)), t331081001=TenantRule(go_live=date(2023, 1, 1))),
            None,
            id="a town may go live before its county",
        ),
        pytest.param(
            asked(), switched(t331000=TenantRule(shadow=True)), Suppression.SHADOW, id="shadow reaches all below"
        ),
        pytest.param(
            asked(),
            switched(t331000=TenantRule(shadow=True), t331081=TenantRule(shadow=False)),
            None,
            id="out of the shadow one by one",
        ),
        pytest.param(asked(), switched(t331081003=TenantRule(shadow=True)), None, id="a sibling's shadow"),
        pytest.param(asked(), switched(stopped=True), Suppression.MASTER_SWITCH, id="the master switch"),
        pytest.param(asked(), switched(silences=(SILENCE,)), Suppression.SILENCED, id="a silence"),
        pytest.param(
            asked(historic=True),
            switched(stopped=True, silences=(SILENCE,)),
            Suppression.HISTORIC,
            id="the first reason wins",
        ),
    ],
)
def test_the_reason_for_silence(question: Question, switches: Switches, reason: Suppression | None) -> None:
    """The table of reasons, one case each."""
    found = why_untold(question, switches)

    assert reason == (found and found[0])


@pytest.mark.parametrize(
    ("silence", "acts"),
    [
        pytest.param({"starts_at": NOW, "ends_at": later(seconds=1)}, True, id="from its start"),
        pytest.param({"ends_at": NOW}, False, id="not at its end"),
        pytest.param({"starts_at": later(seconds=1)}, False, id="not before its start"),
        pytest.param(
            {"match": Match(rule=("overdue",), tenant=("331081003",))}, False, id="only where all of it holds"
        ),  # type: ignore[arg-type]
        pytest.param({"recipient": "office@331081001"}, True, id="for this recipient"),
        pytest.param({"recipient": "office@331081"}, False, id="for another recipient"),
    ],
)
def test_a_silence_acts_where_it_says(silence: dict[str, object], acts: bool) -> None:
    """Time, conditions and recipient all have to fit; the detail names the silence."""
    told = {name: getattr(SILENCE, name) for name in SILENCE.__slots__} | silence

    found = why_untold(asked(), switched(silences=(Silence(**told),)))

    assert ((Suppression.SILENCED, f"静默 {SILENCE.id}") if acts else None) == found


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.reason.value)
def test_who_was_told_the_beginning_is_told_the_end(check: object) -> None:
    """Only what stops all sending (shadow, master switch) holds back the end of something told."""
    switches = switched(
        stopped=check.reason is Suppression.MASTER_SWITCH,  # type: ignore[attr-defined]
        silences=(SILENCE,) if check.reason is Suppression.SILENCED else (),  # type: ignore[attr-defined]
        t331081=TenantRule(
            go_live=date(2030, 1, 1) if check.reason is Suppression.BEFORE_GO_LIVE else None,  # type: ignore[attr-defined]
            shadow=check.reason is Suppression.SHADOW,  # type: ignore[attr-defined]
        ),
    )
    question = asked(follows=True, historic=check.reason is Suppression.HISTORIC)  # type: ignore[attr-defined]

    found = why_untold(question, switches)

    assert (found is None) == check.spares_followers  # type: ignore[attr-defined]
