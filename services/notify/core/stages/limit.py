"""Say when a notice may leave: urgent at once, the others after a pause in which a higher rung may take them along."""

from dataclasses import replace

from contracts.vocabulary import NoticeState
from services.notify.core.notice import Notice
from services.notify.core.passage import Passage, Situation


def limit(passage: Passage, situation: Situation) -> Passage:
    """Put the earliest instant on every notice that waits."""

    def timed(notice: Notice) -> Notice:
        options = passage.options.get(notice.id)
        if notice.state is not NoticeState.CREATED or options is None or options.urgent:
            return notice
        return replace(notice, not_before=situation.now + options.settle)

    return replace(passage, notices=tuple(timed(notice) for notice in passage.notices))
