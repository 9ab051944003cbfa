"""Draw 上游: which source is silent, which one sends what we must refuse."""

from grafana_foundation_sdk.builders import dashboard

from deploy.grafana.drawing import Line, board, choice, lines, number, ranked

S = 'source_system=~"$source"'


def drawn() -> dashboard.Dashboard:
    """One line for each upstream system."""
    source = choice("source", "上游系统", "bihuan_intake_events_total", "source_system")
    shown = board("bihuan-sources", "闭环 · 上游", "每个上游系统的数据量、静默、退回与重复。", variables=[source])
    events = f"bihuan_intake_events_total{{{S}}}"
    last = f"bihuan_intake_last_event_timestamp_seconds{{{S}}}"
    refused = f'sum by (source_system) (rate(bihuan_intake_events_total{{{S}, result="rejected"}}[1h]))'
    return (
        shown.with_panel(number("上游系统", f"count(count by (source_system) ({events})) or vector(0)"))
        .with_panel(
            number(
                "一小时无数据",
                f"count(time() - {last} > 3600 and {last} > 0) or vector(0)",
                says="没有数据不等于没有隐患。",
            )
        )
        .with_panel(
            number("今日退回", f'sum(increase(bihuan_intake_events_total{{{S}, result="rejected"}}[24h])) or vector(0)')
        )
        .with_panel(
            number("同号异文", f'sum(increase(bihuan_intake_events_total{{{S}, result="conflict"}}[24h])) or vector(0)')
        )
        .with_panel(
            lines(
                "数据量",
                Line(f"sum by (source_system) (rate({events}[$__rate_interval]))", "{{source_system}}"),
                unit="ops",
            )
        )
        .with_panel(
            ranked("静默时间", Line(f"sort_desc((time() - {last}) and ({last} > 0))", "{{source_system}}"), unit="s")
        )
        .with_panel(
            lines(
                "退回比例",
                Line(
                    f"{refused} / clamp_min(sum by (source_system) (rate({events}[1h])), 0.000001)", "{{source_system}}"
                ),
                unit="percentunit",
                says="过去一小时。",
            )
        )
        .with_panel(
            lines(
                "重复、迟到与超前",
                Line(
                    f'sum by (source_system, result) (increase(bihuan_intake_events_total{{{S}, result=~"duplicate|late|future|flagged"}}[1h]))',
                    "{{source_system}} {{result}}",
                ),
                says="每小时。",
            )
        )
    )
