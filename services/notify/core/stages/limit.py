"""Say when a notice may leave: urgent at once, the others after a pause in which a higher rung may take them along.

What can wait does not leave in the quiet hours. How many leave a minute is settled when they do: see store/pace.py.
"""

from dataclasses import replace

from contracts.vocabulary import NoticeState
from services.notify.core.notice import Notice
from services.notify.core.passage import Passage, Situation
from services.notify.core.quiet import QuietHours


def limit(passage: Passage, situation: Situation) -> Passage:
    """Put the earliest instant on every notice that waits."""

    def timed(notice: Notice) -> Notice:
        options = passage.options.get(notice.id)
        if notice.state is not NoticeState.CREATED or options is None or options.urgent:
            return notice
        return postponed(replace(notice, not_before=situation.now + options.settle), situation.routes.quiet_hours)

    return replace(passage, notices=tuple(timed(notice) for notice in passage.notices))


def postponed(notice: Notice, hours: QuietHours | None) -> Notice:
    """The notice after the quiet hours, where it may wait."""
    return notice if hours is None or not notice.waits else replace(notice, not_before=hours.over_at(notice.not_before))
