"""Units stand in the tree of divisions, or for themselves."""

from tests.unit.services.notify.given import PLACES


def test_a_division_has_a_line_up_to_its_province() -> None:
    """The unit itself comes first."""
    assert PLACES.lineage("331081001") == ("331081001", "331081", "331000", "330000")


def test_a_unit_that_is_no_division_stands_for_itself() -> None:
    """An office is its own line and its own name."""
    assert (PLACES.lineage("消防专委办"), PLACES.name_of("消防专委办")) == (("消防专委办",), "消防专委办")


def test_names_are_read_from_the_city_down() -> None:
    """So that two towns of one name are told apart."""
    assert (PLACES.name_of("331081001"), PLACES.level_of("331081001")) == ("台州市温岭市太平街道", "town")
