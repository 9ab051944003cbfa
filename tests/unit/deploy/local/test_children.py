"""A child is tied to its parent and is not root where its program refuses root."""

import os
import signal
import subprocess
import sys

import pytest

from deploy.local import children

SHOW = "import os, signal; print(os.getuid(), os.environ['LC_ALL'])"


@pytest.mark.parametrize(
    ("uid", "expected"),
    [
        pytest.param(0, True, id="root"),
        pytest.param(1, False, id="an account"),
        pytest.param(2_000_000_000, True, id="a container's user without an account"),
    ],
)
def test_only_who_is_refused_needs_a_namespace(uid: int, *, expected: bool) -> None:
    """An ordinary user's server runs as that user."""
    assert children.needs_namespace(uid) == expected


def test_a_program_that_accepts_root_keeps_its_user() -> None:
    """The child runs as we do, with a locale in which Java finds Chinese paths."""
    argv = children.command([sys.executable, "-c", SHOW], last_signal=signal.SIGTERM, as_root=True)

    shown = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()

    assert shown == [str(os.getuid()), "C.UTF-8"]


def test_a_program_that_refuses_root_never_sees_it() -> None:
    """As root it becomes user 65534 of a namespace of its own."""
    argv = children.command([sys.executable, "-c", SHOW], last_signal=signal.SIGTERM, as_root=False)

    shown = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()

    assert shown[0] == str(children.NOBODY if os.getuid() == 0 else os.getuid())


def test_a_child_of_a_parent_that_is_gone_does_not_start() -> None:
    """Between fork and tie the parent may have died; the child notices and ends."""
    argv = children.command([sys.executable, "-c", "print('started')"], last_signal=signal.SIGTERM, as_root=True)
    argv[5] = "1"  # a parent that is not ours

    ended = subprocess.run(argv, capture_output=True, text=True, check=False)

    assert ended.returncode == -signal.SIGKILL
    assert ended.stdout == ""


def test_a_child_ends_with_its_parent() -> None:
    """A kill -9 of the parent reaches the child as the signal that was asked for."""
    inner = children.command(
        [sys.executable, "-c", "import signal, time; print('up', flush=True); time.sleep(60)"],  # ends by its parent
        last_signal=signal.SIGTERM,
        as_root=True,
    )
    # The parent prints its child's output and is then killed; reading to the end means that the child is gone too.
    parent = (
        "import os, subprocess, sys; argv = sys.argv[1:]; argv[5] = str(os.getpid()); "
        "child = subprocess.Popen(argv); child.wait()"
    )
    with subprocess.Popen([sys.executable, "-c", parent, *inner], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "up\n"
        running.kill()

        rest = running.stdout.read()

    assert rest == ""
