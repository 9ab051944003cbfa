"""The bodies people send about letters, and the objects they get back."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from pydantic import BaseModel, Field, StrictBool

from contracts.vocabulary import LetterKind, LetterState
from services.notify.api.forms import Form, Reason, Word
from services.notify.core.letters.delivery import number_of
from services.notify.core.letters.letter import Basis, Letter
from services.notify.core.letters.organs import LetterRules
from services.notify.store.letter_listing import Trail

Text = Annotated[str, Field(max_length=2000)]
Lines = Annotated[tuple[Text, ...], Field(max_length=60)]


class PartyForm(Form):
    """To whom a letter goes."""

    name: Annotated[str, Field(min_length=1, max_length=200)] = Field(description="the name on the paper")
    unit: Word = Field(default="", description="division code or unit's name in the roster; empty: paper only")
    beside: StrictBool = Field(default=False, description="in one group with the one before: 、 instead of ，")


class AnnexForm(Form):
    """What is bound with the letter on a page of its own."""

    title: Text
    lines: Lines


class ContentForm(Form):
    """Parts of the text to replace; what is absent stays."""

    title: Text | None = None
    addressees: Annotated[tuple[PartyForm, ...], Field(max_length=60)] | None = None
    opening: Lines | None = None
    facts: Annotated[tuple[tuple[Text, Text], ...], Field(max_length=60)] | None = None
    grounds: Lines | None = None
    demands: Lines | None = None
    closing: Text | None = None
    reply_ask: Text | None = None
    reply_within: Annotated[int, Field(ge=1, le=365)] | None = None
    reply_by: date | None = None
    copies: Annotated[tuple[PartyForm, ...], Field(max_length=60)] | None = None
    attachments: Lines | None = None
    annexes: Annotated[tuple[AnnexForm, ...], Field(max_length=20)] | None = None


class DraftForm(Form):
    """A letter to be drafted by hand about a decision."""

    decision_id: Annotated[Word, Field(min_length=1)]
    kind: LetterKind


class EditForm(Form):
    """Changes to a draft; `revision` is the one that was read, so that nobody's change is lost."""

    revision: Annotated[int, Field(ge=1)]
    content: ContentForm


class SignForm(Form):
    """The revision that was read: what is signed is what was seen."""

    revision: Annotated[int, Field(ge=1)]


class ReasonForm(Form):
    """Why."""

    reason: Reason


class ReceiptForm(Form):
    """Who signed for a letter."""

    receiver: Annotated[Word, Field(min_length=1)] = Field(description="unit and name of the one who signed")
    note: Word = ""


class ReplyForm(Form):
    """What was answered, and by whom."""

    text: Annotated[str, Field(min_length=1, max_length=2000)]


class LetterShown(BaseModel):
    """One letter in a list."""

    id: str
    kind: LetterKind
    kind_name: str
    state: LetterState
    state_name: str
    basis: Basis
    organ: str
    organ_name: str
    number: str = Field(description="文号; empty until it is signed")
    title: str
    addressees: list[str]
    copies: list[str]
    tenant: str
    committee: str
    decision_id: str
    turn: int
    revision: int
    drafted_at: datetime
    signed_by: str
    signed_at: datetime | None
    issued_on: date | None
    reply_due: datetime | None
    missed_at: datetime | None
    sent_at: datetime | None
    received_at: datetime | None
    received_by: str
    replied_at: datetime | None
    withdraws: str | None
    withdrawn_by: str | None
    template_version: str
    template_sha256: str
    document_sha256: str


class LetterPage(BaseModel):
    """One page of letters, and the cursor of the next."""

    letters: list[LetterShown]
    next: str | None


class LetterTrail(BaseModel):
    """One letter with its text and everything that was done about it."""

    letter: LetterShown
    content: dict[str, Any]
    reply: str
    acts: list[dict[str, Any]]
    scans: list[dict[str, Any]]
    notices: list[dict[str, Any]]


def shown(letter: Letter, rules: LetterRules) -> LetterShown:
    """A letter as a list shows it."""
    organ = rules.organ(letter.organ)
    same = {name: getattr(letter, name) for name in LetterShown.model_fields if hasattr(letter, name)}
    return LetterShown(
        **same
        | {
            "kind_name": letter.kind.chinese,
            "state_name": letter.state.chinese,
            "organ_name": organ.name,
            "number": number_of(letter, organ),
            "title": letter.content.title,
            "addressees": [party.name for party in letter.content.addressees],
            "copies": [party.name for party in letter.content.copies],
        }
    )


def trail(letter: Letter, rules: LetterRules, done: Trail) -> LetterTrail:
    """A letter with its text and its trail."""
    return LetterTrail(
        letter=shown(letter, rules),
        content=msgspec.to_builtins(letter.content),
        reply=letter.reply,
        acts=_plain(done.acts),
        scans=_plain(done.scans),
        notices=_plain(done.notices),
    )


def changes_of(form: ContentForm) -> dict[str, Any]:
    """What a form changes, by part; a date that is given as null is taken away."""
    given = form.model_dump(mode="json", include=form.model_fields_set)
    return {part: words for part, words in given.items() if words is not None or part in {"reply_by", "reply_within"}}


def _plain(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [dict(row) for row in rows]
