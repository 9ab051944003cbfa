"""Ask the rules of a pack about a case: which of them, and for how much of what they find."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from services.escalation.core.case import Case
from services.escalation.core.findings import Found
from services.escalation.core.law import Law
from services.escalation.core.policy import Pack

Finds = Iterator[Found]


class Asked(NamedTuple):
    """What is asked of a case: which rules (None: all), and what of a rule that finds things in their order.

    Of what such a rule finds after `until` only the first is wanted (None: all of it).
    """

    rules: frozenset[str] | None = None
    until: datetime | None = None


def of_pack(law: Law, kind: str, pack: Pack, state: Any, asked: Asked) -> Finds:
    """What the rules of `pack` that read this kind of case find, from the pack's first day on."""
    version, begins, where, finders, _ = law.docket(pack, kind)
    rules, until = asked
    for rule, find, parameters, _, rises in finders:
        if rules is not None and rule not in rules:
            continue
        for finding in find(state, parameters, where):
            if finding.at >= begins:
                yield Found(finding, rule, parameters.clauses, version)
                if rises and until is not None and finding.at > until:
                    break  # the first that is still to come: its clock is armed, and then the rule is asked again


def of_versions(law: Law, case: Case, kind: str, state: Any, asked: Asked) -> Finds:
    """The same for a case that outlives versions of a pack: each finding stands under the version of its first fact."""
    versions = law.versions(case.key.committee)
    asked = asked if len(versions) == 1 else asked._replace(until=None)  # as where a clock was moved to a new version
    for pack in versions:
        for found in of_pack(law, kind, pack, state, asked):
            finding = found.finding
            began = finding.rests_on[0].time if finding.rests_on else finding.at
            if len(versions) == 1 or law.pack_at(case.key.committee, began) is pack:
                yield found
