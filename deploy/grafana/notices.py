"""Draw 通知: what was told, what waits, and what nobody knows."""

from grafana_foundation_sdk.builders import dashboard

from deploy.grafana.drawing import Line, board, choice, lines, number

CH = 'channel=~"$channel"'


def drawn() -> dashboard.Dashboard:
    """One line for each channel."""
    channel = choice("channel", "渠道", "bihuan_notify_deliveries_total", "channel")
    shown = board(
        "bihuan-notices", "闭环 · 通知", "通知的送达、等待、失败与存疑。存疑的不会擅自重发。", variables=[channel]
    )
    return (
        shown.with_panel(
            number(
                "不知是否送达",
                'max(bihuan_notify_notices{state="ambiguous"}) or vector(0)',
                says="需要有人核实后决定。",
            )
        )
        .with_panel(
            number("没有送达", 'max(bihuan_notify_notices{state="failed"}) or vector(0)', says="重试已经用尽。")
        )
        .with_panel(number("等待重试", 'max(bihuan_notify_notices{state="retrying"}) or vector(0)'))
        .with_panel(number("总开关", "max(bihuan_notify_sending_stopped) or vector(0)", says="1 表示停止一切发送。"))
        .with_panel(
            lines(
                "送达",
                Line(
                    f'sum by (channel) (rate(bihuan_notify_deliveries_total{{{CH}, outcome="delivered"}}[$__rate_interval]))',
                    "{{channel}}",
                ),
                unit="ops",
            )
        )
        .with_panel(
            lines(
                "未送达（按结果）",
                Line(
                    f'sum by (channel, outcome) (increase(bihuan_notify_deliveries_total{{{CH}, outcome!~"delivered|suppressed"}}[$__rate_interval]))',
                    "{{channel}} {{outcome}}",
                ),
            )
        )
        .with_panel(
            lines(
                "最早的一条等了多久",
                Line(
                    f"time() - max by (channel) (bihuan_notify_outbox_oldest_timestamp_seconds{{{CH}}} > 0)",
                    "{{channel}}",
                ),
                unit="s",
            )
        )
        .with_panel(
            lines(
                "不发送（静默、试运行、历史导入）",
                Line(
                    f'sum by (channel) (increase(bihuan_notify_deliveries_total{{{CH}, outcome="suppressed"}}[$__rate_interval]))',
                    "{{channel}}",
                ),
            )
        )
    )
