"""Read the committed dashboards as Grafana does: which panel asks which source what, with macros and variables filled in."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "deploy" / "grafana" / "dashboards"
_TIME = re.compile(r"\$__timeFilter\(([^)]+)\)")
_VARIABLE = re.compile(r"\$(\w+)|\$\{\w+(?::\w+)?\}")


@dataclass(frozen=True, slots=True)
class Asked:
    """One query of a panel, or of a variable; `form` is what the panel makes of it, "" where that is said elsewhere."""

    title: str
    query: str
    form: str = ""

    def filled(self, since: datetime, until: datetime) -> str:
        """The SQL that Grafana sends with everything chosen, over a span of time."""
        spanned = _TIME.sub(rf"\1 BETWEEN '{since.isoformat()}' AND '{until.isoformat()}'", self.query)
        return _VARIABLE.sub(".*", spanned)

    def over(self, span: str) -> str:
        """The PromQL that Grafana sends with everything chosen; `span` is what it takes for a rate's interval."""
        return _VARIABLE.sub(".*", self.query.replace("$__rate_interval", span))


def of_prometheus() -> list[Asked]:
    """Every expression of every panel."""
    return [Asked(title, target["expr"]) for title, target in _targets("prometheus")]


def of_database() -> list[Asked]:
    """Every SELECT of every panel."""
    return [
        Asked(title, target["rawSql"], target["format"]) for title, target in _targets("grafana-postgresql-datasource")
    ]


def variables_of_database() -> list[Asked]:
    """Every SELECT that a variable takes its values from."""
    return [
        Asked(f"{name}: ${one['name']}", one["query"])
        for name, board in _boards()
        for one in board["templating"]["list"]
        if one["datasource"]["type"] == "grafana-postgresql-datasource"
    ]


def _boards() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(FOLDER.glob("*.json")):
        yield path.stem, json.loads(path.read_text(encoding="utf-8"))


def _targets(source: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, board in _boards():
        for panel in board["panels"]:
            for one in (panel, *(panel.get("panels") or ())):
                if one["type"] != "row" and one["datasource"]["type"] == source:
                    for target in one["targets"]:
                        yield f"{name}: {one['title']} {target['refId']}", target
