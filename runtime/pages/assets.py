"""Serve what pages load under names that hold a hash of the content, so that browsers keep them for a year."""

import gzip
import hashlib
from http import HTTPStatus
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from runtime.web import Problem

TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""What a browser may load; a licence beside a library is no asset."""

KEPT: Final = "public, max-age=31536000, immutable"
NOT_KEPT: Final = "no-cache"
_STAMP_LENGTH: Final = 12


class _Asset(NamedTuple):
    content: bytes
    packed: bytes
    stamp: str
    media_type: str


class Assets:
    """The files below `static/`, read once; `address` is where a page finds one of them."""

    def __init__(self) -> None:
        self._assets = dict(_read(resources.files(__package__).joinpath("static"), ""))

    @property
    def names(self) -> list[str]:
        """Every file that pages may load."""
        return sorted(self._assets)

    def address(self, name: str) -> str:
        """`/static/<stamp>/<name>`; another content has another address."""
        return f"/static/{self._assets[name].stamp}/{name}"

    def answer(self, request: Request, stamp: str, name: str) -> Response:
        """The file, packed where the browser takes it; 404 for a name that is none."""
        asset = self._assets.get(name)
        if asset is None:
            raise Problem(HTTPStatus.NOT_FOUND)
        headers = {"cache-control": KEPT if stamp == asset.stamp else NOT_KEPT, "vary": "accept-encoding"}
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(asset.content, headers=headers, media_type=asset.media_type)
        return Response(asset.packed, headers=headers | {"content-encoding": "gzip"}, media_type=asset.media_type)


def _read(folder: Traversable, place: str) -> list[tuple[str, _Asset]]:
    found = []
    for entry in folder.iterdir():
        name = place + entry.name
        if entry.is_dir():
            found += _read(entry, name + "/")
            continue
        media_type = TYPES.get(name[name.rfind(".") :])
        if media_type is not None:
            content = entry.read_bytes()
            stamp = hashlib.sha256(content).hexdigest()[:_STAMP_LENGTH]
            found.append((name, _Asset(content, gzip.compress(content, mtime=0), stamp, media_type)))
    return found
