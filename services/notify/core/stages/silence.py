"""Set aside what is to be told to nobody, with the reason."""

from dataclasses import replace

from contracts.vocabulary import NoticeState
from services.notify.core.notice import Notice
from services.notify.core.passage import Passage, Situation
from services.notify.core.suppression import Question, why_untold


def silence(passage: Passage, situation: Situation) -> Passage:
    """Ask every reason for silence of every notice that still waits."""
    return replace(passage, notices=tuple(hushed(notice, passage, situation) for notice in passage.notices))


def hushed(notice: Notice, passage: Passage, situation: Situation) -> Notice:
    """The notice, set aside where there is a reason to; one that was told in part is told to its end."""
    if notice.state not in {NoticeState.CREATED, NoticeState.RETRYING}:
        return notice
    decision = passage.decision
    question = Question(
        decision=decision,
        lineage=situation.places.lineage(decision.tenant),
        recipient=notice.recipient,
        follows=notice.follows is not None or notice.attempt > 0 or notice.released,
        now=situation.now,
    )
    found = why_untold(question, situation.switches)
    if found is None:
        return notice
    reason, detail = found
    return notice.suppressed(reason, error=detail)
