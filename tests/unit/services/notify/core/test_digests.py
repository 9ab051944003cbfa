"""Digests: what belongs together, in which order, and that each decision is in one of them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.decisions import Subject
from contracts.vocabulary import Measure, NoticeState, Status, SubjectKind
from services.notify.channels.dingtalk import DINGTALK, ROOM
from services.notify.channels.wecom import ROOM as WECOM_ROOM
from services.notify.channels.wecom import WECOM
from services.notify.core.digests import ITEM_LENGTH, Telling, digest_id, grouped, message_of
from services.notify.core.markdown import markdown
from tests.unit.services.notify.given import DUE, NOW, PLACES, decision, planned

GROUP = "温岭安委办群"


def telling(number: int = 1, *, address: str = GROUP, doubtful: bool = False, **changes: Any) -> Telling:
    told = {"decision_id": f"d-{number}", "subject": Subject(kind=SubjectKind.HAZARD, id=f"H-{number}")} | changes
    record = decision(**told)
    (notice,) = planned(record)
    notice = replace(notice, state=NoticeState.SENDING, attempt=1, doubtful=doubtful)
    return Telling(notice=notice, decision=record, folded=(), address=address)


def words(level: str = "general", description: str = "疏散通道被货物堵塞") -> dict[str, Any]:
    return decision().context | {"hazard_level": level, "description": description}


def test_one_notice_is_told_as_it_is() -> None:
    """A digest of one would only hide its details."""
    message = message_of([telling()], places=PLACES, now=NOW)

    assert (message.items, message.title) == ((), "【提醒】逾期未整改：疏散通道被货物堵塞（甲一机械有限公司）")


def test_a_digest_names_the_worst_first() -> None:
    """A major hazard, then the harder measure, then what is late for longest."""
    group = [
        telling(1),
        telling(2, since=DUE - timedelta(days=9)),
        telling(3, measure=Measure.NOTICE_LETTER),
        telling(4, context=words("major", "甲醇储罐区违章动火")),
    ]

    (ranked,) = grouped(group, 40)
    message = message_of(ranked, places=PLACES, now=NOW)

    assert message.title == "【提醒、提示函】逾期未整改 4 件（重大 1 件）"
    assert message.items[0].text == "【重大】甲醇储罐区违章动火（甲一机械有限公司），太平街道，逾期 1 天，H-4"
    assert [item.text.rpartition("，")[2] for item in message.items] == ["H-4", "H-3", "H-2", "H-1"]
    assert "逾期 10 天" in message.items[2].text


def test_what_is_not_alike_is_told_apart() -> None:
    """Another group of people, another status, what may have arrived before: a message of its own."""
    group = [
        telling(1),
        telling(2, address="另一个群"),
        telling(3, status=Status.QUESTIONED),
        telling(4, doubtful=True),
        telling(5),
    ]

    ids = [[one.decision.decision_id for one in part] for part in grouped(group, 40)]

    assert ids == [["d-1", "d-5"], ["d-2"], ["d-3"], ["d-4"]]


def test_a_repetition_says_so() -> None:
    """All of a digest, or nothing of it."""
    (group,) = grouped([telling(1, doubtful=True), telling(2, doubtful=True)], 40)

    message = message_of(group, places=PLACES, now=NOW)

    assert (message.title[:4], message.repeats) == ("【补发】", True)


@given(
    most=st.integers(1, 12),
    tellings=st.lists(
        st.builds(
            lambda number, place, major: telling(number, address=place, context=words("major" if major else "general")),
            st.integers(1, 10**6),
            st.sampled_from(["a", "b"]),
            st.booleans(),
        ),
        max_size=30,
        unique_by=lambda one: one.notice.id,
    ),
)
def test_each_decision_is_in_exactly_one_message(most: int, tellings: list[Telling]) -> None:
    """None is lost and none is told twice, however they are grouped."""
    groups = list(grouped(tellings, most))

    told = sorted(one.notice.id for group in groups for one in group)
    assert told == sorted(one.notice.id for one in tellings)
    assert all(len(group) <= most for group in groups)
    assert len({digest_id(group) for group in groups}) == len(groups)


@settings(max_examples=15, deadline=None)  # a hundred messages each
@given(text=st.text(min_size=1, max_size=300))
def test_a_full_digest_is_never_cut(text: str) -> None:
    """Whatever stands in the hazards, every one of them is named within the provider's room."""
    for dialect, room in ((DINGTALK, ROOM), (WECOM, WECOM_ROOM)):
        group = [telling(n, context=words("major", text)) for n in range(1000, 1000 + dialect.most)]
        message = message_of(group, places=PLACES, now=NOW)

        shown = markdown(message, room)
        assert len(shown.encode()) <= room
        assert all(f"H－{n}" in shown or f"H-{n}" in shown for n in range(1000, 1000 + dialect.most))
        assert all(len(item.text) <= ITEM_LENGTH for item in message.items)
