"""Build the stand-ins from Debian's packages and the wheels: `python tests/containers/stand_ins/build.py`, as root.

Needs debootstrap, docker and the package registries. The product's own image is built by its own Dockerfile, unchanged.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
CLONE = HERE.parents[2]
sys.path.insert(0, str(CLONE))

PACKAGES = "ca-certificates,curl,procps,python3,python3-pip,python3-venv"
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
IMAGES = ("python", "kafka", "postgres", "watchers", "prometheus", "alertmanager", "mail")


def main() -> None:
    """Build what is missing, then the product's image."""
    from bihuan import VERSION
    from deploy.local import jars
    from deploy.local.places import places

    if not _exists("bihuan-test/debian"):
        _import_debian()
    listed = jars.read_list(jars.LIST.read_text(encoding="utf-8"))
    jars.fetch(listed, places().jars)
    with tempfile.TemporaryDirectory() as folder:
        context = Path(folder)
        shutil.copy(AUTHORITIES, context / "authorities.crt")
        (context / "jars").mkdir()
        for jar in places().jars.rglob("*.jar"):
            shutil.copy(jar, context / "jars")
        for file in HERE.iterdir():
            if file.is_file():
                shutil.copy(file, context)
        for name in IMAGES:
            _build(f"bihuan-test/{name}", context / f"{name}.Dockerfile", context)
    _build(f"bihuan:{VERSION}", CLONE / "deploy/Dockerfile", CLONE, "--build-arg", "PYTHON=bihuan-test/python")


def _import_debian() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "root")
        subprocess.run(["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(root)], check=True)
        packing = subprocess.Popen(
            ["tar", "-C", str(root), "--exclude=./var/cache/apt", "--exclude=./var/lib/apt/lists", "-c", "."],
            stdout=subprocess.PIPE,
        )
        subprocess.run(["docker", "import", "-", "bihuan-test/debian"], stdin=packing.stdout, check=True)
        if packing.wait():
            raise SystemExit("tar did not finish")


def _exists(image: str) -> bool:
    return subprocess.run(["docker", "image", "inspect", image], capture_output=True, check=False).returncode == 0


def _build(tag: str, file: Path, context: Path, *arguments: str) -> None:
    """Build an image by the older builder, which needs nothing beside the daemon; what it says is shown where it fails."""
    print("building", tag, flush=True)
    command = ["docker", "build", "-q", "--network", "host", "-t", tag, "-f", str(file), *arguments, str(context)]
    settings = {**os.environ, "DOCKER_BUILDKIT": "0"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=settings)
    if done.returncode:
        raise SystemExit(f"{tag} was not built:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    main()
