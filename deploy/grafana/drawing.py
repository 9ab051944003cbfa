"""Draw panels in one manner: Chinese titles, a unit always, zero instead of a hole, one data source by its uid."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from grafana_foundation_sdk.builders import bargauge, common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.models.common import LegendDisplayMode, LegendPlacement, TooltipDisplayMode
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync, DataSourceRef

PROMETHEUS: Final = DataSourceRef(type_val="prometheus", uid="bihuan-prometheus")

Unit = Literal["short", "s", "percentunit", "reqps", "bytes", "dateTimeAsIso", "ops"]
WIDE, HALF, THIRD, QUARTER = 24, 12, 8, 6  # columns of Grafana's grid
HIGH, LOW = 8, 4  # rows of it


@dataclass(frozen=True, slots=True)
class Line:
    """One expression and what its line is called; `legend` may use labels, as in `{{process}}`."""

    expression: str
    legend: str = ""


def board(
    uid: str, title: str, description: str, *, variables: Sequence[dashboard.QueryVariable] = ()
) -> dashboard.Dashboard:
    """An empty dashboard of ours; its times are those of Shanghai."""
    drawn = (
        dashboard.Dashboard(title)
        .uid(uid)
        .description(description)
        .tags(["bihuan"])
        .timezone("Asia/Shanghai")
        .time("now-6h", "now")
        .refresh("30s")
        .readonly()
        .tooltip(DashboardCursorSync.CROSSHAIR)
    )
    for variable in variables:
        drawn = drawn.with_variable(variable)
    return drawn


def choice(name: str, label: str, metric: str, of: str) -> dashboard.QueryVariable:
    """A variable whose values are those of a metric's label, all of them chosen at first."""
    return (
        dashboard.QueryVariable(name)
        .label(label)
        .datasource(PROMETHEUS)
        .query(f"label_values({metric}, {of})")
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
    panel = (
        timeseries.Panel()
        .title(title)
        .description(says)
        .datasource(PROMETHEUS)
        .unit(unit)
        .span(width)
        .height(HIGH)
        .min(0)
        .line_width(1)
        .fill_opacity(8)
        .legend(_legend())
        .tooltip(_tooltip())
    )
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


def _legend() -> common.VizLegendOptions:
    return (
        common.VizLegendOptions()
        .show_legend(show_legend=True)
        .display_mode(LegendDisplayMode.LIST)
        .placement(LegendPlacement.BOTTOM)
    )


def _tooltip() -> common.VizTooltipOptions:
    return common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI)
