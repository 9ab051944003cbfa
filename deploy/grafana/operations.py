"""Draw 运行: is every event on its way, and how far behind is each stage."""

from grafana_foundation_sdk.builders import dashboard

from deploy.grafana.drawing import HALF, THIRD, WIDE, Line, board, choice, lines, number

P = 'process=~"$process"'


def drawn() -> dashboard.Dashboard:
    """From the door to the delivery, left to right and top to bottom."""
    each = choice("process", "进程", 'up{job="bihuan"}', "process")
    shown = board(
        "bihuan-operations", "闭环 · 运行", "事件从入口到送达的全程：流量、滞后、积压、故障。", variables=[each]
    )
    return _looked_over(_guards(_stages(_flow(_now(shown)))))


def _now(shown: dashboard.Dashboard) -> dashboard.Dashboard:
    return (
        shown.with_row(dashboard.Row("此刻"))
        .with_panel(number("在运行的进程", 'sum(up{job="bihuan"})', says="应为八个，或扩容后的个数。"))
        .with_panel(number("停止的分区", "sum(bihuan_stopped_slots) or vector(0)", says="在有人处理之前不会继续。"))
        .with_panel(
            number("未处理的死信", "max(bihuan_dead_letters_open) or vector(0)", says="被退回、等人改正或重放的记录。")
        )
        .with_panel(
            number(
                "没有期限的在办事项",
                "max(bihuan_cases_without_clock) or vector(0)",
                says="必须是零：没有期限就没有人催办。",
            )
        )
    )


def _flow(shown: dashboard.Dashboard) -> dashboard.Dashboard:
    return (
        shown.with_row(dashboard.Row("流量"))
        .with_panel(
            lines(
                "接收的事件",
                Line("sum by (result) (rate(bihuan_intake_events_total[$__rate_interval]))", "{{result}}"),
                unit="ops",
                says="各入口合计，按结果分。",
            )
        )
        .with_panel(
            lines(
                "各进程处理的记录",
                Line(f"sum by (process) (rate(bihuan_consumed_records_total{{{P}}}[$__rate_interval]))", "{{process}}"),
                unit="ops",
            )
        )
        .with_panel(
            lines(
                "转发的事实",
                Line(f"sum by (topic) (rate(bihuan_relayed_facts_total{{{P}}}[$__rate_interval]))", "{{topic}}"),
                unit="ops",
            )
        )
        .with_panel(
            lines(
                "作出的决定",
                Line("sum by (status) (rate(bihuan_escalation_decisions_total[$__rate_interval]))", "{{status}}"),
                unit="ops",
            )
        )
    )


def _stages(shown: dashboard.Dashboard) -> dashboard.Dashboard:
    applied = "sum by (le, topic) (rate(bihuan_applied_after_seconds_bucket[$__rate_interval]))"
    passed = "sum by (le, stage) (rate(bihuan_pipeline_lag_seconds_bucket[$__rate_interval]))"
    return (
        shown.with_row(dashboard.Row("滞后"))
        .with_panel(
            lines(
                "各环节的用时（95 分位）",
                Line(f"histogram_quantile(0.95, {passed})", "{{stage}}"),
                unit="s",
                says="从登记到接收，从知悉到决定，从知悉到告知，从接收到页面。",
                width=WIDE,
            )
        )
        .with_panel(
            lines(
                "从写入 Kafka 到生效（99 分位）",
                Line(f"histogram_quantile(0.99, {applied})", "{{topic}}"),
                unit="s",
                says="一批中最早的一条从写入到提交所用的时间。",
            )
        )
        .with_panel(
            lines(
                "时间的滞后",
                Line("max(bihuan_escalation_frontier_lag_seconds)", "期限判断"),
                Line("max(bihuan_intake_tick_behind_seconds)", "计时"),
                Line("time() - max(bihuan_reporting_as_of_timestamp_seconds > 0)", "页面"),
                unit="s",
                says="期限判断落后一分钟以上时，升级会晚到。",
            )
        )
        .with_panel(
            lines(
                "等待处理的记录",
                Line(f"sum by (process, topic) (bihuan_consumer_lag_records{{{P}}})", "{{process}} {{topic}}"),
                width=THIRD,
            )
        )
        .with_panel(
            lines(
                "最早的一条已等待",
                Line(f"max by (process, topic) (bihuan_consumer_lag_seconds{{{P}}})", "{{process}} {{topic}}"),
                unit="s",
                says="超过一分钟即告警；在减少就等它追上，不减少就加一个 worker。",
                width=THIRD,
            )
        )
        .with_panel(
            lines(
                "等待转发的事实",
                Line("max by (service) (bihuan_outbox_rows)", "{{service}}"),
                says="已入库、未写入 Kafka。",
                width=THIRD,
            )
        )
    )


def _looked_over(shown: dashboard.Dashboard) -> dashboard.Dashboard:
    found = 'sum by (check) (bihuan_doctor_findings{{level="{level}"}})'
    return (
        shown.with_row(dashboard.Row("体检"))
        .with_panel(
            number("故障", 'sum(bihuan_doctor_findings{level="fault"})', says="bihuan doctor 逐条说明怎样处理。")
        )
        .with_panel(number("注意", 'sum(bihuan_doctor_findings{level="doubt"})'))
        .with_panel(
            lines(
                "所见（按检查项）",
                Line(found.format(level="fault"), "故障 {{check}}"),
                Line(found.format(level="doubt"), "注意 {{check}}"),
                says="doctor 每分钟看一遍。",
            ),
        )
    )


def _guards(shown: dashboard.Dashboard) -> dashboard.Dashboard:
    batch = f"sum by (le, process) (rate(bihuan_batch_seconds_bucket{{{P}}}[$__rate_interval]))"
    slow = f"sum by (le, service) (rate(bihuan_http_request_seconds_bucket{{{P}}}[$__rate_interval]))"
    return (
        shown.with_row(dashboard.Row("防护与数据库"))
        .with_panel(
            lines(
                "消费者遇到的事",
                Line(f"sum by (kind) (increase(bihuan_consumer_incidents_total{{{P}}}[$__rate_interval]))", "{{kind}}"),
                says="每一种都能自行恢复；持续增长就不健康。",
                width=THIRD,
            )
        )
        .with_panel(
            lines(
                "被搁置的记录",
                Line(
                    "sum by (service, reason) (increase(bihuan_dead_letters_total[$__rate_interval]))",
                    "{{service}} {{reason}}",
                ),
                width=THIRD,
            )
        )
        .with_panel(
            lines(
                "一个事务的用时（99 分位）",
                Line(f"histogram_quantile(0.99, {batch})", "{{process}}"),
                unit="s",
                width=THIRD,
            )
        )
        .with_panel(
            lines("接口应答（99 分位）", Line(f"histogram_quantile(0.99, {slow})", "{{service}}"), unit="s", width=HALF)
        )
        .with_panel(
            lines(
                "接口应答的状态",
                Line(
                    f"sum by (service, status) (rate(bihuan_http_requests_total{{{P}}}[$__rate_interval]))",
                    "{{service}} {{status}}",
                ),
                unit="reqps",
                width=HALF,
            )
        )
    )
