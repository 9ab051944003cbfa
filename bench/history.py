"""Write a long history into reporting's log by SQL alone: facts as the relay publishes them, and late decisions.

A fact's document is encoded once for each step of a hazard's course, with words in it where hazards differ; the database
puts a million hazards' own words in. The log's indexes are taken off before and made anew after. Hazards come in the
order of their reports, and the steps of a thousand of them follow each other, as in a log that grew.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec
import psycopg
from psycopg import sql

from contracts.decisions import DECISION_TYPE, Decision, PolicyVersion, Subject
from contracts.divisions import Divisions
from contracts.facts import Fact
from contracts.topics import slot_of
from contracts.vocabulary import Level, Measure, RuleId, Status, SubjectKind
from runtime import codec

ROOTS: Final = ("331081", "330400", "330300", "371000", "331100")
BEGINS: Final = datetime(2026, 1, 5, 1, tzinfo=UTC)
SPAN: Final = 300 * 86_400  # seconds over which hazards are found
SECTORS: Final = ("消防", "工贸", "危险化学品", "建筑施工", "道路交通", "特种设备", "矿山")
FOUND_BY: Final = ("undercover", "inspection", "self_check", "superior")
CHUNK: Final = 1_000  # hazards whose steps follow each other
SITES_PER: Final = 5  # hazards of one site
LATE_EVERY: Final = 20
"""One hazard in so many is overdue; one in half as many stays open."""
_THREADS: Final = 2
_STAMP: Final = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
_KNOWN: Final = datetime(2001, 2, 3, 4, 5, 8, tzinfo=UTC)


class Step(NamedTuple):
    """One fact of a hazard's course: its type, what it says beside the hazard, and how many days after the report."""

    kind: str
    says: dict[str, Any]
    after: float


def course(facts: int, *, closed: bool) -> list[Step]:
    """The steps of one hazard; what is more than nine of them is put right and found wanting again."""
    report = Step("hazard.reported.v1", _REPORT, 0)
    begun = [
        Step("hazard.handed_over.v1", {"to_unit": "示范街道", "by": "甲"}, 0.2),
        Step("hazard.plan_filed.v1", {"target_date": "2026-12-01", "measures": "清理通道，更换灭火器", "by": "乙"}, 1),
        Step("hazard.escalated_up.v1", {"by": "甲"}, 1.5),
        Step("hazard.extension_decided.v1", {"granted": False, "by": "甲"}, 2),
    ]
    again = [
        Step("hazard.rectified.v1", {"by": "乙"}, 3),
        Step("hazard.reinspected.v1", {"passed": False, "by": "丙", "reason": "仍有堆物"}, 4),
    ]
    ended = [
        Step("hazard.rectified.v1", {"by": "乙"}, 8),
        Step("hazard.reinspected.v1", {"passed": True, "by": "丙"}, 9),
        Step("hazard.closed.v1", {"by": "丙", "document_no": "示范销〔2026〕1号"}, 10),
    ]
    ending = ended[-max(min(facts - 1, 3), 0) :] if closed and facts > 1 else []
    room = facts - 1 - len(ending)
    rounds = [again[place % 2] for place in range(max(room - len(begun), 0))]
    middle = [step._replace(after=3 + 4 * place / max(len(rounds), 1)) for place, step in enumerate(rounds)]
    return [report, *begun[:room], *middle, *ending]


def fact_of(step: Step, number: int, place: int, committee: str, tenant: str, stamp: str) -> Fact:
    """One fact of a new hazard, of the day after the history."""
    at = BEGINS + timedelta(seconds=SPAN) + timedelta(days=41 + step.after, seconds=place)
    words = {
        "place": f"{stamp}-{place}", "number": str(number), "tenant": tenant, "committee": committee,
        "at": codec.instant_text(at), "known": codec.instant_text(at + timedelta(seconds=2)), "level": "general",
        "category": str(place % 40), "site": f"{stamp}-{place // SITES_PER}", "road": str(place % 997),
        "sector": SECTORS[place % len(SECTORS)], "found_by": FOUND_BY[place % len(FOUND_BY)],
        "due": (at + timedelta(days=14)).date().isoformat(), "unit": str(place % 200),
    }  # fmt: skip
    text = _template(step)
    for position, word in reversed([*enumerate(_WORDS, 1)]):
        text = text.replace(f"%{position}$s", words[word])
    return msgspec.structs.replace(codec.decode(text.replace("%%", "%").encode()), sequence="2:1")


def write(url: str, hazards: int, facts: int, divisions: Divisions) -> None:
    """Write facts, late decisions and ticks; no read model."""
    courses = {closed: course(facts, closed=closed) for closed in (True, False)}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET search_path TO reporting")
        _towns(connection, divisions)
        with _bare(connection, "fact"), ThreadPoolExecutor(_THREADS) as pool:
            starts = range(0, hazards, CHUNK)
            for _ in pool.map(lambda part: _write_part(url, hazards, part, courses), _parts(starts)):
                pass
        _write_decisions(connection, hazards)
        moment = BEGINS + timedelta(seconds=SPAN + 40 * 86_400)
        for slot in {slot_of(root) for root in ROOTS}:
            connection.execute("INSERT INTO frontier VALUES (%s, %s)", (slot, moment))
        connection.execute("DROP TABLE bench_town")
        connection.execute("VACUUM (ANALYZE) fact, decision_record")


def _parts(starts: range) -> list[range]:
    """Runs of chunks: enough of them for threads to share, each a transaction."""
    return [starts[place : place + 20] for place in range(0, len(starts), 20)]


def _write_part(url: str, hazards: int, starts: range, courses: dict[bool, list[Step]]) -> None:
    with psycopg.connect(url, options="-c search_path=reporting -c synchronous_commit=off") as connection:
        for start in starts:
            until = min(start + CHUNK, hazards)
            steps = max(len(steps) for steps in courses.values())
            connection.execute(_VISITS, {"start": start, "until": until, "span": SPAN / hazards, "begins": BEGINS})
            for number in range(steps):
                for closed, course_ in courses.items():
                    _write_step(connection, course_[number], number, closed, (start, until), hazards)


def _write_step(
    connection: psycopg.Connection[Any],
    step: Step,
    number: int,
    closed: bool,  # noqa: FBT001 (which course it is)
    bounds: tuple[int, int],
    hazards: int,
) -> None:
    connection.execute(
        _FACTS,
        {
            "document": _template(step),
            "kind": step.kind,
            "number": number,
            "after": timedelta(days=step.after),
            "reports": number == 0,
            "closed": closed,
            "start": bounds[0],
            "until": bounds[1],
            "span": SPAN / hazards,
            "begins": BEGINS,
            "sectors": list(SECTORS),
            "found_by": list(FOUND_BY),
        },
    )


_REPORT: Final = {
    "level": "<level>",
    "category": "类别<category>",
    "description": "第<place>号：疏散通道被货物堵塞，灭火器压力不足，电线私拉乱接",
    "site": {
        "id": "S-<site>",
        "name": "示范<site>号有限公司",
        "address": "示范路<road>号",
        "kind": "unit",
        "sector": "工贸",
    },
    "sector": "<sector>",
    "found_by": "<found_by>",
    "rectify_by": "<due>",
    "responsible_unit": "责任单位<unit>",
}
_WORDS: Final = (
    "place", "number", "tenant", "committee", "at", "known", "level", "category", "site", "road", "sector", "found_by",
    "due", "unit",
)  # fmt: skip


def _template(step: Step) -> str:
    """The document of a step as PostgreSQL's `format` takes it: `%1$s` where hazards differ."""
    fact = Fact(
        id="<place>-<number>",
        source="/bench/inspection",
        type=step.kind,
        time=_STAMP,
        tenant="<tenant>",
        committee="<committee>",
        namespace="bench",
        acceptedtime=_KNOWN,
        data=msgspec.Raw(msgspec.json.encode({"hazard_id": "H-<place>", **step.says})),
    )
    return _worded(codec.encode(fact).decode())


def _worded(text: str) -> str:
    text = text.replace("%", "%%")
    for stamp, word in ((_STAMP, "at"), (_KNOWN, "known")):
        text = text.replace(msgspec.json.encode(stamp).decode().strip('"'), f"<{word}>")
    for place, word in enumerate(_WORDS, 1):
        text = text.replace(f"<{word}>", f"%{place}$s")
    return text


_FACTS: Final = """
    WITH place AS (
        SELECT i, t.*, %(begins)s::timestamptz + i * %(span)s * interval '1 second' + %(after)s AS at
        FROM generate_series(%(start)s::bigint, %(until)s::bigint - 1) i
            JOIN bench_town t ON t.n = (i * 7919) %% (SELECT count(*) FROM bench_town)
        WHERE (i %% 10 <> 0) = %(closed)s)
    INSERT INTO fact (committee, source, event_id, root_id, namespace, hazard_id, site_id, type, tenant, happened_at,
        recorded_at, known_at, incarnation, number, document)
    SELECT committee, '/bench/inspection', i || '-' || %(number)s, i || '-' || %(number)s, 'bench', 'H-' || i,
        CASE WHEN %(reports)s THEN 'S-' || i / 5 END, %(kind)s, tenant, at, at, at + interval '2 seconds', 1,
        i * 100 + %(number)s,
        convert_to(format(%(document)s, i, %(number)s, tenant, committee,
            to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), to_char(at + interval '2 seconds', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            CASE WHEN i %% 50 = 7 THEN 'major' ELSE 'general' END, i %% 40, i / 5, i %% 997,
            (%(sectors)s::text[])[1 + i * 31 %% 7], (%(found_by)s::text[])[1 + i * 17 %% 4],
            to_char(at + interval '14 days', 'YYYY-MM-DD'), i %% 200), 'UTF8')
    FROM place"""

_VISITS: Final = """
    INSERT INTO fact (committee, source, event_id, root_id, namespace, site_id, type, tenant, happened_at, recorded_at,
        known_at, incarnation, number, document)
    SELECT committee, '/bench/inspection', 'V-' || i, 'V-' || i, 'bench', NULL, 'inspection.completed.v1', tenant, at,
        at, at, 1, i * 100 + 99,
        convert_to(format('{"specversion":"1.0","id":"V-%%1$s","source":"/bench/inspection",'
            '"type":"inspection.completed.v1","time":"%%2$s","tenant":"%%3$s","committee":"%%4$s",'
            '"data":{"inspection_id":"V-%%1$s","kind":"undercover","site_id":"S-%%5$s","unannounced":true},'
            '"acceptedtime":"%%2$s","namespace":"bench"}', i, to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), tenant,
            committee, i / 5), 'UTF8')
    FROM (SELECT i, t.*, %(begins)s::timestamptz + i * %(span)s * interval '1 second' AS at
        FROM generate_series(%(start)s::bigint, %(until)s::bigint - 1, 20) i
            JOIN bench_town t ON t.n = (i * 7919) %% (SELECT count(*) FROM bench_town)) visit"""


def _towns(connection: psycopg.Connection[Any], divisions: Divisions) -> None:
    """Where hazards are found: every division of the committees, each committee as often as any other."""
    below = {root: [row.code for row in divisions if divisions.is_within(row.code, root)] for root in ROOTS}
    most = max(map(len, below.values()))
    connection.execute("CREATE TABLE IF NOT EXISTS bench_town (n bigint PRIMARY KEY, committee text, tenant text)")
    with connection.cursor().copy("COPY bench_town FROM STDIN") as copy:
        for place in range(most * len(ROOTS)):
            root = ROOTS[place % len(ROOTS)]
            copy.write_row((place, root, below[root][place // len(ROOTS) % len(below[root])]))


@contextmanager
def _bare(connection: psycopg.Connection[Any], table: str) -> Iterator[None]:
    """Take the indexes off a table while it is filled, and make them again as they were."""
    rows = connection.execute(
        """SELECT i.relname, pg_get_indexdef(x.indexrelid), c.conname, pg_get_constraintdef(c.oid) FROM pg_index x
        JOIN pg_class i ON i.oid = x.indexrelid LEFT JOIN pg_constraint c ON c.conindid = x.indexrelid AND c.contype = 'p'
        WHERE x.indrelid = %s::regclass""",
        (table,),
    ).fetchall()
    name = sql.Identifier(table)
    for index, _, constraint, _ in rows:
        if constraint:
            connection.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(name, sql.Identifier(constraint)))
        else:
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(index)))
    yield
    for _, definition, constraint, said in rows:
        if constraint:
            add = "ALTER TABLE {} ADD CONSTRAINT {} " + said
            connection.execute(sql.SQL(add).format(name, sql.Identifier(constraint)))
        else:
            connection.execute(definition)


def _write_decisions(connection: psycopg.Connection[Any], hazards: int) -> None:
    """Every twentieth hazard is decided overdue, a fortnight after its report."""
    columns = sql.SQL(
        "committee, source, event_id, decision_id, status, at, known_at, accepted_at, incarnation, number, document"
    )
    towns: Sequence[tuple[str, str]] = connection.execute(
        "SELECT committee, tenant FROM bench_town ORDER BY n"
    ).fetchall()
    with connection.cursor().copy(sql.SQL("COPY decision_record ({}) FROM STDIN").format(columns)) as copy:
        for place in range(0, hazards, LATE_EVERY):
            committee, tenant = towns[place * 7919 % len(towns)]
            at = BEGINS + timedelta(seconds=place * SPAN / hazards) + timedelta(days=15)
            fact = _overdue(place, committee, tenant, at)
            decision_id = f"overdue-{place}"
            copy.write_row(
                (committee, fact.source, fact.id, decision_id, "raised", at, at, at, 1, place, codec.encode(fact))
            )


def _overdue(place: int, root: str, tenant: str, at: datetime) -> Fact:
    """The decision that a hazard is overdue."""
    decision = Decision(
        decision_id=f"overdue-{place}",
        at=at,
        known_at=at,
        tenant=tenant,
        level=Level.COUNTY,
        rule=RuleId.OVERDUE,
        step="first",
        measure=Measure.REMIND,
        status=Status.RAISED,
        subject=Subject(SubjectKind.HAZARD, f"H-{place}"),
        clauses=("S2-22",),
        policy=PolicyVersion("bench", "1"),
        reason="整改期限已过，尚未整改。",
        facts=(f"{place}-0",),
        late_recorded=False,
        occurrence="0",
        committee=root,
        since=at,
    )
    return Fact(
        id=f"d-{place}",
        source="/bihuan/escalation",
        type=DECISION_TYPE,
        time=at,
        tenant=tenant,
        committee=root,
        namespace="bench",
        acceptedtime=at,
        sequence=f"1:{place}",
        data=msgspec.Raw(msgspec.json.encode(decision)),
    )
