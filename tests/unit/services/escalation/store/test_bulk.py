"""Columns travel in PostgreSQL's own binary form."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.adapt import PyFormat, Transformer
from psycopg.types.numeric import Int4, Int8

from services.escalation.store.bulk import Statement, column

INSTANTS = st.datetimes(
    datetime(1900, 1, 1),  # noqa: DTZ001 (hypothesis adds the zone)
    datetime(2200, 1, 1),  # noqa: DTZ001 (as above)
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-3, minutes=-30))]),
)
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)


def by_psycopg(values: Sequence[Any]) -> tuple[int, bytes]:
    """The array as the driver itself would send it."""
    dumper = Transformer(None).get_dumper(list(values), PyFormat.BINARY)
    return dumper.oid, bytes(dumper.dump(list(values)) or b"")


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        pytest.param("text", ["隐患", "", "x" * 5000], id="text"),
        pytest.param("text", ["隐患", None], id="text with NULL"),
        pytest.param("word", ["county", "县", "县", None], id="word with NULL"),
        pytest.param("bytea", [b"\x00\xff", b"", b"y" * 5000], id="bytea"),
        pytest.param("int4", [Int4(-1), Int4(2**31 - 1)], id="int4"),
        pytest.param("int8", [Int8(-1), Int8(2**63 - 1)], id="int8"),
        pytest.param("timestamptz", [datetime(2023, 5, 20, tzinfo=UTC), None], id="timestamptz with NULL"),
    ],
)
def test_a_column_is_what_the_driver_would_send(kind: str, values: list[Any]) -> None:
    """The same type and the same bytes."""
    made = column(kind, values)

    assert (made.oid, made.value) == by_psycopg(values)


@given(st.lists(INSTANTS, min_size=1))
def test_an_instant_is_the_same_in_any_zone(instants: list[datetime]) -> None:
    """Microseconds since 2000 in UTC, before and after."""
    made = column("timestamptz", instants)

    assert made.value == by_psycopg(instants)[1]


@given(st.lists(TEXTS, min_size=1))
def test_any_text_travels(texts: list[str]) -> None:
    """In UTF-8, with its length in bytes."""
    made = column("text", texts)

    assert made.value == by_psycopg(texts)[1]


def test_text_may_come_as_bytes() -> None:
    """A document that is JSON already is not decoded to be encoded again."""
    made = column("utf8", ["隐患".encode()])

    assert (made.oid, made.value) == by_psycopg(["隐患"])


def test_a_column_of_nothing_keeps_its_type() -> None:
    """A column of NULLs alone is still a column of instants."""
    made = column("timestamptz", [None])

    assert made.oid == 1185
    assert made.value.endswith(b"\xff\xff\xff\xff")


def test_rows_become_one_array_each() -> None:
    """The statement names its columns as the rows do."""
    made = Statement("DELETE FROM deadline d USING {rows} WHERE d.slot = u.slot", {"slot": "int4", "key": "text"})

    assert (
        made.query
        == b"DELETE FROM deadline d USING unnest(%b::int4[], %b::text[]) AS u(slot, key) WHERE d.slot = u.slot"
    )
