"""Put everything an installation needs into one archive, for intranets that reach no registry: `make bundle`.

The archive holds the sources, the wheels and the broker's jars with their hashes, a bill of materials and `install.sh`,
which needs Python 3.11 and make and no network; container images too where they are asked for.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

from deploy.local import jars
from deploy.local.places import CLONE, places

SUMS: Final = "SHA256SUMS"

INSTALL: Final = """\
#!/bin/sh
# Install Bihuan from this folder without any network: ./install.sh, then make up in the folder bihuan.
set -eu
cd "$(dirname "$0")"
here=$PWD
echo "checking what came"
sha256sum --quiet --check SHA256SUMS
mkdir -p bihuan/.local/kafka
cp -r jars bihuan/.local/kafka/
cd bihuan
# For `make up` too: it looks whether something is missing.
PIP_NO_INDEX=1 PIP_FIND_LINKS="$here/wheels" make .venv/.run
echo "installed; next: cd $here/bihuan && make up"
"""


def main(arguments: list[str] | None = None) -> int:
    """Write the archive and say where it is and how large."""
    parser = argparse.ArgumentParser(prog="python -m deploy.bundle", description=main.__doc__)
    parser.add_argument("out", type=Path, help="the archive, such as dist/bihuan-0.1.0.tar.gz")
    parser.add_argument("--image", action="append", default=[], help="a container image to pack too; again for more")
    asked = parser.parse_args(arguments)
    out: Path = asked.out
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, out.name.removesuffix(".tar.gz"))
        _sources(root / "bihuan")
        _wheels(root / "wheels")
        _jars(root / "jars")
        _bill(root / "sbom.json")
        if asked.image:
            _images(root / "images.tar", asked.image)
        install = root / "install.sh"
        install.write_text(INSTALL, encoding="utf-8")
        install.chmod(0o755)
        _sums(root)
        out.parent.mkdir(parents=True, exist_ok=True)
        part = out.with_name(out.name + ".part")
        with tarfile.open(part, "w:gz", compresslevel=1) as archive:  # wheels and jars are packed already
            archive.add(root, arcname=root.name)
        part.replace(out)
    print(f"{out}: {out.stat().st_size >> 20} MiB")
    return 0


def _sources(folder: Path) -> None:
    """What git tracks, as it lies there now."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=CLONE, capture_output=True, check=True)  # noqa: S607 (from PATH)
    for name in listed.stdout.decode().split("\0"):
        if name and (CLONE / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CLONE / name, folder / name)


def _wheels(folder: Path) -> None:
    """The pinned wheels for this machine's kind, checked against the lock's hashes."""
    download = ["download", "--quiet", "--require-hashes", "--no-deps", "-r", "requirements.txt", "-d", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", *download], cwd=CLONE, check=True)


def _jars(folder: Path) -> None:
    jars.fetch(jars.read_list(jars.LIST.read_text(encoding="utf-8")), places().jars)
    shutil.copytree(places().jars, folder)


def _bill(file: Path) -> None:
    """The bill of materials (CycloneDX) of the pinned requirements."""
    make = [sys.executable, "-m", "cyclonedx_py", "requirements", "requirements.txt", "--output-file", str(file)]
    subprocess.run(make, cwd=CLONE, check=True, env={**os.environ, "PYTHONWARNINGS": "ignore"})


def _images(file: Path, names: list[str]) -> None:
    """What `docker load -i images.tar` brings back on the other machine."""
    subprocess.run(["docker", "save", "-o", str(file), *names], check=True)  # noqa: S607 (from PATH)


def _sums(root: Path) -> None:
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(root)}"
        for path in sorted(root.rglob("*"))
        if path.is_file()
    ]
    (root / SUMS).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
