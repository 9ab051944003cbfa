"""What each program is told, and what is kept of the choices made."""

from pathlib import Path

import pytest

from deploy.local import machine
from deploy.local.machine import Machine, Ports
from deploy.local.places import Places


@pytest.fixture(autouse=True)
def local_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """State below a temporary folder, and four services that can be run."""
    monkeypatch.setenv("BIHUAN_LOCAL_DIR", str(tmp_path))
    monkeypatch.setattr(machine, "services_here", lambda: machine.SERVICES)
    return tmp_path


def test_every_program_has_its_own_port() -> None:
    """Ten programs and the broker's second port: eleven different ports."""
    wanted = machine.load().wanted_ports

    assert len(set(wanted.values())) == 11
    assert (wanted["intake-api"], wanted["reporting-api"]) == (8001, 8004)
    assert (wanted["intake-worker"], wanted["reporting-worker"]) == (8011, 8014)
    assert (wanted["kafka"], wanted["kafka controller"], wanted["postgres"]) == (39092, 39093, 35432)


def test_a_choice_is_kept_until_the_data_is_removed() -> None:
    """A port chosen once needs not be said again, and a later choice changes that port alone."""
    machine.load({"kafka": 40000}).save()
    machine.load({"http": 9001}).save()

    assert machine.load().ports == Ports(kafka=40000, http=9001)


def test_a_file_cut_off_by_a_full_disk_counts_as_none(local_dir: Path) -> None:
    """The usual ports stand in for it."""
    (local_dir / "machine.json").write_text('{"ports": {"ka', encoding="utf-8")

    assert machine.load().ports == Ports()


def test_a_process_is_told_its_own_port_and_name() -> None:
    """Everything listens on the loopback interface; the address of the database is in a file."""
    told = machine.load().environment("escalation-worker")

    assert told["BIHUAN_HTTP_HOST"] == "127.0.0.1"
    assert told["BIHUAN_HTTP_PORT"] == "8012"
    assert told["BIHUAN_INSTANCE"] == "escalation-1"
    assert told["BIHUAN_KAFKA_BROKERS"] == "127.0.0.1:39092"
    assert "BIHUAN_DATABASE_URL" not in told


def test_the_audits_heads_are_kept_beside_the_data_and_commands_know_where() -> None:
    """Reporting's worker writes the file, and `bihuan audit verify` compares with it."""
    here = machine.load()

    assert here.environment("reporting-worker")["BIHUAN_AUDIT_ANCHOR_FILE"] == str(here.anchor_file)
    assert here.environment()["BIHUAN_AUDIT_ANCHOR_FILE"] == str(here.anchor_file)
    assert here.anchor_file.is_relative_to(here.places.data)


def test_a_customers_cluster_replaces_ours(tmp_path: Path) -> None:
    """No broker is started, and every process is told the customer's."""
    here = Machine(
        places=Places(state=tmp_path), socket=tmp_path / "s", own_brokers="kafka.example:9093", own_database=True
    )

    assert [program.name for program in here.programs if not program.is_service] == []
    assert here.environment()["BIHUAN_KAFKA_BROKERS"] == "kafka.example:9093"


def test_the_control_socket_lies_outside_a_long_path() -> None:
    """A socket's path has a limit of 107 bytes; the name tells clones and users apart."""
    one = machine._new_socket(Places(state=Path("/clone/" + "很长的路径" * 20)))
    other = machine._new_socket(Places(state=Path("/clone/other")))

    assert len(str(one)) < 100
    assert one != other


def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    """Whoever lays a link in our way does not get our control socket."""
    (tmp_path / "target").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "target")

    with pytest.raises(machine.BelongsToAnother, match="TMPDIR"):
        machine.private_folder(tmp_path / "link")


def test_data_of_another_user_are_left_alone(tmp_path: Path) -> None:
    """Root after an ordinary user, or the other way round: the message says who made them."""
    with pytest.raises(machine.BelongsToAnother, match="run make as that user"):
        machine.check_owner(tmp_path, uid=tmp_path.stat().st_uid + 1)

    machine.check_owner(tmp_path / "not made yet", uid=tmp_path.stat().st_uid + 1)
