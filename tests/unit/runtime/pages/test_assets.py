"""What pages load comes from this installation, is kept for a year, and changes its address with its content."""

import gzip
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from runtime.pages import frame as room
from runtime.pages.assets import KEPT, NOT_KEPT, TYPES, Assets

STATIC = Path(room.__file__).parent / "static"
ASSETS = Assets()
OWN = [name for name in ASSETS.names if not name.startswith("vendor/")]


@pytest.mark.parametrize("name", ASSETS.names)
def test_an_asset_is_served_under_its_hash(client: TestClient, name: str) -> None:
    """Packed or not, with its type, for ever."""
    content = (STATIC / name).read_bytes()
    packed = client.get(ASSETS.address(name))
    plain = client.get(ASSETS.address(name), headers={"accept-encoding": "identity"})

    assert (content, content) == (packed.content, plain.content)
    assert ("gzip", None) == (packed.headers.get("content-encoding"), plain.headers.get("content-encoding"))
    assert (KEPT, "nosniff") == (packed.headers["cache-control"], packed.headers["x-content-type-options"])
    assert TYPES[name[name.rfind(".") :]] == packed.headers["content-type"]


def test_an_old_address_gives_the_new_content_for_now(client: TestClient) -> None:
    """A page from before an upgrade still works, and its asset is not kept under the old address."""
    answer = client.get("/static/000000000000/frame.css")

    assert (200, NOT_KEPT) == (answer.status_code, answer.headers["cache-control"])


@pytest.mark.parametrize("path", ["/static/x/../frame.py", "/static/x/vendor/htmx.LICENSE", "/static/x/nothing.css"])
def test_only_assets_are_served(client: TestClient, path: str) -> None:
    """No other file of the package can be asked for."""
    assert 404 == client.get(path).status_code


def test_a_browser_finds_the_icon(client: TestClient) -> None:
    """A missing one would count as an error of the page."""
    assert "image/svg+xml" == client.get("/favicon.ico").headers["content-type"]


@pytest.mark.parametrize("name", OWN)
def test_own_assets_load_nothing_from_elsewhere(name: str) -> None:
    """They name no other host, no font file, and make no code from text."""
    text = (STATIC / name).read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")

    assert re.search(r"https?:|url\(|@import|eval\(|Function\(|innerHTML", text) is None


@pytest.mark.parametrize("library", ["htmx", "echarts"])
def test_a_library_comes_with_its_licence(library: str) -> None:
    """Beside it, as its authors wrote it."""
    assert (STATIC / "vendor" / f"{library}.LICENSE").stat().st_size > 400


def test_packing_is_the_same_every_time() -> None:
    """Two processes of one version answer the same bytes."""
    first, second = Assets(), Assets()

    assert first._assets == second._assets
    assert gzip.decompress(first._assets["frame.css"].packed) == (STATIC / "frame.css").read_bytes()
