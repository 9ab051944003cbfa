"""Words that must never be found again, and the ways in which people and systems say them at every HTTP door."""

import json
import re
import urllib.parse
from collections.abc import Callable
from typing import Final

from deploy.local.machine import SERVICES
from tests.e2e.feed import document, event

SOURCE, COUNTY = "/leaks/safety", "331121"
JSON = {"content-type": "application/json"}
ONE, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def telephone(number: int) -> str:
    """A number that reads like a mobile's and is nobody's."""
    return f"199{number:08}"


INFORMER: Final = {
    "informer's name": "金丝雀甲",
    "informer's telephone": telephone(1),
    "informer's words": "只有夜班的金丝雀才知道的那只阀门",
    "informer's place": "金丝雀巷第九号",
    "informer's number": "331081199001011234",
}
TYPED: Final = {
    "password": "Canary-Passw0rd-Wrong",
    "a word asked for": "canaryquery7",
    "a browser's name": "CanaryBrowser/77",
    "a visitor's address": "203.0.113.77",
    "where a visitor came from": "https://canary-referer.example/x",
    "a cookie": "canarycookie77",
    "a token that is none": "bhs_CanaryTokenCanaryTokenCanaryTokenCanary",
    "a key that is none": "bhk_c0ffeec0ffee_" + "deadbeef" * 8,
    "an alarm's token": "canary-alarm-token-77",
}
REFUSED: Final = {
    "a refused description": "金丝雀的乱码描述",
    "a refused telephone": telephone(2),
    "a refused number": "331081198505054321",
    "a refused name": "金丝雀乙",
}
QUOTED: Final = {"a code that is none": "canarycode77"}
"""What its sender, and nobody else, is told again in order to mend it."""

HAZARD = {
    "level": "major",
    "category": "fire_safety",
    "description": "疏散通道被货物堵塞",
    "site": {"id": "LEAK-S", "name": "示范厂", "address": "示范路", "kind": "unit", "sector": "工贸"},
    "sector": "工贸",
    "found_by": "inspection",
    "rectify_by": "2099-01-01",
}


class Knock:
    """Asks at every door with everything that a browser tells about its visitor, and keeps what is answered."""

    def __init__(
        self, send: Callable[[str, str, bytes | None, dict[str, str]], tuple[int, str, str]], token: str
    ) -> None:
        """`send(service, path, body, headers)` gives (status, headers, text); `token` is a session that may much."""
        self._send = send
        self.token = token
        self.text = ""

    def ask(self, service: str, path: str, body: bytes | None = None, *, quiet: bool = False, **headers: str) -> str:
        """The text of an answer; `quiet` where it must show what was typed."""
        told = {
            "user-agent": TYPED["a browser's name"],
            "x-forwarded-for": TYPED["a visitor's address"],
            "x-real-ip": TYPED["a visitor's address"],
            "referer": TYPED["where a visitor came from"],
            "cookie": f"other={TYPED['a cookie']}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        status, shown, text = self._send(service, path, body, told)
        if not quiet:
            self.text += f"{status} {shown} {text}\n"
        return text


def tip_off(knock: Knock) -> str:
    """Tell of a hazard by the page and by the API, well and badly; returns the receipt code."""
    told = {
        "tenant": "331081",
        "category": "fire",
        "story": INFORMER["informer's words"] + INFORMER["informer's number"],
        "place": INFORMER["informer's place"],
        "name": INFORMER["informer's name"],
        "phone": INFORMER["informer's telephone"],
    }
    taken = knock.ask("intake", "/tip-off", urllib.parse.urlencode(told).encode(), quiet=True, **FORM)
    (code,) = re.findall(r'class="receipt">([^<]+)<', taken)
    knock.ask("intake", "/tip-off", urllib.parse.urlencode({**told, "tenant": "x"}).encode(), quiet=True, **FORM)
    knock.ask("intake", "/tip-off/status", urllib.parse.urlencode({"code": code}).encode(), **FORM)
    for wrong in ({"tenant": "x"}, {"story": [told["story"]]}, {"phone": {"number": told["phone"]}}):
        knock.ask("intake", "/v1/tip-offs", json.dumps({**told, **wrong}).encode(), **JSON)
    knock.ask("intake", "/v1/tip-offs", json.dumps(told).encode()[:-9], **JSON)
    knock.ask("intake", "/tip-offs", authorization=f"Bearer {knock.token}")
    return str(code)


def http(knock: Knock, key: str) -> None:
    """Events that are malformed, refused, and about informers; keys that are none."""
    mine = {"authorization": f"Bearer {key}"}
    for body, media in [(body, ONE) for body in refused()] + [(b"[" + b",".join(refused()[2:]) + b"]", BATCH)]:
        knock.ask("intake", "/v1/events", body, content_type=media, **mine)
    for token in (TYPED["a key that is none"], TYPED["a token that is none"]):
        for service, path in (("intake", "/v1/events"), ("intake", "/v1/imports"), ("notify", "/v1/alerts")):
            knock.ask(service, path, b"{}", content_type=ONE, authorization=f"Bearer {token}")
    alarm = json.dumps({"alerts": [{"labels": {"alertname": INFORMER["informer's name"]}}]}).encode()
    knock.ask("notify", "/v1/alerts", alarm, authorization="Bearer " + TYPED["an alarm's token"])


def refused() -> list[bytes]:
    """Bodies that no door takes; the last three name who gave a tip-off."""
    said = {
        "description": REFUSED["a refused description"] + REFUSED["a refused number"],
        "responsible_person": REFUSED["a refused name"],
        "hazard_id": [REFUSED["a refused telephone"]],
    }
    whole = event("hazard.reported", id="leak", source=SOURCE, tenant=COUNTY, data={**HAZARD, **said})
    named = {"tip_off_id": "T-9", "category": "fire", "description": INFORMER["informer's words"]}
    tips = [
        event("tip_off.received", id=f"tip-{field}", source=SOURCE, tenant=COUNTY, data={**named, field: value})
        for field, value in (
            ("phone", INFORMER["informer's telephone"]),
            ("informer", INFORMER["informer's name"]),
            ("id_card", INFORMER["informer's number"]),
        )
    ]
    return [
        document(whole)[:-20],
        document(whole).replace(b"}", b"\x00}"),
        document(whole),
        document({**whole, "tenant": QUOTED["a code that is none"]}),
        *map(document, tips),
    ]


def sign_in(knock: Knock) -> None:
    """Wrong passwords, wrong names, tokens that are none, by page and API."""
    wrong = {"name": INFORMER["informer's telephone"], "password": TYPED["password"]}
    for service in SERVICES:
        knock.ask(service, "/v1/session", json.dumps(wrong).encode(), **JSON)
        knock.ask(service, "/v1/session", json.dumps({**wrong, "password": [TYPED["password"]]}).encode(), **JSON)
        knock.ask(service, "/login", urllib.parse.urlencode(wrong).encode(), quiet=True, **FORM)
        knock.ask(service, "/v1/session", authorization=f"Bearer {TYPED['a token that is none']}")
        knock.ask(service, "/password", cookie=f"bihuan={TYPED['a token that is none']}")


def pages(knock: Knock) -> None:
    """Words in addresses, forms and bodies of the doors behind a session, most of them wrong."""
    mine = {"authorization": f"Bearer {knock.token}"}
    word = urllib.parse.quote(TYPED["a word asked for"] + INFORMER["informer's name"])
    for service, path in (
        ("reporting", f"/hazards?site={word}&limit={word}"),
        ("reporting", f"/hazards/{word}"),
        ("reporting", f"/v1/hazards?cursor={word}"),
        ("reporting", f"/v1/reports/{word}"),
        ("escalation", f"/v1/decisions?subject={word}&limit={word}"),
        ("escalation", f"/proposals/{word}"),
        ("notify", f"/v1/notices?recipient={word}&state={word}"),
        ("notify", f"/receipts/{word}"),
        ("notify", f"/letters/{word}"),
        ("intake", f"/dead-letters?cursor={word}"),
        ("intake", f"/tip-offs/{word}"),
        ("intake", f"/{word}"),
    ):
        knock.ask(service, path, quiet=True, **mine)  # an error names the path that was asked for
    said = {"unit": INFORMER["informer's place"], "by": INFORMER["informer's name"], "phone": "x"}
    for path in ("/v1/letters", "/v1/silences", "/v1/notices/00000000-0000-7000-8000-000000000000/acknowledge"):
        knock.ask("notify", path, json.dumps(said).encode(), **JSON, **mine)
        knock.ask("notify", path, json.dumps(said).encode()[:-5], **JSON, **mine)
    seat = {
        "role": "office",
        "unit": "x",
        "holder": INFORMER["informer's name"],
        "phone": INFORMER["informer's telephone"],
    }
    knock.ask("notify", "/roster/seat", urllib.parse.urlencode(seat).encode(), quiet=True, **FORM, **mine)


def stands(word: str, text: str) -> bool:
    """Whether a word stands in a text: as it is, as JSON or an address writes it, or without its hyphens."""
    forms = {word, json.dumps(word)[1:-1], urllib.parse.quote(word), repr(word.encode())[2:-1]}
    return any(form in text for form in forms)
