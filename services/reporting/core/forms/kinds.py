"""The table of forms: every kind once, with its title, its span and the function that fills it."""

from collections.abc import Callable
from typing import Final, NamedTuple

from services.reporting.core.forms import (
    assessment,
    burn_down,
    chains,
    checklist,
    close_out,
    daily,
    enforcement,
    finding,
    gaps,
    league,
    league_words,
    ledger,
    listings,
    lists,
    period,
    register,
    roll_up,
    stage,
    targets,
    team_days,
)
from services.reporting.core.forms.archive import Archive, Ask
from services.reporting.core.forms.form import Form
from services.reporting.core.forms.spans import Span


class Kind(NamedTuple):
    """One form. `build` fills it; `sentence` says in English what it is for."""

    name: str
    title: str
    span: Span
    build: Callable[[Ask, Archive], Form]
    sentence: str


KINDS: Final[dict[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind("daily", daily.TITLE, "day", daily.build, "What an undercover team saw on one day and so far."),
        Kind(
            "three-lists",
            lists.THREE_TITLE,
            "campaign",
            lists.build_three,
            "Who answers, what was found, what becomes of it.",
        ),
        Kind(
            "service-lists",
            lists.SERVICE_TITLE,
            "year",
            lists.build_service,
            "Problems, prevention and the closed loop.",
        ),
        Kind("major-ledger", lists.MAJOR_TITLE, "year", lists.build_major, "Every major hazard with its measures."),
        Kind(
            "close-out",
            close_out.TITLE,
            "campaign",
            close_out.build,
            "What is not put right, kept until it is struck off.",
        ),
        Kind(
            "close-out-diff",
            close_out.DIFF_TITLE,
            "campaign",
            close_out.build_diff,
            "What changed between two moments.",
        ),
        Kind("stage", stage.TITLE, "campaign", stage.build, "What a unit reports at the end of a stage; inferred."),
        Kind("half-year", period.HALF_TITLE, "half_year", period.build_half_year, "The half-year's work."),
        Kind("annual", period.ANNUAL_TITLE, "year", period.build_annual, "The year's work."),
        Kind("targets", targets.TITLE, "year", targets.build, "How far each target of the year has come."),
        Kind(
            "enforcement",
            enforcement.TITLE,
            "quarter",
            enforcement.build,
            "Documents of enforcement by area and department.",
        ),
        Kind("team-days", team_days.TITLE, "campaign", team_days.build, "Days in the field of each team."),
        Kind(
            "roll-up", roll_up.TITLE, "campaign", roll_up.build, "A city from its counties, and who has not reported."
        ),
        Kind(
            "chains",
            chains.TITLE,
            "now",
            chains.build,
            "Reports from level to level: who blocks the next link, and since when.",
        ),
        Kind("burn-down", burn_down.TITLE, "campaign", burn_down.build, "The stock by round, area and day."),
        Kind("register", register.TITLE, "now", register.build, "Firms that nobody supervises, and new trades."),
        Kind(
            "listings", listings.TITLE, "now", listings.build, "Listings by level and batch, and sectors without any."
        ),
        Kind("finding", finding.TITLE, "year", finding.build, "Active finding, and tip-offs that were rewarded."),
        Kind(
            "assessment",
            assessment.TITLE,
            "year",
            assessment.build,
            "What superiors and undercover teams found, and what became of it, as a ground of the assessment.",
        ),
        Kind("gaps", gaps.TITLE, "now", gaps.build, "Open hazards without responsibility, measures or deadline."),
        Kind(
            "checklist",
            checklist.TITLE,
            "now",
            checklist.build,
            "What a supervising team takes along: everything open, and what earlier rounds found.",
        ),
        Kind("league", league_words.TITLE, "month", league.build, "The league table of a month."),
        Kind("ledger", ledger.TITLE, "now", ledger.build, "Every hazard, one row each."),
    )
}
"""Every form by its name on the command line and in addresses."""
