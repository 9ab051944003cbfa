"""Keep every fact as it came, and find all that bears on a hazard: its own facts and whatever corrects them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from contracts.facts import Fact
from runtime import codec
from runtime.database import Work
from services.reporting.core.rows import HazardKey
from services.reporting.core.said import Said, arrival
from services.reporting.core.standing import REPORTED
from services.reporting.core.transfer import TRANSFERRED
from services.reporting.store import bulk

Told = tuple[Fact, Said | None, bytes]
"""A fact, what it says, and its document as it came."""

_FACT: Final[bulk.Columns] = {
    "committee": "text",
    "source": "text",
    "event_id": "text",
    "root_id": "text",
    "namespace": "text",
    "hazard_id": "text",
    "about": "text",
    "site_id": "text",
    "type": "text",
    "tenant": "text",
    "happened_at": "timestamptz",
    "recorded_at": "timestamptz",
    "known_at": "timestamptz",
    "incarnation": "int4",
    "number": "int8",
    "document": "bytea",
}
_KEY: Final[bulk.Columns] = {"committee": "text", "namespace": "text", "hazard_id": "text"}
_SITE: Final[bulk.Columns] = {"committee": "text", "namespace": "text", "site_id": "text"}
_PLACED: Final[bulk.Columns] = {**_KEY, "place": "int4"}
_ROOT: Final[bulk.Columns] = {"committee": "text", "source": "text", "root_id": "text"}

Root = tuple[str, str, str]
"""(committee, source, id) of the event at the bottom of a chain of corrections."""


def keep(work: Work, told: Sequence[Told]) -> None:
    """Keep facts not kept before, each with the root of its chain of corrections as far as it is known."""
    roots = _roots(work, [fact for fact, _, _ in told])
    bulk.run(
        work,
        """INSERT INTO fact (committee, source, event_id, root_id, namespace, hazard_id, about, site_id, type,
            tenant, happened_at, recorded_at, known_at, incarnation, number, document)
        SELECT committee, source, event_id, root_id, namespace, hazard_id, string_to_array(about, E'\\n'), site_id,
            type, tenant, happened_at, recorded_at, known_at, incarnation, number, document
        FROM {rows} ON CONFLICT DO NOTHING""",
        _FACT,
        [_row(fact, said, document, roots) for fact, said, document in told],
    )
    _reroot(work, [(fact, roots[fact.committee, fact.source, fact.id]) for fact, _, _ in told if fact.correction])


def touched(work: Work, told: Sequence[Told]) -> set[HazardKey]:
    """The hazards on which the facts bear: those they name, and those of all that shares a chain of corrections.

    A transfer bears on all hazards of its site.
    """
    keys = {HazardKey(f.committee, f.namespace, said.hazard_id) for f, said, _ in told if said and said.hazard_id}
    facts = [fact for fact, _, _ in told]
    chained = bulk.run(
        work,
        """SELECT DISTINCT f.committee, f.namespace, f.hazard_id
        FROM {rows} JOIN fact f USING (committee, source, root_id)
        WHERE f.root_id <> f.event_id AND f.hazard_id IS NOT NULL""",
        _ROOT,
        [(fact.committee, fact.source, fact.id) for fact in facts],
    )
    corrections = [fact for fact in facts if fact.correction]
    corrected = bulk.run(
        work,
        """SELECT DISTINCT f.committee, f.namespace, f.hazard_id
        FROM {rows} JOIN fact c ON c.committee = u.committee AND c.source = u.source AND c.event_id = u.root_id
            JOIN fact f ON f.committee = c.committee AND f.source = c.source
                AND (f.event_id = c.root_id OR (f.root_id = c.root_id AND f.root_id <> f.event_id))
        WHERE f.hazard_id IS NOT NULL""",
        _ROOT,
        [(fact.committee, fact.source, fact.id) for fact in corrections],
    )
    moved = _at_moved_sites(work, told)
    return keys | moved | {HazardKey(*row) for row in (*chained, *corrected)}


def _at_moved_sites(work: Work, told: Sequence[Told]) -> set[HazardKey]:
    transfers = [(fact, said) for fact, said, _ in told if fact.type.startswith(f"{TRANSFERRED}.")]
    if not transfers:
        return set()
    corrected = bulk.run(
        work,
        """SELECT f.committee, f.namespace, f.site_id
        FROM {rows} JOIN fact c ON c.committee = u.committee AND c.source = u.source AND c.event_id = u.root_id
            JOIN fact f ON f.committee = c.committee AND f.source = c.source AND f.event_id = c.root_id
        WHERE f.site_id IS NOT NULL""",
        _ROOT,
        [(fact.committee, fact.source, fact.id) for fact, _ in transfers if fact.correction],
    )
    named = {(fact.committee, fact.namespace, said.site_id) for fact, said in transfers if said is not None}
    rows = bulk.run(
        work,
        "SELECT h.committee, h.namespace, h.hazard_id FROM {rows} JOIN hazard h USING (committee, namespace, site_id)",
        _SITE,
        sorted(named | set(corrected)),
    )
    return {HazardKey(*row) for row in rows}


def about(work: Work, keys: Iterable[HazardKey]) -> dict[HazardKey, list[Fact]]:
    """All facts that a fold of each hazard needs, in no particular order; a hazard without facts is left out.

    They are its own, the transfers of the sites that these name, and whatever corrects either.
    """
    wanted = list(keys)
    rows = bulk.run(
        work,
        """SELECT u.place, f.document, c.document, t.document
        FROM {rows} JOIN fact f USING (committee, namespace, hazard_id)
            LEFT JOIN fact c ON c.committee = f.committee AND c.source = f.source AND c.root_id = f.root_id
                AND c.root_id <> c.event_id
            LEFT JOIN fact t ON t.site_id = f.site_id AND t.namespace = f.namespace AND t.committee = f.committee
                AND t.type = 'site.transferred.v1'""",
        _PLACED,
        [(*key, place) for place, key in enumerate(wanted)],
    )
    known: dict[int, dict[tuple[str, str], Fact]] = defaultdict(dict)
    beside: list[tuple[str, str, str, int]] = []
    for place, *documents in rows:
        facts = known[place]
        for number, document in enumerate(documents):
            if document is not None:
                fact = codec.decode(document)
                if (fact.correction or number == len(documents) - 1) and (fact.source, fact.id) not in facts:
                    beside.append((fact.committee, fact.source, fact.correction or fact.id, place))
                facts[fact.source, fact.id] = fact
    for place, document in _chained(work, beside):
        fact = codec.decode(document)
        known[place][fact.source, fact.id] = fact
    return {wanted[place]: list(facts.values()) for place, facts in known.items()}


def _chained(work: Work, named: Sequence[tuple[str, str, str, int]]) -> list[tuple[int, bytes]]:
    """(place, document) of every fact in the chain of corrections to which the named one belongs."""
    rows = bulk.run(
        work,
        """WITH named AS MATERIALIZED (
            SELECT u.place, u.committee, u.source, coalesce(f.root_id, u.root_id) AS root_id
            FROM {rows} LEFT JOIN fact f ON f.committee = u.committee AND f.source = u.source AND f.event_id = u.root_id)
        SELECT n.place, f.document FROM named n
            JOIN fact f ON f.committee = n.committee AND f.source = n.source AND f.event_id = n.root_id
        UNION ALL
        SELECT n.place, f.document FROM named n
            JOIN fact f ON f.committee = n.committee AND f.source = n.source AND f.root_id = n.root_id
            WHERE f.root_id <> f.event_id""",
        {**_ROOT, "place": "int4"},
        named,
    )
    return [(place, document) for place, document in rows]


def naming(work: Work, key: HazardKey) -> list[Fact]:
    """Facts about other things that name the hazard, such as enforcement documents and listings."""
    rows = work.connection.execute(
        """SELECT document FROM fact WHERE about @> ARRAY[%s]::text[] AND committee = %s AND namespace = %s
        AND hazard_id IS NULL""",
        (key.hazard_id, key.committee, key.namespace),
        binary=True,
    ).fetchall()
    return [codec.decode(document) for (document,) in rows]


def _row(fact: Fact, said: Said | None, document: bytes, roots: dict[Root, str]) -> tuple[object, ...]:
    incarnation, number = arrival(fact)
    return (
        fact.committee,
        fact.source,
        fact.id,
        roots[fact.committee, fact.source, fact.id],
        fact.namespace,
        said.hazard_id or None if said else None,
        "\n".join(said.hazard_ids) or None if said else None,
        _site_of(fact, said),
        fact.type,
        fact.tenant,
        fact.time,
        fact.recorded,
        fact.known_at,
        incarnation,
        number,
        document,
    )


def _site_of(fact: Fact, said: Said | None) -> str | None:
    """The site by which the fact is found: one that it describes, and that of a report or a transfer."""
    if said is None:
        return None
    by_id = said.site_id if fact.type.startswith((f"{REPORTED}.", f"{TRANSFERRED}.")) else ""
    return (said.site.id if said.site else by_id) or None


def _roots(work: Work, facts: Sequence[Fact]) -> dict[Root, str]:
    """The root id of each fact: its own, or that of what it corrects, or what it names while that is unknown."""
    named = [(f.committee, f.source, f.correction) for f in facts if f.correction]
    kept = bulk.run(
        work,
        """SELECT f.committee, f.source, f.event_id, f.root_id
        FROM {rows} JOIN fact f ON f.committee = u.committee AND f.source = u.source AND f.event_id = u.root_id""",
        _ROOT,
        named,
    )
    roots: dict[Root, str] = {(committee, source, event_id): root for committee, source, event_id, root in kept}
    for fact in facts:
        own = (fact.committee, fact.source, fact.id)
        roots[own] = fact.correction or fact.id
    return {own: _bottom(own, roots) for own in roots}


def _bottom(own: Root, roots: dict[Root, str]) -> str:
    """Where the chain that begins at `own` ends; a ring ends where it closes."""
    seen = {own}
    below = roots[own]
    while (own[0], own[1], below) in roots and (own[0], own[1], below) not in seen:
        seen.add((own[0], own[1], below))
        below = roots[own[0], own[1], below]
    return below


def _reroot(work: Work, corrections: Sequence[tuple[Fact, str]]) -> None:
    """Lead what corrects a correction, and came before it, down to the event below both."""
    bulk.run(
        work,
        """UPDATE fact SET root_id = u.below FROM {rows}
        WHERE fact.committee = u.committee AND fact.source = u.source AND fact.root_id = u.root_id
            AND fact.root_id <> fact.event_id AND fact.event_id <> u.below""",
        {**_ROOT, "below": "text"},
        [(fact.committee, fact.source, fact.id, root) for fact, root in corrections],
    )
