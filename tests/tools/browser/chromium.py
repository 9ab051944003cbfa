"""Drive the system's Chromium: find it or say how to get it, and note whatever a page complains about or asks for."""

import importlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

TOOL = Path(__file__).parent
PACKAGES = TOOL.parents[2] / ".local" / "tools" / "browser"
STAMP = PACKAGES / "installed"
AXE = TOOL / "node_modules" / "axe-core" / "axe.min.js"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
LEFT = "net::ERR_ABORTED"  # the reader went on before it came: no fault of the page
MISSING = "Chromium is missing: apt-get install --no-install-recommends chromium fonts-noto-cjk"


@dataclass
class Seen:
    """What must stay empty while a browser walks: complaints of pages, and requests that leave the machine."""

    complaints: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)


@contextmanager
def browser() -> Iterator[Any]:
    """A headless Chromium, as Playwright gives it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.fail(MISSING)
    _install()
    playwright = importlib.import_module("playwright.sync_api")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"], timeout=60_000
        )
        yield chromium
        chromium.close()


def watched(chromium: Any, seen: Seen, **options: Any) -> Any:
    """A page in Chinese, in Asia/Shanghai, at 1366 x 768 unless told, that notes complaints and strays in `seen`."""
    context = chromium.new_context(
        **{
            "locale": "zh-CN",
            "timezone_id": "Asia/Shanghai",
            "viewport": {"width": 1366, "height": 768},
            **options,
        }
    )

    def judge(route: Any) -> None:
        if urlsplit(route.request.url).hostname in LOOPBACK or route.request.url.startswith("data:"):
            route.continue_()
            return
        seen.strays.append(route.request.url)
        route.abort()

    context.route("**/*", judge)
    page = context.new_page()
    page.on("console", lambda message: seen.complaints.append(f"{page.url} {message.type}: {message.text}"))
    page.on("pageerror", lambda error: seen.complaints.append(f"{page.url} {error}"))
    page.on("requestfailed", lambda request: _note_failure(seen, request))
    return page


def _note_failure(seen: Seen, request: Any) -> None:
    if request.failure != LEFT:
        seen.complaints.append(f"failed: {request.url} {request.failure}")


def serious(page: Any) -> list[str]:
    """The serious and critical findings of axe on the page as it stands (WCAG 2 A and AA)."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        """async () => (await axe.run(document, {runOnly: ["wcag2a", "wcag2aa"]})).violations.map(
            (v) => [v.impact, v.id, v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join(" | ")])"""
    )
    return [" ".join(map(str, finding)) for finding in found if finding[0] in {"serious", "critical"}]


def _install() -> None:
    """Playwright and axe, from pinned lists with hashes, once; outside .venv, for no other test needs them."""
    wanted = (TOOL / "requirements.txt").read_text(encoding="utf-8")
    if not STAMP.exists() or STAMP.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(PACKAGES, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--target", PACKAGES]
        subprocess.run([*pip, "-r", TOOL / "requirements.txt"], check=True, timeout=300)
        STAMP.write_text(wanted, encoding="utf-8")
    if not AXE.exists():
        subprocess.run(["npm", "ci", "--prefix", TOOL], check=True, capture_output=True, timeout=110)  # noqa: S607  # from PATH
    if str(PACKAGES) not in sys.path:
        sys.path.append(str(PACKAGES))
