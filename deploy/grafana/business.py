"""Draw 业务: how many hazards are open, how old, and what is done about them, area by area."""

from grafana_foundation_sdk.builders import dashboard

from deploy.grafana.drawing import HALF, Line, board, choice, lines, number, ranked

C = 'county=~"$city.*", county=~"$county"'
PREFECTURE = r"^(\d{4})"
"""What a county's code begins with: province and city."""


def drawn() -> dashboard.Dashboard:
    """What a province's operator looks at in the morning."""
    city = choice("city", "地市", "bihuan_open_cases", "county", part=PREFECTURE)
    county = choice("county", "区县", 'bihuan_open_cases{county=~"$city.*"}', "county")
    shown = board(
        "bihuan-business",
        "闭环 · 业务",
        "在办、逾期、最久的逾期与升级决定。数字由统计服务给出，与页面一致。",
        variables=[city, county],
    )
    return _decisions(_areas(_now(shown)))


def _now(shown: dashboard.Dashboard) -> dashboard.Dashboard:
    return (
        shown.with_row(dashboard.Row("此刻"))
        .with_panel(number("在办隐患", f"sum(bihuan_open_cases{{{C}}}) or vector(0)", says="未销号、未撤回，含逾期。"))
        .with_panel(number("在办重大隐患", f'sum(bihuan_open_cases{{{C}, severity="major"}}) or vector(0)'))
        .with_panel(
            number("逾期未整改", f"sum(bihuan_overdue_cases{{{C}}}) or vector(0)", says="在办的一部分，不另计。")
        )
        .with_panel(
            number(
                "逾期比例",
                f"sum(bihuan_overdue_cases{{{C}}}) / clamp_min(sum(bihuan_open_cases{{{C}}}), 1)",
                unit="percentunit",
            )
        )
    )


def _areas(shown: dashboard.Dashboard) -> dashboard.Dashboard:
    oldest = f"(time() - bihuan_overdue_oldest_timestamp_seconds{{{C}}}) and (bihuan_overdue_oldest_timestamp_seconds{{{C}}} > 0)"
    return (
        shown.with_row(dashboard.Row("各区县"))
        .with_panel(lines("在办隐患", Line(f"sum by (county) (bihuan_open_cases{{{C}}})", "{{county}}")))
        .with_panel(lines("逾期未整改", Line(f"sum by (county) (bihuan_overdue_cases{{{C}}})", "{{county}}")))
        .with_panel(
            ranked(
                "逾期最多的区县",
                Line(f"topk(15, sum by (county) (bihuan_overdue_cases{{{C}}}))", "{{county}}"),
                width=HALF,
            )
        )
        .with_panel(
            ranked(
                "最久的逾期", Line(f"topk(15, {oldest})", "{{county}}"), unit="s", says="自整改期限届满起。", width=HALF
            )
        )
    )


def _decisions(shown: dashboard.Dashboard) -> dashboard.Dashboard:
    return (
        shown.with_row(dashboard.Row("升级"))
        .with_panel(
            lines(
                "升级决定（按层级）",
                Line("sum by (level) (increase(bihuan_escalations_total[1h]))", "{{level}}"),
                says="每小时。",
            )
        )
        .with_panel(
            ranked("升级决定（按规则）", Line("topk(15, sum by (rule) (bihuan_escalations_total))", "{{rule}}"))
        )
        .with_panel(
            lines(
                "屡查不改与复发",
                Line(
                    'sum by (rule) (increase(bihuan_escalation_decisions_total{rule=~"repeat_offence|recurrence",status="raised"}[1h]))',
                    "{{rule}}",
                ),
                says="每小时新增。",
            )
        )
        .with_panel(
            lines(
                "撤回与存疑",
                Line(
                    'sum by (status) (increase(bihuan_escalation_decisions_total{status=~"retracted|questioned|cleared"}[1h]))',
                    "{{status}}",
                ),
                says="迟报、更正改变了结论。",
            )
        )
    )
