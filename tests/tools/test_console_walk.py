"""A county's clerk, a province's operator and an auditor sign in and walk every page that opens to them.

The whole product runs. No page complains, asks for anything elsewhere, is wider than the screen or has a serious finding of axe. Pictures of all
pages are kept where `BIHUAN_PICTURES` names a folder.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.pages import PAGES
from contracts.permissions import opens
from contracts.roles import Role
from runtime.testing import eventually
from tests.e2e.feed import is_through
from tests.machine import Machine
from tests.tools.browser.chromium import Seen, serious, watched

pytestmark = [pytest.mark.tools, pytest.mark.timeout(600)]

PASSWORD = "yi-ge-hen-chang-de-mima-2026"
COUNTY = "331081"
LISTS = ("/hazards", "/sites", "/proposals", "/notices", "/letters", "/dead-letters")
"""Pages whose rows lead to a page of their own."""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The whole product with the demonstration and everything that follows from it."""
    started = Machine(tmp_path_factory.mktemp("walk") / "local")
    try:
        started.up()
        started.run("demo", "load")
        eventually(lambda: is_through(started), within=300, every=0.5)
        yield started
    finally:
        started.down()


@pytest.mark.parametrize(
    ("name", "role", "tenant"),
    [("clerk", "county", COUNTY), ("operator", "province", "*"), ("checker", "auditor", COUNTY)],
)
def test_somebody_walks_every_page(
    chromium: Any, machine: Machine, seen: Seen, tmp_path: Path, name: str, role: str, tenant: str
) -> None:
    """From the login over the forced change of the password to each page and the first thing on it, and out again."""
    pictures = Path(os.environ.get("BIHUAN_PICTURES", tmp_path)) / name
    pictures.mkdir(parents=True, exist_ok=True)
    page = watched(chromium, seen)
    enter(page, machine, name, first_password(machine, name, role, tenant))

    mine = [place for place in PAGES if opens(place.service, place.path, frozenset({Role(role)}))]
    looked_at = [look(page, machine.address(place.service), place.path, pictures) for place in mine]
    details = [
        look(page, machine.address(place.service), address, pictures)
        for place in mine
        if (address := first_of(page, machine.address(place.service), place.path))
    ]

    assert [] == [finding for findings in (*looked_at, *details) for finding in findings]
    assert len(details) >= 5, "the demonstration has hazards, sites, proposals, notices and letters"
    page.get_by_role("button", name="退出").click()
    assert page.url.partition("?")[0].endswith("/login")
    page.context.close()
    assert ([], []) == (seen.complaints, seen.strays)


def test_a_clerk_sees_nothing_of_other_counties(chromium: Any, machine: Machine, seen: Seen) -> None:
    """Wherever areas can be chosen, all of them lie in the clerk's county."""
    page = watched(chromium, seen)
    enter(page, machine, "narrow", first_password(machine, "narrow", "county", COUNTY))

    page.goto(machine.address("reporting") + "/hazards")
    offered = page.locator("#tenant option").evaluate_all("options => options.map(option => option.value)")
    page.context.close()

    assert [] == [code for code in offered if code and not code.startswith(COUNTY)]
    assert len(offered) > 1
    assert ([], []) == (seen.complaints, seen.strays)


def first_password(machine: Machine, name: str, role: str, tenant: str) -> str:
    """Make an account; its first password is the last word of what the command prints."""
    return machine.run("people", "add", name, "--role", role, "--tenant", tenant).split()[-1]


def enter(page: Any, machine: Machine, name: str, password: str) -> None:
    """Sign in by the form and give oneself a password, as the first sign-in asks."""
    page.goto(machine.address("reporting") + "/")
    page.locator("[autofocus]:focus").wait_for()  # the browser notes when somebody types before it
    page.get_by_label("账号").fill(name)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    page.locator("[autofocus]:focus").wait_for()
    page.get_by_label("原密码").fill(password)
    page.get_by_label("新密码", exact=True).fill(PASSWORD)
    page.get_by_label("再输一次").fill(PASSWORD)
    page.get_by_role("button", name="修改").click()
    page.wait_for_url("**/")


def look(page: Any, address: str, path: str, pictures: Path) -> list[str]:
    """What is wrong with one page: its status, its width, what axe finds; its picture is taken."""
    answer = page.goto(address + path)
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.screenshot(path=pictures / f"{path.strip('/').replace('/', '-').replace('?', '-') or 'overview'}.png")
    found = [f"status {answer.status}"] if answer.status != 200 else []
    found += [f"{wide} pixels wide"] if wide > 1366 else []
    return [f"{path}: {finding}" for finding in (*found, *serious(page))]


def first_of(page: Any, address: str, path: str) -> str:
    """The path of the first thing on a list, empty where the page is no list or has nothing."""
    if path not in LISTS:
        return ""
    page.goto(address + path)
    leading = page.locator(f'main tbody a[href^="{path}/"]').first
    return str(leading.get_attribute("href")) if leading.count() else ""
