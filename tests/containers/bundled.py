"""The archive of `make bundle` with a container image: packed beside one Docker, loaded and started by another."""

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from bihuan import VERSION
from tests.containers.own_docker import apart

STARTS = (("bihuan", "--version"), ("python", "-m", "services.intake.main", "api"))
SAID = (f"bihuan {VERSION}", "cannot start, settings to mend: BIHUAN_DATABASE_URL: not set")


def pack(folder: Path, image: str) -> Path:
    """Run `make bundle` for the image; gives the archive."""
    archive = folder / "bihuan-offline.tar.gz"
    subprocess.run([sys.executable, "-m", "deploy.bundle", archive, "--image", image], check=True)
    return archive


def look(archive: Path, folder: Path, image: str) -> int:
    """Hold the archive against its hashes and its bill, then load its image where there is none and no network."""
    with tempfile.TemporaryDirectory(dir=folder, prefix="other-machine-") as name:
        with tarfile.open(archive) as packed:
            packed.extractall(name, filter="data")
        unpacked = Path(name, archive.name.removesuffix(".tar.gz"))
        _hashes(unpacked)
        _bill(unpacked)
        return apart(Path(name, "docker"), sys.executable, "-m", "tests.containers.bundled", str(unpacked), image)


def _hashes(unpacked: Path) -> None:
    sums = [line.split("  ", 1) for line in (unpacked / "SHA256SUMS").read_text(encoding="utf-8").splitlines()]
    for digest, name in sums:
        with (unpacked / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                raise SystemExit(f"{name} is not what was packed")
    listed = {name for _, name in sums}
    unlisted = {str(file.relative_to(unpacked)) for file in unpacked.rglob("*") if file.is_file()} - listed
    print(f"{len(sums)} hashes hold, images.tar among them: {'images.tar' in listed}; without one: {sorted(unlisted)}")


def _bill(unpacked: Path) -> None:
    bill = json.loads((unpacked / "sbom.json").read_text(encoding="utf-8"))
    wheels = list((unpacked / "wheels").iterdir())
    print(f"{bill['bomFormat']} {bill['specVersion']}: {len(bill['components'])} components, {len(wheels)} wheels")


def _started(image: str, command: tuple[str, ...]) -> str:
    apart_from_all = ("docker", "run", "--rm", "--network", "none", "--read-only", "--cap-drop", "ALL")
    done = subprocess.run([*apart_from_all, image, *command], capture_output=True, text=True, check=False)
    said = (done.stdout + done.stderr).strip()
    print(f"{' '.join(command)}: status {done.returncode}: {said}")
    return said


def main(unpacked: Path, image: str) -> int:
    """Beside the other Docker: what it has before, what `docker load` brings, what the image says."""
    listing = ("docker", "images", "--format", "{{.Repository}}:{{.Tag}} {{.Size}}")
    print("images before:", subprocess.run(listing, capture_output=True, text=True, check=True).stdout.split())
    subprocess.run(["docker", "load", "-i", unpacked / "images.tar"], check=True)
    heard = [_started(image, command) for command in STARTS]
    return 0 if all(wanted in said for wanted, said in zip(SAID, heard, strict=True)) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
