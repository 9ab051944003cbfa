"""Say which English word stands for which Chinese one, and which words not to use for it."""

from typing import Final, NamedTuple

from contracts import vocabulary
from contracts.roles import Role
from contracts.vocabulary import Term


class Entry(NamedTuple):
    """One line of the glossary: the Chinese word, our term in code and text, and the words that mislead."""

    chinese: str
    term: str
    avoid: str


ENTRIES: Final = (
    Entry("隐患", "hazard", "issue, problem, risk (风险), hidden danger"),
    Entry("一般隐患 / 重大隐患", "general hazard / major hazard", "normal, critical"),
    Entry("排查 / 检查", "inspection", "check, scan"),
    Entry("上报", "report (`hazard.reported`)", "create"),
    Entry("交办", "hand-over (`hazard.handed_over`)", "assign"),
    Entry("责任单位 / 责任人", "responsible unit / responsible person", "owner, assignee"),
    Entry("整改", "rectification", "fix, repair"),
    Entry("整改期限", "rectification deadline (`rectify_by`)", "due, SLA"),
    Entry("延期", "extension (granted, refused)", "delay"),
    Entry("挂账", "suspended clock", "pause"),
    Entry("复查", "re-inspection (passed, failed)", "review, retest"),
    Entry("销号", "close-out (`hazard.closed`)", "done, delete"),
    Entry("逾期", "overdue", "late, expired"),
    Entry("屡查屡犯", "repeat offence", "duplicate (that is 重复上报)"),
    Entry("复发", "recurrence", "reopening"),
    Entry("挂牌督办", "listed supervision", "listing, tag"),
    Entry("摘牌", "delisting (`listing.lifted`)", "unlist"),
    Entry("约谈", "admonition talk (summoned, held)", "interview, meeting"),
    Entry("提示函", "notice letter", "reminder"),
    Entry("督办函", "supervision letter", "warning"),
    Entry("联合督办", "joint supervision", "task force"),
    Entry("通报批评", "circular of criticism", "broadcast"),
    Entry("升级", "escalation; step", "level-up"),
    Entry("台账", "ledger", "log, list"),
    Entry("行政处罚", "administrative penalty", "fine"),
    Entry("停产停业整顿", "suspension for rectification", "stop"),
    Entry("视同事故", "accident track", "near miss"),
    Entry("举报", "tip-off", "complaint"),
    Entry("暗查暗访", "undercover visit", "audit"),
    Entry("安委会 / 安委办", "committee / committee office", "board"),
    Entry("属地", "tenant (division code of the unit in charge)", "customer"),
    Entry("静默 / 免打扰", "silence (pending, active, expired)", "mute flag"),
    Entry("值班", "duty roster", "on-call"),
    Entry("死信", "dead letter", "bad message, DLQ"),
    Entry("迟到", "late (recorded more than 24 hours after it happened)", "overdue"),
)

LISTS: Final[tuple[type[Term], ...]] = tuple(
    sorted(
        (words for words in (*vars(vocabulary).values(), Role) if isinstance(words, type) and Term in words.__bases__),
        key=lambda words: words.__name__,
    ),
)
"""Every closed or growing list of words, by its name in code."""
