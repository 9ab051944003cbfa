"""Know from the policies whose daily form it may be: the teams of each committee, with their areas and campaign."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from policies import files
from services.intake.core.ledger.day_form import DayCharter, TeamWords


def charters(folder: Path | None) -> dict[str, DayCharter]:
    """The committees that send out teams, by root tenant."""
    return {charter.tenant: charter for _, raw in files.packs(folder) if (charter := _charter(raw)) is not None}


def _charter(raw: Mapping[str, Any]) -> DayCharter | None:
    teams = (raw.get("units") or {}).get("teams") or ()
    if not teams:
        return None
    campaign = raw.get("campaign") or {}
    duties = (raw.get("obligations") or {}).items()
    obligation = next(
        (str(duty.get("id", name)) for name, duty in duties if duty.get("rule") == "daily_report"), "daily_report"
    )
    return DayCharter(
        tenant=str(raw["root"]),
        teams=tuple(
            TeamWords(
                id=str(team["id"]),
                names=(str(team.get("name") or team["id"]), str(team["id"]), *map(str, team.get("also") or ())),
                area=str(team.get("area", "")),
            )
            for team in teams
        ),
        begins=campaign.get("begins"),
        ends=campaign.get("ends"),
        obligation=obligation,
    )
