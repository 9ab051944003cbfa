"""Let offices see how far tip-offs are, and handlers open and handle them; who opened what stands on record."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError

from contracts.roles import Role
from runtime import persons
from runtime.access import Who
from runtime.errors import Rejected
from runtime.pages import Frame, Trouble
from runtime.vault import CannotOpen
from services.intake.core.tip_offs.events import HazardForm
from services.intake.core.tip_offs.rules import SHANGHAI
from services.intake.core.tip_offs.tip_off import REWARD_MOST, Reward, stage
from services.intake.handlers.tip_offs import Contact, NoSuchTipOff, NotNow, NotOpen, TipOffDesk, Told
from services.intake.store import tip_offs as store

MOST: Final = 200
SHORTEST_REASON: Final = 4
GONE: Final = "没有这件举报，或者它不在您的范围内。"

Words = Annotated[str, Form(max_length=200)]
Reason = Annotated[str, Form(max_length=200)]


def pages(desk: TipOffDesk, frame: Frame) -> APIRouter:
    """The list, one tip-off, and what is done about it."""
    routes = frame.router()
    frame.environment.globals |= {"stage_of": stage, "Reward": Reward}
    _add_reading(routes, desk, frame)
    _add_opening(routes, desk, frame)
    _add_acting(routes, desk)
    return routes


def _add_reading(routes: APIRouter, desk: TipOffDesk, frame: Frame) -> None:
    @routes.get("/tip-offs")
    def listed(request: Request, state: Literal["open", "all"] = "open") -> HTMLResponse:
        """What is to be handled, by the end of its term."""
        now = desk.clock.now()
        with desk.database.begin() as work:
            found = store.listed(work, open_only=state == "open", most=MOST)
        return frame.page(
            request,
            "tip_offs.html",
            as_of=now,
            tip_offs=found,
            state=state,
            today=now.astimezone(SHANGHAI).date(),
            categories=desk.rules.categories,
            most=MOST,
        )

    @routes.get("/tip-offs/{identity}")
    def one(request: Request, who: Who, identity: str) -> HTMLResponse:
        """How far it is, and who did and opened what."""
        return shown(request, desk, frame, who, identity)


def shown(
    request: Request,
    desk: TipOffDesk,
    frame: Frame,
    who: Who,
    identity: str,
    *,
    told: Told | None = None,
    contact: Contact | None = None,
    opened: str = "",
) -> HTMLResponse:
    """The page of one tip-off; `told` and `contact` are what was just opened (`opened` names it)."""
    now = desk.clock.now()
    with desk.database.begin() as work:
        found = store.by_id(work, identity)
        if found is None:
            raise Trouble(HTTPStatus.NOT_FOUND, GONE)
        acts, openings = store.acts(work, identity), persons.openings(work, found.person)
    return frame.page(
        request,
        "tip_off_case.html",
        as_of=now,
        tip_off=found,
        stage=stage(found),
        acts=acts,
        openings=openings,
        handles=Role.HANDLER in who.roles,
        who=who,
        told=told,
        pictures=[base64.b64encode(body).decode("ascii") for body in told.photographs] if told else [],
        contact=contact,
        opened=opened,
        today=now.astimezone(SHANGHAI).date(),
        categories=desk.rules.categories,
        reward_most=REWARD_MOST,
    )


def _add_opening(routes: APIRouter, desk: TipOffDesk, frame: Frame) -> None:
    @routes.post("/tip-offs/{identity}/open")
    def opened(
        request: Request, who: Who, identity: str, what: Annotated[Literal["story", "contact"], Form()], reason: Reason
    ) -> HTMLResponse:
        """Open what was written, or who wrote it; the reason goes on record first."""
        why = reason.strip()
        if len(why) < SHORTEST_REASON:
            raise Trouble(HTTPStatus.BAD_REQUEST, f"请写明查看的理由（至少 {SHORTEST_REASON} 个字），它会记录在案。")
        with in_words():
            told = desk.open_story(identity, by=who.name, reason=why) if what == "story" else None
            contact = desk.open_contact(identity, by=who.name, reason=why) if what == "contact" else None
        return shown(request, desk, frame, who, identity, told=told, contact=contact, opened=what)


def _add_acting(routes: APIRouter, desk: TipOffDesk) -> None:
    @routes.post("/tip-offs/{identity}/hazard")
    def make_hazard(
        who: Who,
        identity: str,
        description: Annotated[str, Form(max_length=2_000)],
        level: Words,
        sector: Words,
        site_name: Words,
        address: Words,
        responsible_unit: Words = "",
        rectify_by: Words = "",
    ) -> RedirectResponse:
        """It becomes a hazard in the handler's words."""
        with in_words():
            form = HazardForm.model_validate(
                {
                    "description": description,
                    "level": level,
                    "sector": sector,
                    "site_name": site_name,
                    "address": address,
                    "responsible_unit": responsible_unit,
                    "rectify_by": rectify_by,
                }
            )
            desk.make_hazard(identity, form, by=who.name)
        return _back(identity)

    @routes.post("/tip-offs/{identity}/verify")
    def verify(
        who: Who,
        identity: str,
        verdict: Annotated[Literal["true", "false"], Form()],
        answer: Annotated[str, Form(max_length=500)] = "",
        reward_yuan: Words = "",
    ) -> RedirectResponse:
        """Say whether it is true."""
        with in_words():
            reward = _amount(reward_yuan)
            desk.verify(identity, true=verdict == "true", answer=answer.strip(), reward=reward, by=who.name)
        return _back(identity)

    @routes.post("/tip-offs/{identity}/reward")
    def reward(
        who: Who, identity: str, became: Annotated[Literal["paid", "waived"], Form()], note: Words = ""
    ) -> RedirectResponse:
        """The reward was paid, or nobody came for it."""
        with in_words():
            desk.settle_reward(identity, paid=became == "paid", by=who.name, note=note.strip())
        return _back(identity)


@contextmanager
def in_words() -> Iterator[None]:
    """Say in Chinese why something is not done."""
    try:
        yield
    except NoSuchTipOff:
        raise Trouble(HTTPStatus.NOT_FOUND, GONE) from None
    except NotNow as error:
        raise Trouble(HTTPStatus.CONFLICT, str(error)) from None
    except persons.Erased:
        raise Trouble(HTTPStatus.GONE, "举报人的信息已经按规定销毁，谁也不能再打开。", title="已经销毁") from None
    except (NotOpen, CannotOpen):
        sentence = "打不开：本机没有封存时用的主密钥（BIHUAN_MASTER_KEYS），请联系管理员。"
        raise Trouble(HTTPStatus.SERVICE_UNAVAILABLE, sentence) from None
    except ValidationError as error:
        names = [_FIELDS.get(str(one["loc"][0]), "填写的内容") for one in error.errors()]
        raise Trouble(HTTPStatus.BAD_REQUEST, "请检查：" + "、".join(dict.fromkeys(names)) + "。") from None
    except Rejected as error:
        raise Trouble(HTTPStatus.BAD_REQUEST, "不能上报，请检查填写的内容。", error.detail) from None


_FIELDS: Final = {
    "description": "隐患内容",
    "level": "隐患等级",
    "sector": "行业领域",
    "site_name": "单位（场所）名称",
    "address": "地址",
    "responsible_unit": "责任单位",
    "rectify_by": "整改期限",
}


def _amount(words: str) -> Decimal | None:
    """The yuan that somebody typed, None for nothing; a Trouble for anything else."""
    if not words.strip():
        return None
    try:
        amount = Decimal(words.strip())
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or not 0 < amount <= REWARD_MOST or amount != round(amount, 2):
        sentence = f"奖励金额应为大于 0、不超过 {REWARD_MOST} 元的数，最多两位小数。"
        raise Trouble(HTTPStatus.BAD_REQUEST, sentence)
    return amount


def _back(identity: str) -> RedirectResponse:
    return RedirectResponse(f"/tip-offs/{identity}", HTTPStatus.SEE_OTHER)
