"""Name every topic once: who writes it, who reads it, how long it is kept and in which slot a committee's facts lie."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from zlib import crc32

SLOTS: Final = 64
"""Slots of every inner topic, for the life of an installation: a committee's slot never moves."""

INSPECTION_PREFIX: Final = "inspection."
PEOPLE_SLUG: Final = "bihuan"
PEOPLE_SOURCE: Final = "/bihuan/people"
TIP_OFF_SLUG: Final = "tip-offs"
TIP_OFF_SOURCE: Final = "/bihuan/tip-offs"
OWN_SLUGS: Final = frozenset({PEOPLE_SLUG, TIP_OFF_SLUG})
"""Sources that are no upstream system's: nobody registers them, and nobody holds a key of theirs."""
OWN_SOURCES: Final = "/bihuan/"
"""Begins every `source` of our own services."""
TICK_SOURCE: Final = "/bihuan/intake"

HAZARD_FACTS: Final = "hazard.facts"
ESCALATION_FACTS: Final = "escalation.facts"
NOTICE_FACTS: Final = "notice.facts"
AUDIT_ANCHORS: Final = "audit.anchors"
PEOPLE_FACTS: Final = INSPECTION_PREFIX + PEOPLE_SLUG

_SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One row of the topic table.

    `pattern` is the name, with `<slug>` where each registered source has its own; `slots` the number of partitions;
    `retention_days` None means kept for ever; `writers` and `readers` name services, or `upstream`.
    """

    pattern: str
    title: str
    sentence: str
    key: str
    slots: int
    retention_days: int | None
    writers: tuple[str, ...]
    readers: tuple[str, ...]


TOPICS: Final = (
    Topic(
        pattern=INSPECTION_PREFIX + "<slug>",
        title="上游检查数据",
        sentence="What one registered upstream system sends; a Kafka ACL binds its principal to this one topic.",
        key="any",
        slots=1,
        retention_days=180,
        writers=("upstream",),
        readers=("intake",),
    ),
    Topic(
        pattern=PEOPLE_FACTS,
        title="人员操作",
        sentence="What people do in our own services: a fact like any other, through the log before it takes effect.",
        key="root tenant",
        slots=1,
        retention_days=180,
        writers=("escalation", "notify", "reporting"),
        readers=("intake",),
    ),
    Topic(
        pattern=HAZARD_FACTS,
        title="隐患事实",
        sentence="Every accepted event in one order per committee, with the ticks that move a slot's frontier.",
        key="root tenant",
        slots=SLOTS,
        retention_days=None,
        writers=("intake",),
        readers=("escalation", "reporting"),
    ),
    Topic(
        pattern=ESCALATION_FACTS,
        title="升级决定",
        sentence="Every decision, one record per state.",
        key="root tenant",
        slots=SLOTS,
        retention_days=None,
        writers=("escalation",),
        readers=("notify", "reporting"),
    ),
    Topic(
        pattern=NOTICE_FACTS,
        title="通知记录",
        sentence="Every attempt to tell somebody, so that a restored database sends no letter twice.",
        key="root tenant",
        slots=SLOTS,
        retention_days=None,
        writers=("notify",),
        readers=("reporting", "notify"),
    ),
    Topic(
        pattern=AUDIT_ANCHORS,
        title="审计锚点",
        sentence="Where every chain of the audit stood, hour by hour; `bihuan audit verify --topic` reads it.",
        key="none",
        slots=1,
        retention_days=None,
        writers=("reporting",),
        readers=("reporting",),
    ),
)

INNER_TOPICS: Final = tuple(topic for topic in TOPICS if topic.slots == SLOTS)


@lru_cache(maxsize=100_000)  # there are some three thousand committees; asked for at every fact and every case
def slot_of(committee: str) -> int:
    """Return the slot (0 to 63) in which every fact of this root tenant lies, on each inner topic."""
    return crc32(committee.encode("ascii")) % SLOTS


def inspection_topic(slug: str) -> str:
    """Return the topic of a registered source; a slug is 1 to 40 lower-case letters, digits and inner hyphens."""
    if _SLUG.fullmatch(slug) is None:
        message = f"slug {slug!r}: use 1 to 40 lower-case letters and digits, with hyphens inside only"
        raise ValueError(message)
    return INSPECTION_PREFIX + slug
