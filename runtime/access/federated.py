"""The two routes by which people sign in at the customer's identity provider and come back."""

import secrets
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from runtime import log
from runtime.access.desk import Cookie, Desk
from runtime.access.federation import NameTaken
from runtime.access.pages import Next, local_path
from runtime.access.provider import NotBelieved, Provider
from runtime.errors import Unavailable
from runtime.pages import Frame, Trouble

AGAIN: Final = "登录没有完成，请从登录页重新开始。"

_logger = log.get(__name__)


def router(desk: Desk, frame: Frame, cookie: Cookie, provider: Provider | None) -> APIRouter:
    """The routes; without a provider they are not found."""
    routes = frame.router()
    binding = cookie.of_sign_in()

    def there() -> Provider:
        if provider is None:
            raise Trouble(404, "没有设置统一登录，请用本系统的账号登录。")
        return provider

    @routes.get("/login/oidc")
    def leave(next: Next = "/") -> Response:  # noqa: A002 (its name in the address)
        """Send the browser to the provider."""
        try:
            asked = there().ask()
        except Unavailable as error:
            _logger.warning("sign-in at the provider", why=str(error))
            raise Trouble(503, "统一登录服务暂时不可用，请稍后再试，或用本系统的账号登录。") from error
        held = secrets.token_urlsafe(32)
        desk.begin_federated(asked, held, local_path(next))
        return RedirectResponse(asked.address, HTTPStatus.SEE_OTHER, headers={"set-cookie": binding.written(held)})

    @routes.get("/login/oidc/callback")
    def come_back(request: Request) -> Response:
        """Believe the provider, or not; a state is good once, in the browser that it was given to."""
        answer = dict(request.query_params)
        held = request.cookies.get(binding.name, "")
        known = desk.resume_federated(answer.get("state", ""), held)
        if known is None:
            raise Trouble(400, AGAIN)
        nonce, verifier, wanted = known
        try:
            claimed = there().believe(answer, nonce=nonce, verifier=verifier)
            opened = desk.sign_in_federated(claimed)
        except NotBelieved as error:
            _logger.warning("sign-in at the provider refused", why=str(error))
            raise Trouble(400, AGAIN) from error
        except NameTaken as error:
            _logger.warning("sign-in at the provider refused", why=str(error))
            raise Trouble(403, "统一登录的账号名已被本系统的账号占用或不合规，请联系管理员。") from error
        except Unavailable as error:
            _logger.warning("sign-in at the provider", why=str(error))
            raise Trouble(503, "统一登录服务暂时不可用，请稍后再试，或用本系统的账号登录。") from error
        if opened is None:
            raise Trouble(403, "您的单位账号在本系统没有岗位或已停用，请联系管理员。")
        led = RedirectResponse(wanted, HTTPStatus.SEE_OTHER, headers={"set-cookie": cookie.written(opened.token)})
        led.headers.append("set-cookie", binding.cleared())
        return led

    return routes
