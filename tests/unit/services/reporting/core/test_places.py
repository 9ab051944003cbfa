"""A site's full name is read as it was written."""

import pytest

from services.reporting.core.places import SiteName


@pytest.mark.parametrize("site_id", ["S-1", "a:b:c", "ZG/东港冷冻厂", ""])
def test_a_name_is_read_as_it_was_written(site_id: str) -> None:
    """Whatever the id holds."""
    name = SiteName("331081", "test", site_id)

    assert name == SiteName.parse(str(name))


@pytest.mark.parametrize("text", ["S-1", "a:b:c", "331081:x", ""])
def test_an_id_alone_is_no_name(text: str) -> None:
    """A name begins with the committee's code."""
    assert SiteName.parse(text) is None
