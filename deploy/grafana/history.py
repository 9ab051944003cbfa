"""Draw 历史: what Prometheus cannot tell, because it happened before it looked: months of closing, days, ages."""

from grafana_foundation_sdk.builders import dashboard

from deploy.grafana.drawing import HALF, WIDE, Sql, board, chosen, rows, series


def drawn() -> dashboard.Dashboard:
    """Sums of the database by day and month; no row of a hazard, no name."""
    shown = board(
        "bihuan-history",
        "闭环 · 历史",
        "按日、按月的合计，取自数据库的汇总视图：不受监控数据保存期限的限制，也不含任何一条隐患或任何人的信息。",
        since="now-1y",
        variables=[
            chosen("city", "地市", Sql("SELECT DISTINCT city FROM aggregates.hazards ORDER BY 1")),
            chosen(
                "county",
                "区县",
                Sql("SELECT DISTINCT county FROM aggregates.hazards WHERE $__chosen(city) ORDER BY 1"),
            ),
        ],
    )
    return _told(_now(_closed(shown)))


def _closed(shown: dashboard.Dashboard) -> dashboard.Dashboard:
    return (
        shown.with_row(dashboard.Row("销号"))
        .with_panel(
            series(
                "按期销号率（按月）",
                Sql(
                    """SELECT $__instant(month) AS "time", sum(in_time)::float / nullif(sum(with_deadline), 0) AS "按期销号率"
                    FROM aggregates.closed_by_month WHERE $__chosen(city) AND $__chosen(county) AND $__within(month) GROUP BY 1 ORDER BY 1"""
                ),
                unit="percentunit",
                says="当月销号、且有整改期限的隐患中，按期完成的比例。",
            )
        )
        .with_panel(
            series(
                "销号（按月）",
                Sql(
                    """SELECT $__instant(month) AS "time", sum(closed) AS "销号", sum(closed) FILTER (WHERE level = 'major') AS "其中重大"
                    FROM aggregates.closed_by_month WHERE $__chosen(city) AND $__chosen(county) AND $__within(month) GROUP BY 1 ORDER BY 1"""
                ),
            )
        )
    )


def _now(shown: dashboard.Dashboard) -> dashboard.Dashboard:
    return (
        shown.with_row(dashboard.Row("逾期与新增"))
        .with_panel(
            rows(
                "逾期未整改的时长（按区县）",
                Sql(
                    """SELECT county AS "区县", (ARRAY['不足 1 天', '1 至 3 天', '3 至 7 天', '7 至 15 天', '15 至 30 天', '30 至 90 天',
                    '90 天以上'])[bucket + 1] AS "已逾期", sum(hazards) AS "隐患", sum(hazards) FILTER (WHERE level = 'major') AS "其中重大"
                    FROM aggregates.overdue_by_age WHERE $__chosen(city) AND $__chosen(county) GROUP BY county, bucket ORDER BY county, bucket DESC"""
                ),
                says="自整改期限届满起。",
                width=WIDE,
            )
        )
        .with_panel(
            series(
                "新增隐患（按日）",
                Sql(
                    """SELECT $__instant(day) AS "time", sum(hazards) AS "新增", sum(hazards) FILTER (WHERE level = 'major') AS "其中重大"
                    FROM aggregates.reported_by_day WHERE $__chosen(city) AND $__chosen(county) AND $__within(day) GROUP BY 1 ORDER BY 1"""
                ),
            )
        )
        .with_panel(
            rows(
                "在办隐患（按行业）",
                Sql(
                    """SELECT sector AS "行业", sum(hazards) AS "在办", sum(hazards) FILTER (WHERE level = 'major') AS "其中重大",
                    sum(hazards) FILTER (WHERE overdue) AS "其中逾期" FROM aggregates.hazards
                    WHERE $__chosen(city) AND $__chosen(county) AND state NOT IN ('closed', 'withdrawn') GROUP BY sector ORDER BY 2 DESC, 1"""
                ),
                width=HALF,
            )
        )
    )


def _told(shown: dashboard.Dashboard) -> dashboard.Dashboard:
    return (
        shown.with_row(dashboard.Row("决定、通知与上游"))
        .with_panel(
            rows(
                "升级决定（按规则与措施）",
                Sql(
                    """SELECT rule AS "规则", measure AS "措施", status AS "状态", sum(decisions) AS "决定"
                    FROM aggregates.decisions_by_day WHERE $__chosen(city) AND $__chosen(county) AND $__within(day) GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3"""
                ),
                width=HALF,
            )
        )
        .with_panel(
            rows(
                "通知（按渠道与结果）",
                Sql(
                    """SELECT channel AS "渠道", state AS "结果", sum(notices) AS "通知"
                    FROM aggregates.notices_by_day WHERE $__chosen(city) AND $__chosen(county) AND $__within(day) GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"""
                ),
                width=HALF,
            )
        )
        .with_panel(
            rows(
                "上游系统",
                Sql(
                    """SELECT source AS "上游系统", sum(accepted) AS "接收", sum(duplicate) AS "重复", sum(conflict) AS "同号异文",
                    sum(rejected) AS "退回", sum(late) AS "迟到", max(day) AS "最近一天" FROM aggregates.sources_by_day
                    WHERE $__within(day) GROUP BY 1 ORDER BY 2 DESC, 1"""
                ),
                says="不分区县。",
                width=WIDE,
            )
        )
    )
