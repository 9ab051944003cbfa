"""Invent a campaign: twenty days of inspections in three towns of 温岭, the same for the same seed and anchor.

Everybody and every firm in it is invented. The campaign ends at the anchor, so what happened lies in the past, and a
few deadlines fall in the minutes after it: one can watch them pass.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

# How often things happen.
MAJOR, ON_THE_SPOT, REFUSED, EXTENSION_ASKED, EXTENSION_GRANTED = 0.05, 0.12, 0.04, 0.06, 0.04
NEVER, LATE, FAILED = 0.07, 0.13, 0.08

SHANGHAI = ZoneInfo("Asia/Shanghai")
SOURCE = "/demonstration/wenling"
CAMPAIGN = "冬季攻坚（示范）"
DAYS = 20
SITES_A_TOWN = 60
HAZARDS = 640
WATCHED_MINUTES = (2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60)
"""Minutes after the anchor at which the deadlines of twelve open hazards are over."""

TOWNS = {"331081006": "泽国", "331081007": "大溪", "331081008": "松门"}
_NAMES = (
    "永泰",
    "恒丰",
    "海川",
    "明辉",
    "三和",
    "金桥",
    "宏达",
    "东港",
    "利民",
    "新源",
    "华盛",
    "正大",
    "隆昌",
    "天工",
    "顺达",
)
_TRADES = {
    "机械有限公司": ("工贸", "unit"),
    "塑料制品厂": ("工贸", "unit"),
    "鞋业有限公司": ("工贸", "unit"),
    "化工有限公司": ("危化品", "unit"),
    "加油站": ("危化品", "place"),
    "大酒店": ("消防", "place"),
    "建筑工地": ("建筑施工", "project"),
    "渔业合作社": ("涉海涉渔", "unit"),
    "出租房": ("消防", "place"),
    "燃气供应站": ("城镇燃气", "place"),
}
_FINDINGS = {
    "消防设施": ("疏散通道被货物堵塞", "灭火器过期未更换", "安全出口上锁", "消防水泵不能启动", "应急照明损坏"),
    "电气安全": ("配电箱未接地", "临时线路私拉乱接", "电缆绝缘老化开裂", "漏电保护器失效"),
    "机械设备": ("冲床光电保护装置失效", "传动部位无防护罩", "叉车无牌上路", "行车限位器损坏"),
    "有限空间": ("有限空间无警示标志", "作业前未检测气体", "通风设备损坏"),
    "危险化学品": ("危化品混存混放", "可燃气体报警器失灵", "防爆电器缺损", "储罐液位计故障"),
    "高处作业": ("脚手架连墙件缺失", "临边洞口无防护", "高处作业未系安全带"),
}
_FOUND_BY = (("inspection", 46), ("undercover", 20), ("self_check", 18), ("grid", 10), ("superior", 4), ("tip_off", 2))
_CENTRES = {"泽国": (121.345, 28.485), "大溪": (121.265, 28.455), "松门": (121.595, 28.345)}
_HOUR = timedelta(hours=1)


@dataclass(slots=True)
class _Campaign:
    """What the generator draws from; `events` are (instant, order, event)."""

    anchor: datetime
    chance: random.Random
    sites: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    events: list[tuple[datetime, int, dict[str, Any]]] = field(default_factory=list)

    def say(self, kind: str, when: datetime, tenant: str, data: dict[str, Any]) -> None:
        """Add an event; what would lie after the anchor has not happened yet."""
        if when >= self.anchor:
            return
        number = len(self.events) + 1
        event = {
            "specversion": "1.0",
            "id": f"demo-{self.anchor:%Y%m%d%H%M}-{number:05d}",
            "source": SOURCE,
            "type": f"{kind}.v1",
            "time": when.isoformat(timespec="seconds"),
            "tenant": tenant,
            "datacontenttype": "application/json",
            "data": data,
        }
        self.events.append((when, number, event))


def generate(anchor: datetime, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Yield about 3,000 structured CloudEvents in order of time; `anchor` (aware) is the end of the campaign."""
    campaign = _Campaign(anchor.astimezone(SHANGHAI).replace(microsecond=0), random.Random(seed))
    _register_sites(campaign)
    for number in range(1, HAZARDS + 1):
        _tell_hazard(campaign, number)
    for number, minutes in enumerate(WATCHED_MINUTES, HAZARDS + 1):
        _tell_watched(campaign, number, minutes)
    _hand_in_reports(campaign)
    for _, _, event in sorted(campaign.events, key=lambda entry: entry[:2]):
        yield event


def _register_sites(campaign: _Campaign) -> None:
    begin = campaign.anchor - timedelta(days=DAYS + 1)
    places = random.Random(len(campaign.sites))  # of its own: where a site lies decides nothing else
    for tenant, town in TOWNS.items():
        for number in range(SITES_A_TOWN):
            trade, (sector, kind) = campaign.chance.choice(list(_TRADES.items()))
            site = {
                "id": f"{tenant}-{number + 1:03d}",
                "name": f"{town}{campaign.chance.choice(_NAMES)}{trade}",
                "address": f"{town}镇示范路{campaign.chance.randint(1, 300)}号",
                "kind": kind,
                "sector": sector,
                "supervising_unit": _supervisor(sector),
                "tags": ["high_risk"] if sector in ("危化品", "建筑施工") else [],
                **_coordinates(places, town),
            }
            campaign.sites.append((tenant, site))
            campaign.say("site.registered", begin + number * timedelta(minutes=1), tenant, {"site": site})


def _coordinates(chance: random.Random, town: str) -> dict[str, Any]:
    """Return an invented place within the town, in one of the systems that upstream systems use; some have none."""
    system = chance.choice(("gcj02", "gcj02", "bd09", "wgs84", ""))
    if not system:
        return {}
    lon, lat = _CENTRES[town]
    return {
        "lon": round(chance.gauss(lon, 0.018), 6),
        "lat": round(chance.gauss(lat, 0.014), 6),
        "coord_sys": system,
    }


def _supervisor(sector: str) -> str:
    return {
        "工贸": "市应急管理局",
        "危化品": "市应急管理局",
        "消防": "市消防救援支队",
        "建筑施工": "市住房和城乡建设局",
        "涉海涉渔": "市港航口岸和渔业管理局",
        "城镇燃气": "市住房和城乡建设局",
    }[sector]


def _report(campaign: _Campaign, number: int, found_at: datetime) -> tuple[str, dict[str, Any]]:
    """Return tenant and data of a report; its deadline still has to be set."""
    chance = campaign.chance
    tenant, site = chance.choice(campaign.sites)
    category = chance.choice(list(_FINDINGS))
    found_by = chance.choices([word for word, _ in _FOUND_BY], [weight for _, weight in _FOUND_BY])[0]
    return tenant, {
        "hazard_id": f"WL-{campaign.anchor:%y%m%d}-{number:04d}",
        "level": "major" if chance.random() < MAJOR else "general",
        "category": category,
        "description": chance.choice(_FINDINGS[category]),
        "site": site,
        "sector": site["sector"],
        "found_by": found_by,
        "inspection_id": f"JC-{found_at:%y%m%d}-{tenant[-2:]}-{chance.randint(1, 9)}",
        "campaign": CAMPAIGN,
        "responsible_unit": site["name"],
        "supervising_unit": site["supervising_unit"],
        "measures": "立即整改，整改期间专人看守",
    }


def _tell_hazard(campaign: _Campaign, number: int) -> None:
    """Tell one hazard from its finding as far as it came before the anchor."""
    chance = campaign.chance
    day = campaign.anchor - timedelta(days=chance.uniform(0.3, DAYS))
    found_at = day.replace(hour=chance.randint(8, 17), minute=chance.randint(0, 59), second=0)
    if found_at >= campaign.anchor:  # whatever the hour of the anchor, every hazard has been found before it
        found_at -= timedelta(days=1)
    tenant, data = _report(campaign, number, found_at)
    data["rectify_by"] = (found_at + timedelta(days=chance.choice((3, 5, 7, 10, 15)))).date().isoformat()
    identity = {"hazard_id": data["hazard_id"]}
    if chance.random() < ON_THE_SPOT:
        campaign.say("hazard.reported", found_at, tenant, data | {"fixed_on_the_spot": True})
        campaign.say("hazard.closed", found_at + 2 * _HOUR, tenant, identity)
        return
    campaign.say("hazard.reported", found_at, tenant, data)
    campaign.say("hazard.handed_over", found_at + _HOUR, tenant, identity | {"to_unit": data["responsible_unit"]})
    if data["level"] == "major" or data["found_by"] == "undercover":
        campaign.say("hazard.escalated_up", found_at + 2 * _HOUR, tenant, identity | {"to_unit": "市安委办"})
    deadline = datetime.fromisoformat(data["rectify_by"]).replace(tzinfo=SHANGHAI)
    luck = chance.random()
    if luck < REFUSED:
        refused_at = found_at + timedelta(days=1)
        campaign.say("hazard.rectification_refused", refused_at, tenant, identity | {"reason": "拒绝停机整改"})
    elif luck < REFUSED + EXTENSION_ASKED:
        extension = {"granted": luck < REFUSED + EXTENSION_GRANTED, "approver": "市安委办", "reason": "设备未到货"}
        if extension["granted"]:
            extension["until"] = (deadline + timedelta(days=7)).date().isoformat()
            extension["document_no"] = f"温安委办〔{found_at.year}〕{number}号"
        campaign.say("hazard.extension_decided", deadline - timedelta(days=1), tenant, identity | extension)
    _rectify(campaign, tenant, data, found_at, deadline)


def _rectify(campaign: _Campaign, tenant: str, data: dict[str, Any], found_at: datetime, deadline: datetime) -> None:
    """Rectify in time, late or never; then re-inspect, and begin again where that fails."""
    chance = campaign.chance
    identity = {"hazard_id": data["hazard_id"]}
    luck = chance.random()
    if luck < NEVER:
        return
    span = deadline - found_at
    late = timedelta(days=chance.uniform(0.2, 6)) if luck < NEVER + LATE else timedelta()
    done_at = found_at + span * chance.uniform(0.2, 0.95) + late
    for attempt in range(2):
        campaign.say("hazard.rectified", done_at, tenant, identity | {"by": data["responsible_unit"]})
        passed = attempt == 1 or chance.random() >= FAILED
        checked_at = done_at + timedelta(hours=chance.uniform(4, 40))
        campaign.say("hazard.reinspected", checked_at, tenant, identity | {"passed": passed, "by": "检查组"})
        if passed:
            campaign.say("hazard.closed", checked_at + _HOUR, tenant, identity)
            return
        done_at = checked_at + timedelta(days=chance.uniform(0.5, 3))


def _tell_watched(campaign: _Campaign, number: int, minutes: int) -> None:
    """An open hazard whose deadline is over a few minutes after the anchor."""
    found_at = campaign.anchor - timedelta(days=campaign.chance.uniform(2, 6))
    tenant, data = _report(campaign, number, found_at)
    data["rectify_by"] = (campaign.anchor + timedelta(minutes=minutes)).isoformat(timespec="seconds")
    campaign.say("hazard.reported", found_at, tenant, data)
    to_unit = {"hazard_id": data["hazard_id"], "to_unit": data["responsible_unit"]}
    campaign.say("hazard.handed_over", found_at + _HOUR, tenant, to_unit)


def _hand_in_reports(campaign: _Campaign) -> None:
    """Two of the three towns held this quarter's study; the third still owes it."""
    quarter = f"{campaign.anchor.year}-Q{(campaign.anchor.month - 1) // 3 + 1}"
    for tenant in list(TOWNS)[:2]:
        study = {"obligation": "town_study", "unit": tenant, "period": quarter, "document_no": "会议纪要第1期"}
        campaign.say("obligation.fulfilled", campaign.anchor - timedelta(days=3), tenant, study)
