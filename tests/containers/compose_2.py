"""Compose 2 from its Go module, where a distribution has none: the module is fetched, its command built."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

MODULE = "github.com/docker/compose/v2"
VERSION = "v2.40.3"


def built(folder: Path) -> Path:
    """The program; built once, some minutes the first time."""
    program = folder / f"compose-{VERSION}" / "docker-compose"
    if not program.exists():
        told = subprocess.run(
            ["go", "mod", "download", "-json", f"{MODULE}@{VERSION}"], check=True, capture_output=True, text=True
        )
        with tempfile.TemporaryDirectory() as name:
            # Its go.mod excludes versions, which `go install` refuses; and the module cache is read-only.
            source = Path(name, "compose")
            shutil.copytree(json.loads(told.stdout)["Dir"], source, copy_function=shutil.copyfile)
            source.chmod(0o755)
            flags = f"-s -w -X {MODULE}/internal.Version={VERSION}"
            made = Path(name, "docker-compose")
            subprocess.run(
                ["go", "build", "-buildvcs=false", "-ldflags", flags, "-o", made, "./cmd"], cwd=source, check=True
            )
            program.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(made, program)
    return program
