"""Show who holds which role now, before and next; take over a roster from a spreadsheet, and single handovers."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse

from contracts.divisions import Divisions
from runtime.access import Principal, Who
from runtime.clock import Clock
from runtime.database import Database
from runtime.pages import Frame, Trouble
from runtime.text_sheet import workbook_of
from runtime.workbook import BadWorkbook, read_sheet
from services.notify.api.forms import masked_address, recipient_text
from services.notify.api.pages import said
from services.notify.api.pages.said import Done
from services.notify.core.roster import Seat
from services.notify.core.roster_table import CHANNELS, COLUMNS, BadRoster, grid_of, seats_from
from services.notify.store import personal

LARGEST: Final = 5 << 20  # bytes of a workbook
SHOWN: Final = 500
FAULTS: Final = 20  # named on the page; the rest are counted
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Text = Annotated[str, Form(max_length=200)]


class Row(NamedTuple):
    """One seat as the page shows it."""

    seat: Seat
    state: str
    addresses: tuple[tuple[str, str], ...]


def add(
    router: APIRouter,
    *,
    database: Database,
    divisions: Divisions,
    roles: Mapping[str, str],
    frame: Frame,
    clock: Clock,
) -> None:
    """The list with the forms below it."""
    frame.environment.filters["role_word"] = lambda word: roles.get(word, word)
    frame.environment.filters["recipient_word"] = lambda handle: recipient_text(handle, roles, divisions)
    _add_reading(router, database, divisions, roles, frame, clock)
    _add_writing(router, database, divisions, roles)


def _add_reading(
    router: APIRouter,
    database: Database,
    divisions: Divisions,
    roles: Mapping[str, str],
    frame: Frame,
    clock: Clock,
) -> None:
    def held(who: Principal) -> list[Seat]:
        with database.begin() as work:
            return [seat for seat in personal.list_seats(work) if _within(seat.unit, who, divisions)]

    @router.get("/roster")
    def list_(
        request: Request,
        who: Who,
        *,
        unit: Annotated[str, Query(max_length=100)] = "",
        all_: Annotated[bool, Query(alias="all")] = False,
        done: Done = "",
    ) -> HTMLResponse:
        """Present holders, or with `all` also past and future ones; of one unit."""
        now = clock.now()
        rows = [_row(seat, _state(seat, now)) for seat in held(who) if unit.strip() in {"", seat.unit}]
        shown = [row for row in rows if all_ or row.state == "now"]
        return frame.page(
            request,
            "roster.html",
            as_of=now,
            rows=shown[:SHOWN],
            total=len(shown),
            unit=unit.strip(),
            all=all_,
            roles=roles,
            channels=CHANNELS,
            columns=COLUMNS,
            divisions=divisions,
            done=done,
        )

    @router.get("/roster/roster.xlsx")
    def export(who: Who) -> Response:
        """The roster as a workbook that can be changed and sent back; empty it is the form."""
        return Response(
            workbook_of("花名册", grid_of(held(who), roles)),
            media_type=XLSX,
            headers={"content-disposition": f"attachment; filename*=UTF-8''{quote('值班花名册.xlsx')}"},
        )


def _add_writing(router: APIRouter, database: Database, divisions: Divisions, roles: Mapping[str, str]) -> None:
    def take(who: Principal, grid: list[list[str]]) -> RedirectResponse:
        try:
            seats = seats_from(grid, roles)
        except BadRoster as error:
            more = [f"……另有 {len(error.faults) - FAULTS} 处"] if len(error.faults) > FAULTS else []
            raise Trouble(
                HTTPStatus.BAD_REQUEST, "花名册没有导入，请改正后重新提交。", [*error.faults[:FAULTS], *more]
            ) from error
        outside = sorted({seat.unit for seat in seats if not _within(seat.unit, who, divisions)})
        if outside:
            raise Trouble(
                HTTPStatus.BAD_REQUEST,
                "花名册没有导入：只能填写本辖区和下级的单位。",
                [f"辖区外：{'、'.join(outside)}"],
            )
        with database.begin() as work:
            work.concerns.update(seat.unit for seat in seats if seat.unit.isdigit())
            changed = personal.put_seats(work, seats)
        return RedirectResponse(said.led("/roster", said.SEATED, len(seats), changed), HTTPStatus.SEE_OTHER)

    @router.post("/roster")
    def upload(who: Who, file: UploadFile) -> RedirectResponse:
        """Take over a workbook, whole or not at all; a row of the same role, unit, seat and start is replaced."""
        try:
            grid = read_sheet(file.file.read(LARGEST + 1))
        except BadWorkbook as error:
            raise Trouble(HTTPStatus.BAD_REQUEST, f"{error}。请下载表样，填写后上传 .xlsx 文件。") from error
        return take(who, grid)

    @router.post("/roster/seat")
    def seat(
        who: Who,
        role: Text,
        unit: Text,
        holder: Text,
        since: Text,
        seat: Text = "",
        until: Text = "",
        email: Text = "",
        sms: Text = "",
        dingtalk: Text = "",
        wecom: Text = "",
    ) -> RedirectResponse:
        """One handover."""
        addresses = {"email": email, "sms": sms, "dingtalk": dingtalk, "wecom": wecom}
        cells = [role, unit, seat, holder, since.replace("T", " "), until.replace("T", " ")]
        return take(who, [list(COLUMNS), [*cells, *(addresses.get(channel, "") for channel in CHANNELS.values())]])


def _within(unit: str, who: Principal, divisions: Divisions) -> bool:
    """Whether a unit is this person's to see: by its division; a unit without a code belongs to no area."""
    return not (unit.isascii() and unit.isdigit()) or who.reaches(unit, divisions)


def _row(seat: Seat, state: str) -> Row:
    titles = {channel: title for title, channel in CHANNELS.items()}
    shown = ((titles.get(channel, channel), masked_address(text)) for channel, text in seat.addresses.items())
    return Row(seat, state, tuple(shown))


def _state(seat: Seat, now: datetime) -> str:
    return "now" if seat.held_at(now) else "next" if now < seat.since else "past"
