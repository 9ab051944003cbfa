"""The two processes start from settings alone, and say in one line what they cannot use."""

import json
from pathlib import Path

import pytest

from runtime.testing import Program, eventually, http_status


def environment(database_url: str, folder: Path, **more: str) -> dict[str, str]:
    return {
        "BIHUAN_DATABASE_URL": database_url,
        "BIHUAN_KAFKA_BROKERS": "127.0.0.1:9",
        "BIHUAN_DATA_DIR": str(folder),
        "BIHUAN_HTTP_PORT": "0",
        **more,
    }


def test_the_api_is_ready_when_the_database_answers(database_url: str, tmp_path: Path) -> None:
    """It needs no broker, and ends in order."""
    program = Program(
        ["-m", "services.notify.main", "api"],
        environment=environment(database_url, tmp_path),
        output=tmp_path / "api.log",
    ).start()
    try:
        port = eventually(
            lambda: next(
                json.loads(line)["port"] for line in program.output().splitlines() if '"event": "serving"' in line
            )
        )

        assert eventually(lambda: http_status(f"http://127.0.0.1:{port}/healthz/ready")) == 200
        assert http_status(f"http://127.0.0.1:{port}/v1/notices") == 401  # nobody is signed in
        assert program.stop() in {0, 143, -15}
    finally:
        if program.process.poll() is None:
            program.kill()


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("BIHUAN_ROUTES_FILE", "nowhere.yaml", "nowhere.yaml"),
        ("BIHUAN_WEBHOOK_ALLOW", "hooks.example.cn", "write host:port"),
        ("BIHUAN_WEBHOOK_SECRETS", "whsec_top-secret", "BIHUAN_WEBHOOK_SECRETS is not a JSON object"),
    ],
)
def test_a_worker_says_what_it_cannot_use(
    database_url: str, tmp_path: Path, setting: str, value: str, words: str
) -> None:
    """One line, status 2, and no secret in it."""
    program = Program(
        ["-m", "services.notify.main", "worker"],
        environment=environment(database_url, tmp_path, **{setting: value}),
        output=tmp_path / "worker.log",
    ).start()

    assert program.ended() == 2
    assert words in program.output()
    assert "top-secret" not in program.output()
    assert "Traceback" not in program.output()
