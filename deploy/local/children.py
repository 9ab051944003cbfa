"""Tie a child to its parent's life and take root from it, in a small program that then becomes the child.

Run by its path it is that program: `python children.py SIGNAL PARENT keep|leave COMMAND ...`. The same between fork and
exec would be unsafe beside threads, and an error there loses its text.
"""

import ctypes
import os
import pwd
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1  # linux/prctl.h
CLONE_NEWUSER = 0x10000000  # linux/sched.h; Python 3.11 has no os.unshare
ROOT = 0
NOBODY = 65534


def environment() -> dict[str, str]:
    """Return the environment for a child: with LC_ALL=C Java does not find classes below a Chinese path."""
    return {**os.environ, "LC_ALL": "C.UTF-8"}


def die_with_parent(last_signal: signal.Signals, *, parent: int) -> None:
    """Ask the kernel to send this process a signal when the thread that forked it ends.

    Call it last before exec: a later change of user clears it. A parent that is gone already is noticed too.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(last_signal), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def leave_root() -> None:
    """Become user 65534 inside a new user namespace; outside it, files stay the caller's.

    PostgreSQL refuses root, and a user without an account. An account of its own would need every parent folder open
    to others; this does not. Needs a process with one thread.
    """
    user, group = os.geteuid(), os.getegid()
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWUSER)")
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} {user} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} {group} 1", encoding="ascii")


def needs_namespace(uid: int | None = None) -> bool:
    """Whether a program that refuses this user (root, or one without an account) goes through `leave_root`."""
    uid = os.geteuid() if uid is None else uid
    return uid == ROOT or not _has_account(uid)


def command(argv: list[str], *, last_signal: signal.Signals, as_root: bool) -> list[str]:
    """Return `argv` behind this program: it ends with the calling *thread*, and is not root where that is refused."""
    root = "leave" if not as_root and needs_namespace() else "keep"
    own = [sys.executable, "-I", "-S", str(Path(__file__).resolve())]
    return [*own, str(int(last_signal)), str(os.getpid()), root, *argv]


def become(argv: list[str], *, last_signal: signal.Signals, parent: int, leaves_root: bool) -> None:
    """Turn this process into `argv`; does not return."""
    signal.pthread_sigmask(signal.SIG_SETMASK, [])  # a mask of the parent would survive exec
    if leaves_root:
        leave_root()
    die_with_parent(last_signal, parent=parent)
    os.execve(argv[0], argv, environment())


def _has_account(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


if __name__ == "__main__":
    number, parent_pid, root_or_not, *rest = sys.argv[1:]
    become(rest, last_signal=signal.Signals(int(number)), parent=int(parent_pid), leaves_root=root_or_not == "leave")
