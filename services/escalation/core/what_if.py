"""Say how another policy would have decided over the same facts: who would have been listed, talked to, reminded."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, Literal, NamedTuple

from contracts.decisions import Decision
from contracts.vocabulary import Measure
from services.escalation.core.law import Law
from services.escalation.core.policy import Pack
from services.escalation.core.wording import moment_words

TOLD: Final = ("raised", "proposed", "provisional", "confirmed")
"""Statuses in which somebody is told of a decision; a rung that was coalesced was told with a higher one."""
MEASURES: Final[Mapping[str, str]] = {str(word): word.chinese for word in Measure}
LEVELS: Final = {"town": "镇街", "county": "县区", "city": "市", "province": "省"}

Way = Literal["added", "dropped", "moved"]


class Difference(NamedTuple):
    """One decision that another policy would have taken, would not have taken, or would have taken otherwise.

    `before` is the first record under the law in force, `after` the first one under the other policy.
    """

    way: Way
    before: Decision | None
    after: Decision | None

    @property
    def shown(self) -> Decision:
        """The record that is spoken of."""
        return self.after or self.before  # type: ignore[return-value]  # one of them is there

    @property
    def sentence(self) -> str:
        """The difference as one would read it out."""
        shown, measure = self.shown, MEASURES[self.shown.measure]
        if self.way == "added":
            return f"将新增{measure}（{LEVELS[shown.level]}，{moment_words(shown.at)}）：{shown.reason}"
        if self.way == "dropped":
            return f"将不再{measure}（原为{LEVELS[shown.level]}，{moment_words(shown.at)}）：{shown.reason}"
        return f"{measure}{'，'.join(self._moves())}：{shown.reason}"

    def _moves(self) -> Iterable[str]:
        if self.before is None or self.after is None:
            return
        if self.before.at != self.after.at:
            yield f"由{moment_words(self.before.at)}改为{moment_words(self.after.at)}"
        if self.before.level != self.after.level:
            yield f"由{LEVELS[self.before.level]}改由{LEVELS[self.after.level]}办理"


def difference(before: Decision | None, after: Decision | None) -> Difference | None:
    """How the first records of one decision under two policies differ, None where they do not."""
    if before is None or after is None:
        return Difference("added" if before is None else "dropped", before, after) if before or after else None
    if (before.at, before.level) == (after.at, after.level):
        return None
    return Difference("moved", before, after)


def name_of(record: Decision) -> str:
    """What tells a decision from the others under any policy: its id without the pack."""
    parts = (record.rule, record.measure, record.step, record.subject.kind, record.subject.id, record.occurrence)
    return "\x1f".join((record.committee, *parts))


def law_with(law: Law, packs: Iterable[Pack]) -> Law:
    """The law as if these packs had been in force in the place of all that bind their committee.

    It begins with the calendar for everybody: what changed it is among the facts.
    """
    new = list(packs)
    roots, ids = {pack.root for pack in new}, {pack.id for pack in new}
    head = new[0].id
    kept = [pack for pack in law.packs if pack.root not in roots or (pack.child_of == head and pack.id not in ids)]
    return Law([*kept, *new], law.divisions, law.calendar)


def counts(record: Decision, since: datetime | None, tenants: Iterable[str], law: Law) -> bool:
    """Whether a record is told to somebody, from an instant on, in one of these divisions (none named: everywhere)."""
    wanted = list(tenants)
    if record.status not in TOLD or (since is not None and record.known_at < since):
        return False
    return not wanted or any(law.divisions.is_within(record.tenant, tenant) for tenant in wanted)
