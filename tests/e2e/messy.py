"""A feed as messy as real ones are: each row with what has to become of it, whichever door it comes to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

TENANT = "331102"
TIMES = 1_000  # how often a sender that hears no answer says the same
DEEP = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One event as context attributes and the bytes of its data; `word` and `reason` are what has to become of it."""

    attributes: Mapping[str, Any]
    data: bytes
    word: str = "accepted"
    reason: str = ""
    flags: tuple[str, ...] = ()

    @property
    def structured(self) -> bytes:
        """The whole event in one document."""
        return json.dumps(self.attributes, ensure_ascii=False).encode()[:-1] + b',"data":' + self.data + b"}"

    @property
    def in_headers(self) -> tuple[tuple[str, bytes], ...]:
        """The attributes as the binary mode of the Kafka binding writes them."""
        named = ((f"ce_{name}", str(value).encode()) for name, value in self.attributes.items())
        return (("content-type", b"application/json"), *named)


def feed(door: str, now: datetime) -> list[Row]:
    """The rows of one door; ids and hazards are the door's own, as each sender has its own."""

    def row(name: str, data: Mapping[str, Any] | bytes, word: str = "accepted", reason: str = "", **more: Any) -> Row:
        flags = tuple(more.pop("flags", ()))
        said = {
            "specversion": "1.0",
            "id": name,
            "source": f"/doors/{door}",
            "type": "hazard.closed.v1",
            "time": now.isoformat(),
            "tenant": TENANT,
            **more,
        }
        body = data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False).encode()
        return Row(attributes=said, data=body, word=word, reason=reason, flags=flags)

    def refused(name: str, data: bytes, reason: str) -> Row:
        return row(name, data, "rejected", reason)

    def report(hazard: str, **more: Any) -> dict[str, Any]:
        site = {"id": f"{door}-S", "name": "示范机械厂", "address": "示范路1号", "kind": "unit", "sector": "工贸"}
        return {
            "hazard_id": f"{door}-{hazard}",
            "level": "general",
            "category": "fire_safety",
            "description": "疏散通道被货物堵塞",
            "site": site | more.pop("site", {}),
            "sector": "工贸",
            "found_by": "inspection",
            "rectify_by": "2099-12-31",
            **more,
        }

    def closed(hazard: str) -> dict[str, Any]:
        return {"hazard_id": f"{door}-{hazard}"}

    reported = "hazard.reported.v1"
    good = row("good", report("1"), type=reported)
    again = row("good", report("1"), "duplicate", type=reported)
    return [
        good,
        *[again] * TIMES,
        row("good", report("1", description="另一件事"), "conflict", "id_conflict", type=reported),
        row("closed-first", closed("early"), time=(now - timedelta(hours=1)).isoformat()),
        row("reported-then", report("early"), type=reported, time=(now - timedelta(days=1)).isoformat()),
        row("late", closed("1"), time=(now - timedelta(days=90)).isoformat(), recordedtime=now.isoformat()),
        row("future", closed("2"), time=(now + timedelta(days=1)).isoformat(), flags=["future"]),
        refused("malformed", b'{"hazard_id":}', "not_json"),
        refused("gbk", '{"hazard_id":"隐患"}'.encode("gb18030"), "not_utf8"),
        refused("nul", b'{"hazard_id":"H\\u0000"}', "nul_character"),
        refused("surrogate", b'{"hazard_id":"\\ud83d"}', "lone_surrogate"),
        refused("nan", b'{"hazard_id":"H","funds":NaN}', "number_not_finite"),
        refused("deep", b'{"hazard_id":' + b"[" * DEEP + b"]" * DEEP + b"}", "too_deep"),
        refused("twice", b'{"hazard_id":"H-1","hazard_id":"H-2"}', "duplicate_key"),
        row("full-width", closed("3"), "rejected", "bad_tenant", tenant="３３１１０２"),
        row("new-field", closed("4") | {"colour": "red"}),
        row("new-word", report("5", found_by="梦见"), type=reported, flags=["unfamiliar_found_by"]),
        row("level", report("6", level="严重"), "rejected", "invalid_data", type=reported),
        row("v2", closed("7"), "rejected", "newer_version", type="hazard.closed.v2"),
        row("division", closed("8"), tenant=f"{TENANT}999", flags=["unknown_division"]),
        row("uscc", report("9", site={"uscc": "91110000600037342L"}), type=reported, flags=["invalid_uscc"]),
        row("elsewhere", closed("10"), "rejected", "not_allowed", tenant="330300"),
        row("end", closed("11")),
    ]


def oversized(door: str, now: datetime, size: int) -> Row:
    """One event with a photograph inside."""
    said = {
        "specversion": "1.0",
        "id": "photograph",
        "source": f"/doors/{door}",
        "type": "hazard.closed.v1",
        "time": now.isoformat(),
        "tenant": TENANT,
    }
    body = json.dumps({"hazard_id": f"{door}-photo", "photograph": "x" * size}).encode()
    return Row(attributes=said, data=body, word="rejected", reason="too_large")
