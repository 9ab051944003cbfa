"""Name the pages that every page leads to, and the service that has each: the navigation of the console."""

from typing import Final, NamedTuple


class Page(NamedTuple):
    """One entry of the navigation; a new page is one line of `PAGES`."""

    group: str
    label: str
    service: str
    path: str


PAGES: Final = (
    Page("态势", "总览", "reporting", "/"),
    Page("态势", "今日交办", "reporting", "/today"),
    Page("态势", "风险地图", "reporting", "/map"),
    Page("隐患", "隐患台账", "reporting", "/hazards"),
    Page("隐患", "逾期清单", "reporting", "/hazards?overdue=1"),
    Page("隐患", "场所", "reporting", "/sites"),
    Page("隐患", "群众举报", "intake", "/tip-offs"),
    Page("督办", "待审定", "escalation", "/proposals"),
    Page("督办", "应办事项", "escalation", "/obligations"),
    Page("督办", "问题清单", "escalation", "/problem-list"),
    Page("督办", "月晾晒", "reporting", "/league"),
    Page("报表", "官方报表", "reporting", "/reports"),
    Page("通知", "发件箱", "notify", "/notices"),
    Page("通知", "值班花名册", "notify", "/roster"),
    Page("通知", "静默", "notify", "/silences"),
    Page("通知", "公文", "notify", "/letters"),
    Page("数据", "数据质量", "intake", "/quality"),
    Page("数据", "退回数据", "intake", "/dead-letters"),
    Page("数据", "导入", "intake", "/imports"),
    Page("数据", "审计", "reporting", "/audit"),
)
