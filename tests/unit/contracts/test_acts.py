"""Every act that the audit can hold has its Chinese word, and no word is for an act that is none."""

import re

import pytest

from bihuan.main import COMMANDS, UNSEEN
from contracts.acts import OF_COMMANDS, OF_ROUTES, OF_THE_SYSTEM, leaving_entries, word_of

CHINESE = re.compile(r"[一-鿿]")


def test_each_route_that_leaves_an_entry_has_a_word() -> None:
    """And there is no word for a route that leaves none, or that is gone."""
    assert leaving_entries() == set(OF_ROUTES)


def test_each_command_that_is_witnessed_has_a_word() -> None:
    """The machine's own commands and those that make the schema are not witnessed."""
    machine = {"up", "down", "status"}

    assert {command.name for command in COMMANDS} - {*UNSEEN, *machine} == set(OF_COMMANDS)


@pytest.mark.parametrize("act", [*OF_ROUTES, *(f"bihuan {name}" for name in OF_COMMANDS), *OF_THE_SYSTEM])
def test_a_word_is_chinese(act: str) -> None:
    """What an auditor reads is no route."""
    assert CHINESE.search(word_of(act))


def test_what_is_no_act_any_more_is_shown_as_it_is() -> None:
    """Entries outlive the routes that they name."""
    assert word_of("POST /v1/gone") == "POST /v1/gone"
