"""Do what people ask about letters: draft, edit, sign, discard, take back, receive, answer; each in one transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from contracts.decisions import Decision
from contracts.divisions import Divisions
from contracts.vocabulary import LetterKind, LetterState, Suppression
from runtime.clock import Clock
from runtime.database import Database, Work
from services.notify.core.letters import signing
from services.notify.core.letters.content import edited
from services.notify.core.letters.delivery import dispatch
from services.notify.core.letters.drafting import draft, is_second, minutes_of, taken_back
from services.notify.core.letters.letter import DRAFTS, ISSUED, IllegalMove, Letter
from services.notify.core.letters.organs import LetterRules
from services.notify.core.letters.paper import Issue, fields_of
from services.notify.core.letters.publishing import is_public, was_public, why_unpublishable
from services.notify.core.letters.wording import BY_HAND, Desk
from services.notify.core.suppression import Question, why_untold
from services.notify.exports.docx import digest, render
from services.notify.exports.library import shipped
from services.notify.handlers.announcing import announce_notices
from services.notify.handlers.letters.keeping import keep
from services.notify.store import letter_papers, letters
from services.notify.store.letter_papers import Template
from services.notify.store.planning import newest_record, save_notices, standing_of
from services.notify.store.situation import Settings, SettingsReader


class Unknown(Exception):
    """There is no such letter, or no such decision."""


class Stale(Exception):
    """Somebody changed the letter since it was read."""


class TakenBack(Exception):
    """It was published, and another letter took it back."""


class Office:
    """Where people work on letters."""

    def __init__(self, *, database: Database, desk: Desk, divisions: Divisions, clock: Clock) -> None:
        self._database = database
        self._desk = desk
        self._divisions = divisions
        self._clock = clock
        self._settings = SettingsReader()

    @property
    def rules(self) -> LetterRules:
        """Who writes letters."""
        return self._desk.rules

    def draft(self, decision_id: str, kind: LetterKind, *, by: str) -> Letter:
        """Draft a letter by hand about a decision; raises `Unknown`, `StandsAlready`, `IllegalMove`."""
        if kind not in BY_HAND:
            raise IllegalMove(f"{kind.chinese}由所撤销的公文或者约谈通知起草，不能单独起草")
        with self._database.begin() as work:
            decision = newest_record(work, decision_id)
            standing = standing_of(work, decision_id)
            if decision is None or standing is None:
                raise Unknown(decision_id)
            if kind is LetterKind.PUBLICATION and decision.restricted:
                raise IllegalMove("所依据的事项限有权知悉者查看，不得公开")
            now = self._clock.now()
            letter = draft(kind, decision, standing.turn, self._desk, now)
            known = letters.of_threads(work, [letter.thread])
            if is_second(letter, known) or letter.id in {each.id for each in known}:
                raise letters.StandsAlready(letter.id)
            self._keep(work, letter, "drafted", by, "", now)
        return letter

    def edit(self, letter_id: str, changes: Mapping[str, Any], *, by: str, revision: int | None = None) -> Letter:
        """Replace parts of a draft's text; raises `Unknown`, `Stale`, `IllegalMove`, `Unfit`."""
        with self._database.begin() as work:
            letter = self._locked(work, letter_id, revision)
            content = edited(letter.content, dict(changes))
            changed = letter.moved(LetterState.EDITED, content=content)
            parts = "、".join(sorted(changes))
            self._keep(work, changed, "edited", by, parts, self._clock.now())
        return changed

    def sign(self, letter_id: str, *, by: str, revision: int | None = None) -> Letter:
        """Sign a draft, give it its number and put it into the mail; raises `Unknown`, `Stale`, `IllegalMove`."""
        with self._database.begin() as work:
            letter = self._locked(work, letter_id, revision)
            now = self._clock.now()
            decision = self._decision(work, letter)
            settings = self._settings.read(work, now)
            self._refuse_unsignable(work, letter, decision, settings, now)
            signed, docx = self._issued(work, letter, by, now)
            note = f"{signed.year}年第{signed.number}号" if signed.number else ""
            self._keep(work, signed, "signed", by, note, now, document=docx)
            letter_papers.put_document(work, signed.id, docx, signed.document_sha256)
            self._take_back_original(work, signed, by, now)
            notices = dispatch(signed, decision, settings.roster, self._desk.places, now)
            save_notices(work, notices, self._divisions, now)
            announce_notices(work, notices, now)
        return signed

    def discard(self, letter_id: str, *, by: str, reason: str) -> Letter:
        """Give up a draft; raises `Unknown`, `IllegalMove`."""
        return self._moved(letter_id, "discarded", by, reason, lambda letter: letter.moved(LetterState.DISCARDED))

    def withdraw(self, letter_id: str, *, by: str, reason: str) -> Letter:
        """Draft the letter that takes an issued one back; it is taken back when that is signed."""
        with self._database.begin() as work:
            letter = self._locked(work, letter_id)
            if letter.state not in ISSUED:
                raise IllegalMove(f"{letter.kind.chinese}{letter.state.chinese}，没有可以撤销的内容")
            now = self._clock.now()
            back = taken_back(letter, self._desk, now, why=reason)
            known = letters.by_id(work, [back.id], lock=True).get(back.id)
            if known is not None:
                return known
            self._keep(work, back, "drafted", by, reason, now)
        return back

    def minutes(self, letter_id: str, *, by: str) -> Letter:
        """Draft the minutes of a talk whose notice was issued; the same again gives the same draft."""
        with self._database.begin() as work:
            notice = self._locked(work, letter_id)
            if notice.kind is not LetterKind.TALK_NOTICE or notice.state not in ISSUED:
                raise IllegalMove("只有已签发的约谈通知才能起草约谈纪要")
            now = self._clock.now()
            paper = minutes_of(notice, now)
            known = letters.by_id(work, [paper.id]).get(paper.id)
            if known is not None:
                return known
            self._keep(work, paper, "drafted", by, "", now)
        return paper

    def hand_over(self, letter_id: str, *, by: str, how: str) -> Letter:
        """Note that an issued letter left on paper."""
        now = self._clock.now()
        return self._moved(letter_id, "handed_over", by, how, lambda letter: _sent_on_paper(letter, now))

    def receive(self, letter_id: str, *, receiver: str, by: str, note: str = "") -> Letter:
        """Note that `receiver` signed for a letter, as `by` says; the first receipt counts, each is kept."""
        now = self._clock.now()
        said = "，".join(part for part in ("" if receiver == by else receiver, note) if part)
        return self._moved(
            letter_id, "received", by, said, lambda letter: signing.received(letter, by=receiver, now=now)
        )

    def reply(self, letter_id: str, *, by: str, text: str) -> Letter:
        """Note an addressee's answer."""
        now = self._clock.now()
        return self._moved(letter_id, "replied", by, text, lambda letter: signing.replied(letter, reply=text, now=now))

    def keep_scan(self, letter_id: str, *, name: str, media_type: str, file: bytes, by: str) -> Letter:
        """Keep the scan of a signed receipt, which is a receipt."""
        with self._database.begin() as work:
            letter = self._locked(work, letter_id)
            now = self._clock.now()
            changed = signing.received(letter, by=by, now=now)
            letter_papers.put_scan(work, letter_id, name=name, media_type=media_type, file=file, author=by, now=now)
            self._keep(work, changed, "received", by, f"回执扫描件 {name}", now)
        return changed

    def published(self, letter_id: str) -> tuple[Letter, bytes]:
        """A text that everybody may read, byte for byte as it was signed; raises `Unknown`, `TakenBack`."""
        with self._database.begin() as work:
            letter = letters.by_id(work, [letter_id]).get(letter_id)
            if letter is not None and was_public(letter):
                raise TakenBack(letter_id)
            kept = letter_papers.document_of(work, letter_id) if letter is not None and is_public(letter) else None
            if letter is None or kept is None:
                raise Unknown(letter_id)
            return letter, kept

    def paper(self, letter_id: str) -> tuple[Letter, bytes]:
        """The letter as DOCX: as it was signed, else as it would look today, marked as a draft."""
        with self._database.begin() as work:
            found = letters.by_id(work, [letter_id])
            if letter_id not in found:
                raise Unknown(letter_id)
            letter = found[letter_id]
            kept = letter_papers.document_of(work, letter_id)
            if kept is not None:
                return letter, kept
            template = self._template(work, letter)
        return letter, render(template.docx, self.laid_out(letter))

    def read(self, letter_id: str) -> Letter:
        """A letter as it stands; raises `Unknown`."""
        with self._database.begin() as work:
            found = letters.by_id(work, [letter_id])
        if letter_id not in found:
            raise Unknown(letter_id)
        return found[letter_id]

    def laid_out(self, letter: Letter) -> dict[str, Any]:
        """The letter's parts as they stand on its paper, today's where it is a draft."""
        issue = Issue(
            issued_on=letter.issued_on or signing.day_of(self._clock.now()),
            number=letter.number,
            signed=letter.signed_at is not None,
            signer=letter.signed_by,
        )
        return fields_of(letter, self._desk.rules.organ(letter.organ), issue)

    # ---- the parts

    def _moved(self, letter_id: str, act: str, by: str, note: str, move: Any) -> Letter:
        with self._database.begin() as work:
            letter = self._locked(work, letter_id)
            changed: Letter = move(letter)
            self._keep(work, changed, act, by, note, self._clock.now())
        return changed

    def _locked(self, work: Work, letter_id: str, revision: int | None = None) -> Letter:
        letter = letters.by_id(work, [letter_id], lock=True).get(letter_id)
        if letter is None:
            raise Unknown(letter_id)
        if revision is not None and revision != letter.revision:
            raise Stale(letter_id)
        work.concerns.add(letter.tenant)
        return letter

    def _keep(
        self, work: Work, letter: Letter, act: str, by: str, note: str, now: datetime, *, document: bytes = b""
    ) -> None:
        keep(work, [letter], self._divisions, now, documents={letter.id: document})
        letters.note_act(work, letter.id, act=act, author=by, note=note, now=now)

    def _decision(self, work: Work, letter: Letter) -> Decision:
        decision = newest_record(work, letter.decision_id)
        if decision is None:
            raise Unknown(letter.decision_id)
        return decision

    def _refuse_unsignable(
        self, work: Work, letter: Letter, decision: Decision, settings: Settings, now: datetime
    ) -> None:
        others = letters.of_threads(work, [letter.thread])
        why = signing.why_unsignable(letter, others, signing.day_of(now)) or why_unpublishable(
            letter, restricted=decision.restricted, status=decision.status
        )
        if why is not None:
            raise IllegalMove(why)
        if letters.has_left(work, letter.id):
            raise IllegalMove("这份公文在数据库恢复之前已经签发并发出，不能再次签发；请按存档登记后作废本稿")
        question = Question(
            decision=decision,
            lineage=self._desk.places.lineage(letter.tenant),
            recipient="",
            follows=True,
            now=now,
        )
        found = why_untold(question, settings.switches)
        if found is not None and found[0] is Suppression.SHADOW:
            raise IllegalMove(f"{found[1]}：影子运行期间只起草、不签发")

    def _issued(self, work: Work, letter: Letter, by: str, now: datetime) -> tuple[Letter, bytes]:
        """The letter with number, day, template and hash, and its document; the number's row stays locked."""
        issued_on = signing.day_of(now)
        number = letters.next_number(work, letter.organ, issued_on.year) if signing.is_numbered(letter) else None
        issue = Issue(issued_on=issued_on, number=number, signed=True, signer=by)
        template = self._template(work, letter)
        docx = render(template.docx, fields_of(letter, self._desk.rules.organ(letter.organ), issue))
        signed = signing.signed(letter, by=by, now=now, number=number).changed(
            template_version=template.version, template_sha256=template.sha256, document_sha256=digest(docx)
        )
        return signed, docx

    def _take_back_original(self, work: Work, signed: Letter, by: str, now: datetime) -> None:
        if signed.withdraws is None:
            return
        original = self._locked(work, signed.withdraws)
        self._keep(work, signing.withdrawn(original, signed), "withdrawn", by, f"撤销函 {signed.id}", now)

    def _template(self, work: Work, letter: Letter) -> Template:
        form = "letter" if signing.is_numbered(letter) else "paper"
        return letter_papers.newest_template(work, letter.organ, form) or shipped(form)


def _sent_on_paper(letter: Letter, now: datetime) -> Letter:
    if letter.state in DRAFTS:
        raise IllegalMove(f"{letter.kind.chinese}{letter.state.chinese}，签发以后才能发出")
    return signing.sent(letter, now)
