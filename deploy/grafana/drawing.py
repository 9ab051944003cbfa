"""Draw panels in one manner: Chinese titles, a unit always, zero instead of a hole, a data source by its uid."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from grafana_foundation_sdk.builders import bargauge, common, dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import LegendDisplayMode, LegendPlacement, TooltipDisplayMode
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync, DataSourceRef

PROMETHEUS: Final = DataSourceRef(type_val="prometheus", uid="bihuan-prometheus")
AGGREGATES: Final = DataSourceRef(type_val="grafana-postgresql-datasource", uid="bihuan-aggregates")

Unit = Literal["short", "s", "percentunit", "reqps", "bytes", "dateTimeAsIso", "ops"]
WIDE, HALF, THIRD, QUARTER = 24, 12, 8, 6  # columns of Grafana's grid
HIGH, LOW = 8, 4  # rows of it

_BEGINNING: Final = r"\1::timestamp AT TIME ZONE 'Asia/Shanghai'"
_MACROS: Final = {
    re.compile(r"\$__chosen\((\w+)\)"): r"\1 ~ '^(${\1:regex})$'",
    re.compile(r"\$__within\((\w+)\)"): rf"$__timeFilter({_BEGINNING})",
    re.compile(r"\$__instant\((\w+)\)"): _BEGINNING,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One expression and what its line is called; `legend` may use labels, as in `{{process}}`."""

    expression: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Sql:
    """One SELECT on the views of `aggregates`, with macros of ours that become Grafana's.

    `$__chosen(county)`: the column is one that the variable of its name has chosen. `$__within(day)`: a day of Shanghai lies
    in the span that is looked at; `$__instant(day)`: its beginning. Compared as a date, today would be missing until eight.
    """

    query: str

    def expanded(self) -> str:
        """As Grafana gets it: in one line, our macro replaced."""
        text = " ".join(self.query.split())
        for macro, meaning in _MACROS.items():
            text = macro.sub(meaning, text)
        return text


def board(
    uid: str,
    title: str,
    description: str,
    *,
    variables: Sequence[dashboard.QueryVariable] = (),
    since: str = "now-6h",
) -> dashboard.Dashboard:
    """An empty dashboard of ours; its times are those of Shanghai."""
    drawn = (
        dashboard.Dashboard(title)
        .uid(uid)
        .description(description)
        .tags(["bihuan"])
        .timezone("Asia/Shanghai")
        .time(since, "now")
        .refresh("30s")
        .readonly()
        .tooltip(DashboardCursorSync.CROSSHAIR)
    )
    for variable in variables:
        drawn = drawn.with_variable(variable)
    return drawn


def choice(name: str, label: str, metric: str, of: str, *, part: str = "") -> dashboard.QueryVariable:
    """A variable whose values are those of a metric's label, all of them chosen at first; `part` cuts out its group."""
    variable = _variable(name, label, PROMETHEUS, f"label_values({metric}, {of})")
    return variable.regex(f"/{part}/") if part else variable


def chosen(name: str, label: str, sql: Sql) -> dashboard.QueryVariable:
    """A variable whose values are the one column of a SELECT, all of them chosen at first."""
    return _variable(name, label, AGGREGATES, sql.expanded())


def _variable(name: str, label: str, source: DataSourceRef, query: str) -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(name)
        .label(label)
        .datasource(source)
        .query(query)
        .multi(multi=True)
        .include_all(include_all=True)
        .all_value(".*")
    )


def number(title: str, expression: str, *, unit: Unit = "short", says: str = "", width: int = QUARTER) -> stat.Panel:
    """One figure, as it is now."""
    return (
        stat.Panel()
        .title(title)
        .description(says)
        .datasource(PROMETHEUS)
        .unit(unit)
        .span(width)
        .height(LOW)
        .no_value("0")
        .with_target(prometheus.Dataquery().expr(expression).ref_id("A").instant())
    )


def lines(title: str, *drawn: Line, unit: Unit = "short", says: str = "", width: int = HALF) -> timeseries.Panel:
    """Figures over time."""
    panel = _over_time(title, PROMETHEUS, unit, says, width)
    for place, line in enumerate(drawn):
        query = (
            prometheus.Dataquery()
            .expr(line.expression)
            .legend_format(line.legend)
            .ref_id(chr(ord("A") + place))
            .range()
        )
        panel = panel.with_target(query)
    return panel


def series(title: str, sql: Sql, *, unit: Unit = "short", says: str = "", width: int = HALF) -> timeseries.Panel:
    """Figures over time out of the database; the first column is called `time`."""
    panel = _over_time(title, AGGREGATES, unit, says, width)
    return panel.with_target(_FromDatabase(sql, "time_series"))


def rows(title: str, sql: Sql, *, unit: Unit = "short", says: str = "", width: int = HALF) -> table.Panel:
    """A table out of the database; its columns are called what the query calls them."""
    return (
        table.Panel()
        .title(title)
        .description(says)
        .datasource(AGGREGATES)
        .unit(unit)
        .span(width)
        .height(HIGH)
        .with_target(_FromDatabase(sql, "table"))
    )


def ranked(title: str, line: Line, *, unit: Unit = "short", says: str = "", width: int = HALF) -> bargauge.Panel:
    """Bars beside one another, the longest first (the expression sorts)."""
    return (
        bargauge.Panel()
        .title(title)
        .description(says)
        .datasource(PROMETHEUS)
        .unit(unit)
        .span(width)
        .height(HIGH)
        .min(0)
        .with_target(prometheus.Dataquery().expr(line.expression).legend_format(line.legend).ref_id("A").instant())
    )


class _FromDatabase(Builder[Dataquery], Dataquery):
    """A query of Grafana's PostgreSQL source, which the SDK does not know."""

    def __init__(self, sql: Sql, form: Literal["time_series", "table"]) -> None:
        self._sql = sql
        self._form = form

    def build(self) -> Dataquery:
        return self

    def to_json(self) -> dict[str, Any]:
        """As the source reads it."""
        return {
            "datasource": AGGREGATES,
            "editorMode": "code",
            "format": self._form,
            "rawQuery": True,
            "rawSql": self._sql.expanded(),
            "refId": "A",
        }


def _over_time(title: str, source: DataSourceRef, unit: Unit, says: str, width: int) -> timeseries.Panel:
    return (
        timeseries.Panel()
        .title(title)
        .description(says)
        .datasource(source)
        .unit(unit)
        .span(width)
        .height(HIGH)
        .min(0)
        .line_width(1)
        .fill_opacity(8)
        .legend(_legend())
        .tooltip(_tooltip())
    )


def _legend() -> common.VizLegendOptions:
    return (
        common.VizLegendOptions()
        .show_legend(show_legend=True)
        .display_mode(LegendDisplayMode.LIST)
        .placement(LegendPlacement.BOTTOM)
    )


def _tooltip() -> common.VizTooltipOptions:
    return common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI)
