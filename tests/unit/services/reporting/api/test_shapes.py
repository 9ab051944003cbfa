"""Answers carry instants of Asia/Shanghai and no telephone number."""

import msgspec

from services.reporting.api.shapes import entry_shape, hazard_shape, local, summary_shape
from services.reporting.core.summary import Counts, Group, Summary
from services.reporting.core.timeline import Entry
from tests.telephones import CARRIER
from tests.unit.services.reporting.core.test_rows import row
from tests.unit.services.reporting.facts import at, follow


def test_instants_carry_the_offset_of_shanghai() -> None:
    """Whatever zone the database answers in."""
    closed = row(follow("closed", at("2023-05-22 09:00")), overdue_since=at("2023-05-21 00:00"))

    shape = hazard_shape(closed, "台州市温岭市城西街道").model_dump(mode="json")

    assert "2023-05-21T00:00:00+08:00" == shape["deadline"]["due_at"] == shape["overdue_since"]
    assert ("2023-05-20", True, -2, False) == (
        shape["deadline"]["last_day"],
        shape["deadline"]["whole_day"],
        shape["outcome"]["days_left"],
        shape["overdue"],
    )
    assert ("331081:test:H-1", "已销号", "台州市温岭市城西街道") == (
        shape["id"],
        shape["state_name"],
        shape["area"]["name"],
    )
    assert local(None) is None


def test_absent_things_are_null() -> None:
    """No deadline, no plan, no outcome: null, never a made-up value."""
    bare = msgspec.structs.replace(row(), due_at=None, original_due_at=None)

    shape = hazard_shape(bare, "")

    assert (None, None, None, None) == (shape.deadline, shape.original_deadline, shape.plan, shape.outcome)


def test_a_plan_is_shown() -> None:
    """Its target day and when it was filed."""
    planned = row(follow("plan_filed", at("2023-05-10 09:00"), target_date="2023-05-19"))

    shape = hazard_shape(planned, "")

    assert shape.plan is not None
    assert ("2023-05-19", at("2023-05-10 09:00")) == (shape.plan.target_date, shape.plan.filed_at)


def test_free_text_is_redacted() -> None:
    """Telephone numbers in descriptions and lines are masked."""
    telling = msgspec.structs.replace(row(), description=f"联系人 {CARRIER}")
    moment = at("2023-05-10 09:00")
    entry = Entry(
        kind="fact", at=moment, known_at=moment, title="t", type="x", reference="r", lines=(("理由", f"打 {CARRIER}"),)
    )

    assert "联系人 138****8000" == hazard_shape(telling, "").description
    assert ["打 138****8000"] == [line.text for line in entry_shape(entry).lines]


def test_a_summary_names_its_moment() -> None:
    """Totals, areas and sectors with the moment up to which they count."""
    counts = Counts(reported=3, open=2, overdue=1, closed=1)
    group = Group(code="331081003", name="城西街道", counts=counts, oldest=at("2023-05-21 00:00"))
    summary = Summary(
        scope="331081",
        scope_name="温岭市",
        as_of=at("2023-06-01 00:00"),
        total=counts,
        area_column="tenant",
        areas=(group,),
        sectors=(),
    )

    shape = summary_shape(summary).model_dump(mode="json")

    assert ("2023-06-01T00:00:00+08:00", 1, "2023-05-21T00:00:00+08:00") == (
        shape["as_of"],
        shape["total"]["overdue"],
        shape["areas"][0]["oldest_overdue_since"],
    )
