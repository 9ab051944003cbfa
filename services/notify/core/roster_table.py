"""Read a roster from the rows of a spreadsheet, and lay one out: the whole table is taken, or nothing of it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Final

from services.notify.core.roster import Seat, fault_of
from services.notify.core.suppression import SHANGHAI

ROLES: Final = "角色"
UNIT, SEAT, HOLDER, SINCE, UNTIL = "单位", "席位", "姓名", "开始", "结束"
CHANNELS: Final[Mapping[str, str]] = {
    "邮箱": "email",
    "手机": "sms",
    "钉钉机器人": "dingtalk",
    "企业微信机器人": "wecom",
    "飞书机器人": "feishu",
    "推送地址": "webhook",
}
COLUMNS: Final = (ROLES, UNIT, SEAT, HOLDER, SINCE, UNTIL, *CHANNELS)
NEEDED: Final = (ROLES, UNIT, HOLDER, SINCE)
MOST: Final = 20_000  # rows: every office of a province


class BadRoster(Exception):
    """The table cannot be used; `faults` say in Chinese what is wrong in which row, and how to mend it."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("；".join(faults[:3]))
        self.faults = tuple(faults)


def seats_from(grid: Sequence[Sequence[str]], roles: Mapping[str, str]) -> tuple[Seat, ...]:
    """The seats of a table whose first row names the columns; raises `BadRoster`.

    `roles` are those of the routes with their Chinese names: a table may use either.
    """
    heads = [cell.strip() for cell in grid[0]] if grid else []
    missing = [name for name in NEEDED if name not in heads]
    if missing:
        raise BadRoster([f"第 1 行缺少列：{'、'.join(missing)}。表头应为：{'、'.join(COLUMNS)}"])
    if len(grid) - 1 > MOST:
        raise BadRoster([f"共 {len(grid) - 1} 行，一次最多 {MOST} 行，请分成几个文件"])
    words = {title: word for word, title in roles.items()} | {word: word for word in roles}
    seats, faults, known = [], [], dict[tuple[str, str, datetime], int]()
    for number, row in enumerate(grid[1:], start=2):
        cells = {name: cell.strip() for name, cell in zip(heads, row, strict=False) if name}
        if not any(cells.values()):
            continue
        try:
            seat = _seat(cells, words)
        except ValueError as error:
            faults.append(f"第 {number} 行：{error}")
            continue
        before = known.setdefault((seat.role, seat.handle, seat.since), number)
        if before != number:
            faults.append(f"第 {number} 行：与第 {before} 行的角色、单位、席位和开始时间相同，请合并或者填写席位")
        seats.append(seat)
    if not seats and not faults:
        faults.append("没有一行数据")
    if faults:
        raise BadRoster(faults)
    return tuple(seats)


def grid_of(seats: Sequence[Seat], roles: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """The same table back: heads, then one row for each seat."""
    yield COLUMNS
    for seat in seats:
        until = _moment(seat.until) if seat.until else ""
        addresses = (seat.addresses.get(channel, "") for channel in CHANNELS.values())
        role = roles.get(seat.role, seat.role)
        yield (role, seat.unit, seat.seat, seat.holder, _moment(seat.since), until, *addresses)


def _seat(cells: Mapping[str, str], roles: Mapping[str, str]) -> Seat:
    role = roles.get(cells.get(ROLES, ""))
    if role is None:
        raise ValueError(f"角色“{cells.get(ROLES, '')}”不在路由文件中，可用：{'、'.join(roles)}")
    since = _instant(cells.get(SINCE, ""), SINCE)
    if since is None:
        raise ValueError("没有填写开始时间")
    seat = Seat(
        role=role,
        unit=cells.get(UNIT, ""),
        seat=cells.get(SEAT, ""),
        holder=cells.get(HOLDER, ""),
        addresses={channel: cells[name] for name, channel in CHANNELS.items() if cells.get(name)},
        since=since,
        until=_instant(cells.get(UNTIL, ""), UNTIL),
    )
    fault = fault_of(seat)
    if fault is not None:
        raise ValueError(fault)
    return seat


def _instant(text: str, name: str) -> datetime | None:
    """A day (from 00:00 in Shanghai) or a moment by its clock."""
    if not text:
        return None
    plain = text.replace("/", "-").replace("年", "-").replace("月", "-").replace("日", "")
    day, _, clock = plain.partition(" ")
    try:
        year, month, number = (int(part) for part in day.split("-"))
        moment = time.fromisoformat(clock) if clock.strip() else time()
        return datetime.combine(date(year, month, number), moment.replace(tzinfo=None), tzinfo=SHANGHAI)
    except ValueError as error:
        raise ValueError(f"{name}时间“{text}”无法识别，请写成 2026-01-31 或 2026-01-31 08:30") from error


def _moment(moment: datetime) -> str:
    local = moment.astimezone(SHANGHAI)
    return f"{local:%Y-%m-%d}" if local.time() == time() else f"{local:%Y-%m-%d %H:%M}"
