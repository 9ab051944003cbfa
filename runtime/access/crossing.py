"""Tell a request that another site made a browser send: cookies travel with it, so it must change nothing (CSRF)."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def is_from_elsewhere(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a browser sends this for a page of another origin (another port of this host is another origin).

    Browsers of the last years say so in Sec-Fetch-Site, older ones name the Origin; what sends neither is no browser.
    """
    if method in SAFE:
        return False
    said = headers.get("sec-fetch-site")
    if said is not None:
        return said not in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host", "")
