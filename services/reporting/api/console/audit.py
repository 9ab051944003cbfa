"""Show an auditor what people did, and whether the chain of entries is whole."""

import re
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from contracts.acts import word_of
from contracts.roles import Role
from runtime.access import Who
from runtime.access.audit import Asked
from runtime.pages import Frame
from services.reporting.api import audit
from services.reporting.api.audit import Chain, CursorText, Word
from services.reporting.api.console.asked import Flag
from services.reporting.api.reading import Reader

PAGE: Final = 50
_TRACE: Final = re.compile(r"\b[0-9a-f]{32}\b")
_DIGEST: Final = re.compile(r"\b[0-9a-f]{64}\b")
_WAYS: Final = {"cookie": "网页登录", "bearer": "令牌", "by the provider": "统一身份认证"}
"""How somebody came in, as the entry says it."""


def add(router: APIRouter, reader: Reader, frame: Frame) -> None:
    """The audit of one's area."""
    frame.environment.filters |= {"act_word": word_of, "detail_word": detail_text}

    @router.get("/audit")
    def page(
        request: Request,
        who: Who,
        actor: Word = "",
        about: Word = "",
        tenant: Chain = "",
        verify: Flag = "",
        cursor: CursorText = "",
    ) -> HTMLResponse:
        """Entries, newest first; `verify` computes every chain that is seen anew."""
        asked = {"actor": actor.strip(), "about": about.strip(), "tenant": tenant}
        found = audit.read(reader.of(who), Asked(**asked, after=audit.position(cursor)), PAGE, checks=bool(verify))
        return frame.page(request, "audit.html", as_of=None, found=found, asked=asked, is_first=not cursor)


def detail_text(detail: str) -> str:
    """What an entry says beside, for people: roles by their Chinese names, a trace and a digest by their first digits."""
    detail = _DIGEST.sub(lambda found: f"摘要 {found[0][:12]}", detail)
    detail = _TRACE.sub(lambda found: f"追踪号 {found[0][:8]}", detail)
    parts = [_WAYS.get(part, part) for part in detail.split("; ") if part]
    roles = parts[0].split() if parts else []
    if roles and all(role in set(Role) for role in roles):
        parts[0] = "、".join(Role(role).chinese for role in roles)
    return "；".join(parts)
