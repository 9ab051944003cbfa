"""Putting a pack into force is one fact, the same however often it is said."""

from datetime import UTC, datetime

import msgspec
import pytest
import typer

from bihuan.policy import Signed, activate, activation, activation_id
from contracts.events import Event, read_event
from services.escalation.packs import PackFile, read_packs
from services.intake.core.guard import MAX_BYTES

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def wenling() -> PackFile:
    """The pack of 温岭 as it ships."""
    return next(found for found in read_packs(None) if found.pack.id == "wenling-2023")


def test_the_fact_is_one_that_intake_takes_in(wenling: PackFile) -> None:
    """From people, about the pack's committee, with the pack's version and hash."""
    said = msgspec.json.decode(activation(wenling, Signed("operator", "年度要点印发", "温安委〔2023〕2号"), NOW))

    judged = read_event(said, people=True)

    assert isinstance(judged, Event)
    assert (said["source"], said["tenant"]) == ("/bihuan/people", "331081")
    assert (said["data"]["version"], said["data"]["digest"]) == (wenling.pack.version, wenling.digest)
    assert said["data"]["text"].encode() == wenling.text
    assert said["data"]["document_no"] == "温安委〔2023〕2号"


def test_the_largest_pack_passes_the_door(wenling: PackFile) -> None:
    """With its text it stays far below what intake takes in at all."""
    assert max(len(activation(found, Signed(), NOW)) for found in read_packs(None)) * 10 < MAX_BYTES


def test_another_version_is_another_fact(wenling: PackFile) -> None:
    """The same version is the same fact, whenever it is said and by whom."""
    newer = PackFile(wenling.pack.model_copy(update={"version": "next"}), "0123456789abcdef", b"")

    assert (
        activation_id(wenling) == f"policy-activated/331081/wenling-2023/{wenling.pack.version}/{wenling.digest[:12]}"
    )
    assert activation_id(newer) == "policy-activated/331081/wenling-2023/next/0123456789ab"


@pytest.mark.parametrize(("pack", "every"), [("", False), ("wenling-2023", True)])
def test_one_pack_or_all_of_them(pack: str, every: bool) -> None:
    """Neither and both are wrong usage."""
    with pytest.raises(typer.BadParameter):
        activate(pack=pack, every=every)
