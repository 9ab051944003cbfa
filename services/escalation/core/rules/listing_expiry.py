"""See a listing whose term is over and that nobody lifted (S0-17, S0-18, S0-19, S0-20, S2-28, S4-13).

At the expiry the next level is to list it. For long overdue listings of a site the suspension of production is
proposed, for a project the suspension of works as soon as its term is over, for an area its consequence for officials.
An extension that comes after the expiry ends it, and the expiry stays on record.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Literal

from pydantic import Field, model_validator

from services.escalation.core.calendar import end_of, last_day_before
from services.escalation.core.cases.listing import Listing, Round, Term
from services.escalation.core.findings import Finding
from services.escalation.core.heard import each_once
from services.escalation.core.jurisdiction import LEVELS, Jurisdiction
from services.escalation.core.terms import Addressee, Measure, PackModel, RuleParameters, Source, Span
from services.escalation.core.wording import day_words

RULE = "listing_expiry"

Kind = Literal["site", "area", "project"]
KIND_WORDS: dict[str, str] = {"site": "单位（场所）", "area": "区域", "project": "在建项目"}
LEVEL_WORDS: dict[str, str] = {"town": "镇级", "county": "县级", "city": "市级", "province": "省级"}
ASKS: dict[str, str] = {
    "suspension": "建议依法责令停产停业（停工）整顿",
    "referral": "建议抄告组织、纪检部门，整治结果与干部任用、要素供给挂钩",
}


class Step(PackModel):
    """One step after the end of the term."""

    step: str = Field(description="The step's name: `expired`, `T+30`.")
    after: Span = Field(description="How long after the last day; 0 days is the end of the term itself.")
    measure: Measure = Field(description="What is to be done.")
    subjects: tuple[Kind, ...] = Field(("site", "area", "project"), min_length=1, description="What it binds.")
    acts: Literal["next", "own"] = Field("own", description="The level above the listing's, or the listing's own.")
    to: Addressee = Field("committee_office", description="Whom it addresses.")
    source: Source = Field("proposed", description="`notice` where the notice names this step.")


class Parameters(RuleParameters):
    """The steps, earliest first."""

    ladder: tuple[Step, ...] = Field(min_length=1, description="The steps, earliest first.")

    @model_validator(mode="after")
    def _steps_differ(self) -> "Parameters":
        if len({(step.step, kind) for step in self.ladder for kind in step.subjects}) < sum(
            len(step.subjects) for step in self.ladder
        ):
            raise ValueError("two steps for one kind of subject have one name")
        return self


def find(listing: Listing, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield the steps of every expiry, until the listing is extended or lifted; not of a term that was over before."""
    kind = listing.subject.kind if listing.subject.kind in KIND_WORDS else "site"
    for number, listed in enumerate(listing.rounds):
        for place, term in enumerate(listed.terms):
            if max(term.due, term.start) < where.begins:
                continue
            until = _until(listed, place)
            for step in parameters.ladder:
                at = _at(term, step, where)
                if kind not in step.subjects or (until is not None and at >= until):
                    continue
                yield Finding(
                    measure=step.measure,
                    step=step.step,
                    subject_kind="area" if kind == "area" else "site",
                    subject_id=listing.subject.id,
                    occurrence=f"{listing.listing_id}/{number}.{place}",
                    at=at,
                    instant=False,
                    until=until,
                    tenant=listing.tenant,
                    level=_level(listing, step),
                    reason=partial(_reason, listing, kind, term, step, where),
                    rests_on=each_once(listed.opened, term.cause),
                    ladder=f"{RULE}/{number}.{place}",
                    since=term.due,
                    context=partial(_context, listing, where, step),
                )


def _until(listed: Round, place: int) -> datetime | None:
    following = listed.terms[place + 1].start if place + 1 < len(listed.terms) else None
    return min((end for end in (following, listed.end) if end is not None), default=None)


def _at(term: Term, step: Step, where: Jurisdiction) -> datetime:
    """The end of the term itself, or of the day so long after its last."""
    if step.after.count == 0:
        return max(term.due, term.start)
    over = end_of(where.calendar.add(last_day_before(term.due), step.after.count, step.after.unit))
    return max(over, term.start)


def _level(listing: Listing, step: Step) -> str:
    place = LEVELS.index(listing.level) if listing.level in LEVELS else 0
    return LEVELS[min(place + (step.acts == "next"), len(LEVELS) - 1)]


def _context(listing: Listing, where: Jurisdiction, step: Step) -> dict[str, str]:
    words = {
        "listing_id": listing.listing_id,
        "subject_kind": listing.subject.kind,
        "batch": listing.batch,
        "class": listing.class_,
        "area_name": where.name_of(listing.tenant),
        "addressee": step.to,
    }
    return {key: word for key, word in words.items() if word}


def _reason(listing: Listing, kind: str, term: Term, step: Step, where: Jurisdiction) -> str:
    name = where.name_of(listing.subject.id) if kind == "area" else listing.subject.id
    level = LEVEL_WORDS.get(listing.level, "")
    ask = ASKS.get(step.measure, f"建议由{LEVEL_WORDS[_level(listing, step)]}挂牌督办")
    late = f"，已超过{step.after.words}" if step.after.count else ""
    return (
        f"{level}挂牌督办的{KIND_WORDS[kind]}{name}（{listing.listing_id}）整改期限为"
        f"{day_words(last_day_before(term.due))}，期满未摘牌{late}，{ask}。"
    )
