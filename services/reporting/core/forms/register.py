"""Fill 监管台账核对: firms that nobody supervises, trades that no department leads, entries that have grown old (S0-15, S3-02, S3-03)."""

from datetime import datetime, timedelta
from typing import Any, Final

from services.reporting.core.days import midnight
from services.reporting.core.forms.archive import Archive, Ask, Event
from services.reporting.core.forms.form import Column, Form, Sheet, Value, count
from services.reporting.core.forms.framing import form_of, heads_of
from services.reporting.core.forms.words import as_of_words

TITLE: Final = "监管台账核对表"
STALE: Final = timedelta(days=365)
"""After so long without a new entry one has to look again; the notice says 动态更新 and no number, so this one is ours."""
_COLUMNS: Final = (
    Column("序号", 6, centred=True),
    Column("场所编号", 20),
    Column("单位名称", 30),
    Column("统一社会信用代码", 22),
    Column("地址", 34),
    Column("行业", 16),
    Column("属地", 22),
    Column("最近核实", 12, centred=True),
)


def build(ask: Ask, archive: Archive) -> Form:
    """Every site as last registered: without a supervising unit, of a trade the pack does not know, and the sums."""
    latest: dict[tuple[str, str, str], Event] = {}
    for event in archive.events(["site.registered"], None, None):
        latest[event.committee, event.namespace, str(_site(event).get("id", ""))] = event
    sites = sorted(latest.values(), key=lambda event: (event.tenant, str(_site(event).get("id", ""))))
    orphans = [event for event in sites if not _site(event).get("supervising_unit")]
    known = archive.charter.sector_names if archive.charter else {}
    new = [event for event in sites if known and str(_site(event).get("sector", "")) not in known]
    persons = [event for event in sites if not _site(event).get("responsible_person")]
    stale = [event for event in sites if midnight(ask.day) - event.time > STALE]
    heads = heads_of(ask, archive)
    sums = Sheet(
        name="合计",
        title=TITLE,
        heads=heads,
        columns=(Column("项目", 40), Column("数量（家）", 14)),
        rows=(
            ("登记在册", count(map(_reference, sites))),
            ("没有主管部门", count(map(_reference, orphans))),
            ("没有专人监管负责", count(map(_reference, persons))),
            ("行业不在分工之内（新业态、新领域）", count(map(_reference, new))),
            ("一年以上没有重新核实", count(map(_reference, stale))),
        ),
        notes=(as_of_words(ask.as_of), "没有主管部门的，目标为0。最近核实为最近一次登记的时间；一年为本系统所定。"),
    )
    sheets = (
        sums,
        _list("没有主管部门", "没有主管部门的单位", orphans, ask, archive, heads),
        _list("新业态新领域", "行业不在分工之内的单位", new, ask, archive, heads),
        _list("久未核实", "一年以上没有重新核实的单位", sorted(stale, key=_oldest), ask, archive, heads),
    )
    return form_of(ask, archive, TITLE, *sheets)


def _list(name: str, title: str, sites: list[Event], ask: Ask, archive: Archive, heads: tuple[str, str]) -> Sheet:
    return Sheet(
        name=name,
        title=title,
        heads=heads,
        columns=_COLUMNS,
        rows=tuple((number, *_row(event, archive)) for number, event in enumerate(sites, 1)),
        notes=(as_of_words(ask.as_of),),
        empty="（无）",
    )


def _row(event: Event, archive: Archive) -> tuple[Value, ...]:
    site = _site(event)
    words = [str(site.get(name) or "") for name in ("id", "name", "uscc", "address", "sector")]
    return (*words, archive.divisions.full_name(event.tenant), event.time.date())


def _site(event: Event) -> dict[str, Any]:
    site = event.data.get("site")
    return site if isinstance(site, dict) else {}


def _oldest(event: Event) -> tuple[datetime, str]:
    return event.time, _reference(event)


def _reference(event: Event) -> str:
    return f"site:{event.namespace}:{_site(event).get('id', '')}"
