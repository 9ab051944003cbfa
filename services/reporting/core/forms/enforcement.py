"""Fill 执法季度通报: documents of enforcement by area and kind, and inspections that found something without any (S2-06, S3-09)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from contracts.vocabulary import EnforcementKind
from services.reporting.core.days import midnight
from services.reporting.core.forms.archive import Archive, Ask, Event
from services.reporting.core.forms.form import Column, Form, Sheet, Value, count
from services.reporting.core.forms.framing import form_of, heads_of
from services.reporting.core.forms.roll_up import area_name, areas_of
from services.reporting.core.forms.words import area_below, as_of_words

TITLE: Final = "执法情况通报"
_ONE_DAY = timedelta(days=1)


def build(ask: Ask, archive: Archive) -> Form:
    """The quarter up to the day, by the areas below the tenant and by the departments that supervise the sites."""
    since, until = midnight(ask.since or ask.day), midnight(ask.day + _ONE_DAY)
    papers = archive.events(["enforcement.recorded"], since, until)
    visits = [
        visit for visit in archive.events(["inspection.completed"], since, until) if visit.text("kind") != "self_check"
    ]
    by_area = _grouped(papers, ask, archive)
    visited = _grouped(visits, ask, archive)
    codes = sorted({*by_area, *visited, *areas_of(archive.charter, ask.tenant, archive.divisions)})
    areas = _sheet(
        ask,
        archive,
        "按地区",
        "单位",
        [
            (area_name(code, ask.tenant, archive.divisions), visited.get(code, ()), by_area.get(code, ()))
            for code in codes
        ],
        visits,
        papers,
    )
    departments = _departments(archive)
    paid = _by(papers, departments)
    seen = _by(visits, departments)
    by_department = _sheet(
        ask,
        archive,
        "按部门",
        "监管部门",
        [(name, seen.get(name, ()), paid.get(name, ())) for name in sorted({*paid, *seen})],
        visits,
        papers,
    )
    return form_of(ask, archive, TITLE, areas, by_department)


def _grouped(events: Sequence[Event], ask: Ask, archive: Archive) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in events:
        found.setdefault(area_below(event.tenant, ask.tenant, archive.divisions), []).append(event)
    return found


def _departments(archive: Archive) -> dict[tuple[str, str], str]:
    """Who supervises each site, by its latest registration."""
    found: dict[tuple[str, str], str] = {}
    for event in archive.events(["site.registered"], None, None):
        site = event.data.get("site") or {}
        found[event.namespace, str(site.get("id", ""))] = str(site.get("supervising_unit") or "")
    return found


def _by(events: Sequence[Event], departments: dict[tuple[str, str], str]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in events:
        name = departments.get((event.namespace, event.text("site_id")), "") or "未登记监管部门"
        found.setdefault(name, []).append(event)
    return found


def _sheet(
    ask: Ask,
    archive: Archive,
    name: str,
    head: str,
    lines: Sequence[tuple[str, Sequence[Event], Sequence[Event]]],
    visits: Sequence[Event],
    papers: Sequence[Event],
) -> Sheet:
    rows = [_row(title, seen, paid) for title, seen, paid in lines]
    return Sheet(
        name=name,
        title=TITLE,
        heads=heads_of(ask, archive, ask.since or ask.day),
        columns=(
            Column(head, 22),
            Column("检查（次）", 10, "检查"),
            Column("发现隐患的检查（次）", 12, "检查"),
            Column("其中无执法文书（次）", 12, "检查"),
            *(Column(kind.chinese, 11, "执法文书（份）") for kind in EnforcementKind),
            Column("罚款（万元）", 11),
        ),
        rows=(*rows, _row("合计", visits, papers)),
        notes=(
            as_of_words(ask.as_of),
            "凡检查必执法：检查发现隐患而没有执法文书号，也没有针对该场所的文书的，列入“无执法文书”。",
        ),
    )


def _row(title: str, visits: Sequence[Event], papers: Sequence[Event]) -> tuple[Value, ...]:
    served = {(paper.namespace, paper.text("site_id")) for paper in papers}
    finding = [visit for visit in visits if int(visit.data.get("found") or 0) > 0]
    bare = [
        visit
        for visit in finding
        if not visit.data.get("documents") and (visit.namespace, visit.text("site_id")) not in served
    ]
    return (
        title,
        count(_inspection(visit) for visit in visits),
        count(_inspection(visit) for visit in finding),
        count(_inspection(visit) for visit in bare),
        *(
            count(f"enforcement:{paper.text('document_no')}" for paper in papers if paper.text("kind") == kind)
            for kind in EnforcementKind
        ),
        round(sum(float(paper.data.get("amount") or 0) for paper in papers) / 10_000, 2),
    )


def _inspection(visit: Event) -> str:
    return f"inspection:{visit.namespace}:{visit.text('inspection_id')}"
