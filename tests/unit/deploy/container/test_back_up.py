"""A fortnight of backups is kept, and nothing that is not ours is touched."""

from datetime import UTC, datetime

from deploy.container.back_up import outlived

NOW = datetime(2026, 11, 26, 3, tzinfo=UTC)


def test_what_is_older_than_a_fortnight_goes() -> None:
    """By the name, which says when it was taken; another name stays however old."""
    names = [
        "bihuan-20261112-025959.dump",
        "bihuan-20261112-030000.dump",
        "bihuan-20261126-030000.dump",
        "before-upgrade.dump",
    ]

    assert outlived(names, NOW) == ["bihuan-20261112-025959.dump"]
