"""After signing in one comes back to where one wanted to go, on this host."""

import pytest

from runtime.access.pages import local_path


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("/hazards?overdue=1", "/hazards?overdue=1"),
        ("/", "/"),
        ("", "/"),
        ("hazards", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/x\r\nset-cookie: a=b", "/"),
    ],
)
def test_only_a_path_of_ours_is_followed(wanted: str, path: str) -> None:
    """Never to another site."""
    assert path == local_path(wanted)
