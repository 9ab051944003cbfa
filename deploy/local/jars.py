"""Fetch exactly the jars the broker needs, pinned by hash like the wheels, without Java, Maven or a resolver."""

import contextlib
import errno
import fcntl
import hashlib
import os
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deploy.local.trouble import Trouble

LIST = Path(__file__).with_name("kafka_jars.txt")
DOWNLOADS_AT_ONCE = 8
ATTEMPTS = 3  # a broken transfer leaves a short file, which the hash tells
ANSWER_WITHIN = 60  # seconds; the library's own 10 are short for a slow mirror


class JarsUnavailable(Trouble):
    """A jar could not be fetched, or what came is not what is pinned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Jar:
    """One pinned file of the broker."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def path(self) -> Path:
        """Where the file lies below the folder of jars."""
        return Path(*self.group.split("."), self.artifact, self.version, f"{self.artifact}-{self.version}.jar")


def read_list(text: str) -> tuple[Jar, ...]:
    """Read lines `group:artifact:version sha256`; empty lines and lines with # are left out."""
    return tuple(_read_line(line) for line in text.splitlines() if line.strip() and not line.startswith("#"))


def class_path(jars: tuple[Jar, ...], folder: str) -> str:
    """Return the class path with the jars below `folder`, which is relative to where Java runs.

    Relative, because a colon in the clone's own path would split it.
    """
    return ":".join(f"{folder}/{jar.path.as_posix()}" for jar in jars)


def fetch(jars: tuple[Jar, ...], folder: Path, *, say: Callable[[str], None] = print) -> int:
    """Make sure that every jar lies in `folder` with the pinned hash and return how many had to be fetched.

    BIHUAN_MAVEN_URL names another repository (a mirror inside the customer's network).
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder / ".lock"):
        missing = [jar for jar in jars if not _is_sound(jar, folder)]
        if not missing:
            return 0
        say(f"fetching {len(missing)} jars of the broker (43 MB in all)")
        with _trusting_this_machine(), ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
            list(pool.map(lambda jar: _fetch_one(jar, folder), missing))
        return len(missing)


def _read_line(line: str) -> Jar:
    try:
        coordinate, sha256 = line.split()
        group, artifact, version = coordinate.split(":")
    except ValueError as error:
        raise ValueError(f"not `group:artifact:version sha256`: {line!r}") from error
    return Jar(group=group, artifact=artifact, version=version, sha256=sha256)


def _is_sound(jar: Jar, folder: Path) -> bool:
    path = folder / jar.path
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == jar.sha256


def _fetch_one(jar: Jar, folder: Path) -> None:
    from jgo.maven import MavenContext  # half a second that a warm start does not need

    mirror = os.environ.get("BIHUAN_MAVEN_URL")
    context = MavenContext(
        repo_cache=folder,
        timeout=ANSWER_WITHIN,
        remote_repos={"mirror": mirror.rstrip("/")} if mirror else None,
    )
    failure: Exception | None = None
    for _ in range(ATTEMPTS):
        (folder / jar.path).unlink(missing_ok=True)  # the library takes whatever lies there
        try:
            context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve()
        except (OSError, RuntimeError) as error:  # requests' errors are OSErrors
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise
            failure = error
            continue
        if _is_sound(jar, folder):
            return
        failure = None
    why = f"{failure}" if failure else "what came does not have the pinned sha256"
    raise JarsUnavailable(
        f"the broker's jar {jar.artifact} {jar.version} could not be fetched: {why}\n"
        "behind a proxy set HTTPS_PROXY; with a mirror of the Maven repository set BIHUAN_MAVEN_URL; "
        "with a certificate of your own set REQUESTS_CA_BUNDLE; then again: make up"
    ) from failure


@contextlib.contextmanager
def _trusting_this_machine() -> Iterator[None]:
    """Let the download trust what the machine trusts (a company's own certificate), not the library's list alone."""
    paths = ssl.get_default_verify_paths()
    store = paths.cafile or paths.capath
    if "REQUESTS_CA_BUNDLE" in os.environ or not store or (Path(store).is_dir() and not any(Path(store).iterdir())):
        yield
        return
    os.environ["REQUESTS_CA_BUNDLE"] = store
    try:
        yield
    finally:
        del os.environ["REQUESTS_CA_BUNDLE"]


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep a second start (tests beside `make up`) from fetching into the same folder."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
