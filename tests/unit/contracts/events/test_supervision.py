"""Facts about documents, listings and talks."""

from typing import Any

import pytest
from pydantic import ValidationError

from contracts.events.supervision import EnforcementRecorded, ListingOpened, TalkHeld
from contracts.vocabulary import Level

LISTING: dict[str, Any] = {
    "listing_id": "L-1",
    "subject": {"kind": "area", "id": "331081006"},
    "level": "county",
    "until": "2023-08-31",
}


def test_a_listing_has_a_level_of_the_tree() -> None:
    """Town, county, city or province, and nothing else."""
    assert ListingOpened.model_validate(LISTING).level is Level.COUNTY
    with pytest.raises(ValidationError):
        ListingOpened.model_validate(LISTING | {"level": "国家级"})


def test_the_class_of_a_listing_is_called_class() -> None:
    """The field's name on the wire is the word itself."""
    assert ListingOpened.model_validate(LISTING | {"class": "消防"}).class_ == "消防"


def test_an_unfamiliar_document_is_kept() -> None:
    """The kind of a document grows."""
    document = {"document_no": "温应急〔2023〕1号", "kind": "advice", "site_id": "S-1"}

    assert EnforcementRecorded.model_validate(document).kind == "advice"


def test_a_talk_has_a_subject_and_a_day() -> None:
    """Who was talked to, and when."""
    talk = {"subject": {"kind": "department", "id": "市交通局"}, "held_on": "2023-06-02"}

    assert TalkHeld.model_validate(talk).subject.id == "市交通局"
    with pytest.raises(ValidationError):
        TalkHeld.model_validate(talk | {"held_on": "2023-06-02T09:00:00+08:00"})
