"""A browser walks the console as a clerk would: nothing complains, nothing leaves the machine, all of it can be read."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from contracts.divisions import load
from contracts.roles import Role
from contracts.vocabulary import Status
from deploy.local.ports import free_port
from runtime.database import Database
from runtime.testing import Program, eventually, http_status
from services.reporting.handlers.applying import ReadModels
from tests.conftest import SignedIn
from tests.integration.reporting_api.sample import NOW, sample
from tests.integration.reporting_read_models.log import batches, decided, records
from tests.tools.browser.chromium import Seen, serious, watched
from tests.unit.services.reporting.facts import BASE, at, reported

pytestmark = [pytest.mark.tools, pytest.mark.timeout(400)]

MORE = 120
PAGES = (
    "/",
    "/?tenant=331081003",
    "/?tenant=330402",
    "/hazards",
    "/hazards?overdue=1",
    "/hazards?q=没有的",
    "/hazards/H-1",
    "/hazards/117",
    "/today",
    "/sites",
    "/sites/331081:test:S-1",
    "/map",
    "/league?tenant=331081&period=2023-05",
    "/league/2023-05/331081001?tenant=331081",
    "/reports?tenant=331081&date=2023-05-20",
)


@pytest.fixture(scope="module")
def console(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real API process that serves the sample and enough hazards for three pages."""
    database = Database(database_url, schema="reporting", application_name="test")
    with database.begin() as work:
        ReadModels(load()).handle(work, batches([*records(many()), *sample()]))
    database.close()
    with serving(database_url, tmp_path_factory.mktemp("console")) as address:
        yield address


@contextmanager
def serving(database_url: str, folder: Path, **settings: str) -> Iterator[str]:
    """An API process of reporting at the moment of the sample."""
    clock = folder / "clock"
    clock.write_text(NOW.isoformat(), encoding="ascii")
    port = free_port()
    program = Program(
        ["-m", "services.reporting.main", "api"],
        environment={
            "BIHUAN_DATABASE_URL": database_url,
            "BIHUAN_CLOCK_FILE": str(clock),
            "BIHUAN_HTTP_PORT": str(port),
            "BIHUAN_REPORTING_ADDRESS": f"http://127.0.0.1:{port}",
            **settings,
        },
        output=folder / "api.log",
    ).start()
    try:
        address = eventually(lambda: served(program), within=60)
        eventually(lambda: http_status(f"{address}/healthz/ready") == 200, within=60)
        yield address
    finally:
        program.stop()


def many() -> list[Any]:
    """Plain hazards of two towns, every third overdue."""
    facts = []
    for n in range(MORE):
        tenant, hazard_id = f"33108100{1 + n % 2}", f"YH-2023-{n:04}"
        facts.append(reported(BASE + timedelta(hours=n), event_id=f"m{n}", hazard_id=hazard_id, tenant=tenant))
        if n % 3 == 0:
            since = at("2023-05-21 00:00")
            facts.append(decided(hazard_id, Status.RAISED, since, number=100 + n, since=since, tenant=tenant))
    return facts


def served(program: Program) -> str:
    lines = [msgspec.json.decode(line) for line in program.output().splitlines() if '"serving"' in line]
    return f"http://127.0.0.1:{lines[-1]['port']}"


@pytest.fixture
def page(chromium: Any, seen: Seen, signed_in: SignedIn) -> Iterator[Any]:
    """A page that must not complain and must not ask for anything elsewhere."""
    page = watched(chromium, seen, extra_http_headers=signed_in(Role.PROVINCE))
    yield page
    page.context.close()

    assert ([], []) == (seen.complaints, seen.strays)


def test_a_clerk_finds_the_worst_hazard_and_reads_its_story(page: Any, console: str) -> None:
    """From the overview to the area, to the longest overdue hazard, to its failed re-inspection."""
    page.goto(console)
    page.get_by_role("link", name="城西街道").click()
    assert "城西街道 · 隐患整治总览" == page.get_by_role("heading", level=1).inner_text()

    page.locator(".worst li").first.get_by_role("link").click()

    assert "复查不合格，重新整改" == page.get_by_role("alert").locator("b").inner_text()
    assert "rgb(176, 30, 26)" == page.get_by_role("alert").locator("b").evaluate("e => getComputedStyle(e).color")
    assert 3 == page.locator(".story .is-fact").count()


def test_a_clerk_searches_and_pages_by_keyboard(page: Any, console: str) -> None:
    """A substring in Chinese, then the whole ledger page by page to its end, without a mouse."""
    page.goto(f"{console}/hazards")
    page.get_by_label("关键词").focus()
    page.keyboard.type("塑料")
    page.keyboard.press("Enter")
    page.wait_for_url("**/hazards?q=*")
    assert 1 == page.locator(".ledger tbody tr").count()
    assert "/hazards?q=%E5%A1%91%E6%96%99" == page.url.removeprefix(console)

    page.get_by_role("link", name="重置").press("Enter")
    page.wait_for_url("**/hazards")
    seen_ids = page.locator(".ledger .id").all_inner_texts()
    while (further := page.get_by_role("link", name="下一页")).count():
        further.press("Enter")
        page.wait_for_function("first => document.querySelector('.ledger .id').innerText !== first", arg=seen_ids[-50])
        seen_ids += page.locator(".ledger .id").all_inner_texts()

    assert MORE + 5 == len(seen_ids)
    assert MORE + 4 == len(set(seen_ids))  # two systems call one of theirs 117


def test_the_first_key_offers_the_way_to_the_content(page: Any, console: str) -> None:
    """Tab shows the skip link; focus is always visible."""
    page.goto(console)
    page.keyboard.press("Tab")

    assert "跳到正文" == page.evaluate("document.activeElement.innerText")
    page.keyboard.press("Enter")
    assert page.url.endswith("#content")


def test_a_form_that_was_left_empty_leaves_a_clean_address(page: Any, console: str) -> None:
    """Only what was chosen stands in the address, and the form still works after going back."""
    page.goto(f"{console}/hazards")
    page.get_by_label("逾期").check()
    page.get_by_role("button", name="查询").click()
    page.wait_for_url("**/hazards?overdue=1")
    page.go_back()

    assert page.get_by_label("关键词").is_enabled()


def test_the_trend_is_drawn_as_wide_as_its_panel(page: Any, console: str) -> None:
    """From the table beside it, which opens by keyboard."""
    page.goto(console)
    page.wait_for_selector(".chart.drawn svg")
    widths = page.evaluate("['.chart .canvas', '.chart svg'].map(one => document.querySelector(one).clientWidth)")
    page.get_by_text("看数字").press("Enter")

    assert widths[0] == pytest.approx(widths[1], abs=2)
    assert widths[0] > 300
    assert page.locator(".chart table").is_visible()


def test_the_map_puts_sites_where_they_are_or_says_so(page: Any, console: str) -> None:
    """No site of the sample has coordinates, which the page says instead of an empty frame."""
    page.goto(f"{console}/map")
    page.wait_for_function("() => document.querySelector('.mapnote').textContent.startsWith('标出')")

    assert "处没有可用的坐标" in page.locator(".mapnote").inner_text()
    assert page.get_by_text("没有可以标在图上的场所").is_visible()
    assert not page.locator(".riskmap .canvas").is_visible()


def test_the_map_shows_sites_on_the_boundaries_of_the_customer(
    page: Any, console: str, database_url: str, tmp_path: Path
) -> None:
    """With the file and its approval number the areas are drawn and named; each point leads to its site."""
    placed = {"id": "S-map", "name": "示范仓库", "address": "示范路9号", "kind": "unit", "sector": "消防"}
    placed |= {"lon": 121.40, "lat": 28.37, "coord_sys": "wgs84"}
    database = Database(database_url, schema="reporting", application_name="test")
    with database.begin() as work:
        fact = reported(BASE, event_id="map", hazard_id="MAP-1", tenant="331081009", site=placed)
        ReadModels(load()).handle(work, batches(records([fact])))
    database.close()
    ring = [[121.2, 28.2], [121.6, 28.2], [121.6, 28.5], [121.2, 28.5], [121.2, 28.2]]
    area = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"name": "示范区"}, "geometry": area}
    file = tmp_path / "boundaries.geojson"
    file.write_bytes(msgspec.json.encode({"type": "FeatureCollection", "features": [feature]}))
    told = {"BIHUAN_BOUNDARY_FILE": str(file), "BIHUAN_BOUNDARY_LICENCE": "GS(2024)0650号"}
    with serving(database_url, tmp_path, **told) as address:
        page.goto(f"{address}/map?tenant=331081009")
        page.wait_for_selector("figure.riskmap.drawn canvas")
        page.screenshot(path=tmp_path / "page.png", full_page=True)
        drawn = page.evaluate("""() => {
            const chart = echarts.getInstanceByDom(document.querySelector('.canvas'));
            return chart.getOption().series.flatMap(each => each.data.map(point => point.id));
        }""")
        note = page.locator(".riskmap figcaption").inner_text()

    assert drawn == ["331081:test:S-map"]
    assert "审图号：GS(2024)0650号" in note


def test_the_ledger_leads_from_a_hazard_to_its_site(page: Any, console: str) -> None:
    """And the site shows what was found there."""
    page.goto(f"{console}/hazards/331081:test:117")
    page.get_by_role("link", name="示范机械有限公司").click()

    assert "示范机械有限公司" == page.get_by_role("heading", level=1).inner_text()
    assert page.locator(".ledger tbody tr").count() > 10


@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_and_can_be_read_by_everyone(page: Any, console: str, path: str, tmp_path: Path) -> None:
    """No page is wider than 1366 pixels, none has a serious finding of axe, each can be printed."""
    page.goto(console + path)

    assert page.evaluate("document.documentElement.scrollWidth") <= 1366
    assert [] == serious(page)
    page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    page.screenshot(path=tmp_path / "page.png", full_page=True)


@pytest.mark.parametrize("path", ["/", "/hazards", "/hazards/331081:test:117"])
def test_pages_fit_a_telephone(
    chromium: Any, seen: Seen, console: str, path: str, signed_in: SignedIn, tmp_path: Path
) -> None:
    """Nothing scrolls sideways but a table in its own frame."""
    page = watched(
        chromium,
        seen,
        viewport={"width": 390, "height": 844},
        is_mobile=True,
        extra_http_headers=signed_in(Role.PROVINCE),
    )
    page.goto(console + path)
    width = page.evaluate("document.documentElement.scrollWidth")
    page.screenshot(path=tmp_path / "page.png", full_page=True)
    page.context.close()

    assert (390, [], []) == (width, seen.complaints, seen.strays)


def test_hostile_text_stays_text(page: Any, console: str) -> None:
    """No dialog opens, and the words can be read as they were written."""
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.goto(f"{console}/hazards?sector=消防")

    assert "{{7*7}}<script>alert(1)</script>" == page.locator(".ledger .text").inner_text()
    page.locator(".ledger .id a").click()
    assert "<b>示范</b>塑料厂" == page.get_by_role("heading", level=1).inner_text()
    assert "<script>/4?" in page.locator(".crumbs").inner_text()


def test_what_does_not_exist_is_said_in_words(chromium: Any, console: str, signed_in: SignedIn) -> None:
    """A page with a way back, not a bare document (the browser itself notes the 404)."""
    page = watched(chromium, Seen(), extra_http_headers=signed_in(Role.PROVINCE))
    answer = page.goto(f"{console}/hazards/nope")

    assert (404, "没有找到") == (answer.status, page.get_by_role("heading", level=1).inner_text())
    page.get_by_role("link", name="回到首页").click()
    assert page.locator(".figures").is_visible()
    page.context.close()
