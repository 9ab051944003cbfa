"""The database server is told everything that could differ between machines."""

from pathlib import Path

from deploy.local import postgres
from deploy.local.postgres import Postgres


def test_it_listens_on_the_loopback_interface_only(tmp_path: Path) -> None:
    """No socket file either: a long clone path would exceed its limit."""
    command = Postgres(folder=tmp_path, port=35432).command()

    assert command[1:5] == ["-D", "data", "-p", "35432"]
    assert "listen_addresses=127.0.0.1" in command
    assert "unix_socket_directories=" in command


def test_settings_of_the_caller_win(tmp_path: Path) -> None:
    """A test may ask for haste, a benchmark for memory."""
    command = Postgres(folder=tmp_path, port=1, settings={"fsync": "off", "timezone": "Asia/Shanghai"}).command()

    assert "fsync=off" in command
    assert "timezone=Asia/Shanghai" in command
    assert "timezone=UTC" not in command


def test_the_address_holds_the_password_of_the_folder(tmp_path: Path) -> None:
    """Each folder has its own password; it is read, not made, for the address."""
    (tmp_path / "password").write_text("secret\n", encoding="ascii")

    assert Postgres(folder=tmp_path, port=5).url("bihuan") == "postgresql://bihuan:secret@127.0.0.1:5/bihuan"


def test_programs_are_found_without_importing_the_package() -> None:
    """The package warns whenever it is imported; its folder is enough."""
    assert (postgres.binaries() / "initdb").is_file()
