"""Facts about placing a division code in the administrative tree."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.divisions import Divisions, TenantColumns, load
from contracts.vocabulary import Level

TABLE = load()


def rows(*lines: str) -> list[dict[str, str]]:
    names = ("code", "name", "parent", "level", "valid_from", "valid_to", "replaced_by")
    return [dict(zip(names, line.split(","), strict=True)) for line in lines]


@pytest.mark.parametrize(
    ("code", "level"),
    [
        pytest.param("330000", Level.PROVINCE, id="a province"),
        pytest.param("110000", Level.PROVINCE, id="a municipality"),
        pytest.param("330300", Level.CITY, id="a city"),
        pytest.param("152500", Level.CITY, id="a league"),
        pytest.param("331102", Level.COUNTY, id="a district"),
        pytest.param("331081", Level.COUNTY, id="a county-level city"),
        pytest.param("419001", Level.COUNTY, id="a county-level city right under a province"),
        pytest.param("110101", Level.COUNTY, id="a district of a municipality"),
        pytest.param("331171", Level.COUNTY, id="a zone of a city"),
        pytest.param("331081003", Level.TOWN, id="a town"),
        pytest.param("331081071", Level.TOWN, id="a zone of a county"),
        pytest.param("331199", Level.COUNTY, id="an unknown county"),
        pytest.param("331081003201", Level.TOWN, id="a village stands as its town does"),
    ],
)
def test_levels(code: str, level: Level) -> None:
    """The table knows the level, not the number of zeros."""
    assert level is TABLE.level_of(code)


@pytest.mark.parametrize(
    ("code", "columns"),
    [
        pytest.param("331081003", ("330000", "331000", "331081", "331081003"), id="a town"),
        pytest.param("331081", ("330000", "331000", "331081", "331081"), id="a county"),
        pytest.param("331000", ("330000", "331000", "", "331000"), id="a city"),
        pytest.param("330000", ("330000", "", "", "330000"), id="a province"),
        pytest.param("110101", ("110000", "", "110101", "110101"), id="no city between"),
        pytest.param("371071", ("370000", "371000", "371071", "371071"), id="a zone stands as a county"),
        pytest.param("371202", ("370000", "371200", "371202", "371202"), id="a retired county keeps its city"),
        pytest.param("331199", ("330000", "331100", "331199", "331199"), id="an unknown county of a known city"),
        pytest.param("331081099", ("330000", "331000", "331081", "331081099"), id="an unknown town of a known county"),
        pytest.param("331081003201", ("330000", "331000", "331081", "331081003201"), id="a village"),
        pytest.param("999999", ("", "", "999999", "999999"), id="nowhere"),
    ],
)
def test_columns(code: str, columns: tuple[str, str, str, str]) -> None:
    """Every row of every service is found by the same four columns."""
    assert TenantColumns(*columns) == TABLE.columns_of(code)


@pytest.mark.parametrize(
    ("code", "scope", "within"),
    [
        pytest.param("331081003", "331081003", True, id="itself"),
        pytest.param("331081003", "331081", True, id="its county"),
        pytest.param("331081003", "331000", True, id="its city"),
        pytest.param("331081003", "330000", True, id="its province"),
        pytest.param("331081003", "331100", False, id="another city"),
        pytest.param("331081", "331081003", False, id="not the other way round"),
        pytest.param("331171", "331100", True, id="a zone in its city"),
        pytest.param("331199", "331100", True, id="an unknown county in its city"),
        pytest.param("331199001", "331199", True, id="an unknown town in its unknown county"),
        pytest.param("999999", "330000", False, id="nowhere"),
        pytest.param("999999", "999999", True, id="nowhere is within itself"),
    ],
)
def test_scopes(code: str, scope: str, *, within: bool) -> None:
    """A caller sees its own unit and what lies below."""
    assert within == TABLE.is_within(code, scope)


def test_nearest_division_of_an_unknown_code() -> None:
    """An unknown code follows the nearest division that is known; the caller flags it."""
    nearest = {
        code: getattr(TABLE.nearest(code), "code", None)
        for code in ("331081003201", "331081099", "3310990", "4000", "99")
    }

    assert nearest == {
        "331081003201": "331081003",
        "331081099": "331081",
        "3310990": "331000",
        "4000": None,
        "99": None,
    }
    assert not TABLE.known("331081003201")
    assert TABLE.known("331081003")


def test_ancestors_go_from_near_to_far() -> None:
    """An unknown code's first ancestor is what it stands under."""
    assert [row.name for row in TABLE.ancestors("331081003")] == ["温岭市", "台州市", "浙江省"]
    assert [row.name for row in TABLE.ancestors("331081099")] == ["温岭市", "台州市", "浙江省"]
    assert TABLE.ancestors("330000") == ()
    assert TABLE.ancestors("999999") == ()


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("331081006", "台州市温岭市泽国镇"),
        ("331000", "台州市"),
        ("330000", "浙江省"),
        ("110101", "北京市东城区"),
        ("419001", "河南省济源市"),
        ("331199", "丽水市331199"),
        ("999999", "999999"),
    ],
)
def test_full_names(code: str, name: str) -> None:
    """A letter names a place from the city down."""
    assert name == TABLE.full_name(code)


def test_a_retired_code_names_its_successor() -> None:
    """Old cases keep their county; the table says what became of it."""
    retired = TABLE.get("330103")

    assert retired is not None
    assert (retired.name, retired.valid_to, retired.replaced_by) == ("下城区", date(2021, 4, 9), "330105")
    assert TABLE.get("330999") is None


def test_the_table_holds_the_tenants_of_the_packs() -> None:
    """The zones and towns that the packs name are there, with 17 units in 温岭."""
    zones = [row.code for row in TABLE if row.is_zone]
    units = [row.code for row in TABLE if row.parent == "331081"]

    assert zones == ["330371", "330471", "330472", "331081071", "331171", "371071", "371072", "371073", "371074"]
    assert [f"331081{number:03}" for number in (*range(1, 17), 71)] == units


def test_the_table_is_the_national_list() -> None:
    """34 provinces, 333 prefectures and the counties below them, apart from what is ours or retired."""
    current = [row for row in TABLE if not row.replaced_by and not row.is_zone]
    count = {level: sum(row.level is level for row in current) for level in Level}

    assert count == {Level.PROVINCE: 34, Level.CITY: 333, Level.COUNTY: 2845, Level.TOWN: 16}


def test_every_successor_is_known() -> None:
    """A retired code leads to one that is still there."""
    assert all(TABLE.known(row.replaced_by) for row in TABLE if row.replaced_by)


@settings(deadline=None)
@given(st.from_regex(r"[0-9]{6,12}", fullmatch=True))
def test_every_code_has_a_place(code: str) -> None:
    """No code breaks the questions, and each lies within whatever stands above it."""
    assert TABLE.columns_of(code).tenant == code
    assert all(TABLE.is_within(code, above.code) for above in TABLE.ancestors(code))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        pytest.param(
            ("330000,浙江省,,province,,,", "330000,又一个,,province,,,"), "330000 stands twice", id="a code twice"
        ),
        pytest.param(("330300,温州市,330000,city,,,",), "'330000' is not above it", id="no such parent"),
        pytest.param(
            ("330000,浙江省,,province,,,", "330300,温州市,330000,city,,,", "330400,嘉兴市,330300,city,,,"),
            "'330300' is not above it",
            id="a city under a city",
        ),
        pytest.param(("330000,浙江省,,state,,,",), "state", id="an unknown level"),
    ],
)
def test_a_table_that_is_no_tree_is_refused(lines: tuple[str, ...], message: str) -> None:
    """The row that is wrong is named."""
    with pytest.raises(ValueError, match=message):
        Divisions.parse(rows(*lines))


def test_spans_of_validity_are_read() -> None:
    """A row may say from when to when its code was in use."""
    table = Divisions.parse(rows("330000,浙江省,,province,1980-01-01,2200-01-01,"))
    row = table.get("330000")

    assert row is not None
    assert (row.valid_from, row.valid_to) == (date(1980, 1, 1), date(2200, 1, 1))
