"""The tables beside the packs."""

from collections import Counter

from policies import tables

COUNTS = {"S0": 25, "S1": 24, "S2": 39, "S3": 31, "S4": 22}


def test_every_clause_of_the_five_notices_is_there() -> None:
    """141 clauses, without a gap, each with its words and what it becomes."""
    found = tables.clauses()

    assert Counter(clause[:2] for clause in found) == COUNTS
    assert list(found) == [f"{tag}-{n:02d}" for tag, count in COUNTS.items() for n in range(1, count + 1)]
    assert all(row.quotation and row.notice and row.becomes for row in found.values())


def test_a_clause_is_quoted() -> None:
    """In the words of its notice."""
    row = tables.clauses()["S2-23"]

    assert (row.notice, row.quotation) == ("2023年温岭市安全生产工作要点", "对拒不配合整改企业，依法给予责令停产停业")
