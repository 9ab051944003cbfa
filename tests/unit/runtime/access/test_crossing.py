"""What a page of another site makes a browser send changes nothing."""

import pytest

from runtime.access.crossing import is_from_elsewhere

HOST = {"host": "127.0.0.1:8004"}


@pytest.mark.parametrize(
    ("method", "headers", "elsewhere"),
    [
        pytest.param("POST", {"sec-fetch-site": "same-origin"}, False, id="our own page"),
        pytest.param("POST", {"sec-fetch-site": "none"}, False, id="typed into the bar"),
        pytest.param("POST", {"sec-fetch-site": "cross-site"}, True, id="another site"),
        pytest.param("POST", {"sec-fetch-site": "same-site"}, True, id="another port of this host"),
        pytest.param("DELETE", {"origin": "https://evil.example"}, True, id="an older browser, another site"),
        pytest.param("PUT", {"origin": "http://127.0.0.1:8001"}, True, id="an older browser, another port"),
        pytest.param("POST", {"origin": "null"}, True, id="a page without an origin"),
        pytest.param("POST", {"origin": "http://127.0.0.1:8004"}, False, id="an older browser, our own page"),
        pytest.param("POST", {}, False, id="no browser"),
        pytest.param("GET", {"sec-fetch-site": "cross-site"}, False, id="a link from elsewhere"),
    ],
)
def test_a_request_from_elsewhere_is_told(method: str, headers: dict[str, str], *, elsewhere: bool) -> None:
    """By what browsers say of it; reading is harmless."""
    assert elsewhere == is_from_elsewhere(method, HOST | headers)
