"""Putting a pack into force is one fact, the same however often it is said."""

from datetime import UTC, datetime

import msgspec
import pytest
import typer

from bihuan.policy import activate, activation, activation_id
from contracts.events import Event, read_event
from services.escalation.packs import PackFile, read_packs

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def wenling() -> PackFile:
    """The pack of 温岭 as it ships."""
    return next(found for found in read_packs(None) if found.pack.id == "wenling-2023")


def test_the_fact_is_one_that_intake_takes_in(wenling: PackFile) -> None:
    """From people, about the pack's committee, with the pack's version and hash."""
    said = msgspec.json.decode(activation(wenling, by="operator", now=NOW))

    judged = read_event(said, people=True)

    assert isinstance(judged, Event)
    assert (said["source"], said["tenant"]) == ("/bihuan/people", "331081")
    assert (said["data"]["version"], said["data"]["digest"]) == (wenling.pack.version, wenling.digest)


def test_another_version_is_another_fact(wenling: PackFile) -> None:
    """The same version is the same fact, whenever it is said and by whom."""
    newer = PackFile(wenling.pack.model_copy(update={"version": "2"}), "")

    assert activation_id(wenling) == "policy-activated/331081/wenling-2023/1"
    assert activation_id(newer) == "policy-activated/331081/wenling-2023/2"


@pytest.mark.parametrize(("pack", "every"), [("", False), ("wenling-2023", True)])
def test_one_pack_or_all_of_them(pack: str, every: bool) -> None:
    """Neither and both are wrong usage."""
    with pytest.raises(typer.BadParameter):
        activate(pack=pack, every=every)
