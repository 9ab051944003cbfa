# -*- coding: utf-8 -*-
"""Say in one sentence what a machine lacks before anything is installed; runs on any Python from 2.7 on."""

from __future__ import print_function

import os
import sys

WANTED = (3, 11)
DISK_NEEDED = 1 << 30  # bytes: 480 MB with the tools of the tests, and what pip unpacks on the way


def complaints(version, platform, free, has_module):
    """Return a sentence for each thing that is missing; `has_module` tells whether a module can be imported."""
    found = []
    if tuple(version[:2]) != WANTED:
        found.append(
            "this is Python %d.%d, and Bihuan runs on Python 3.11 (apt-get install python3.11 python3.11-venv, "
            "or pyenv install 3.11); say where it is: make up PYTHON=/path/to/python3.11" % tuple(version[:2])
        )
    elif not (has_module("venv") and has_module("ensurepip")):
        found.append("this Python has no venv or ensurepip: apt-get install python3.11-venv")
    if not platform.startswith("linux"):
        found.append("make up needs Linux (on Windows: inside WSL; on a Mac: inside a virtual machine or container)")
    if free < DISK_NEEDED:
        found.append("only %d MB are free here, and the installation wants %d MB" % (free >> 20, DISK_NEEDED >> 20))
    return found


def can_import(name):
    """Whether this Python has the module."""
    try:
        __import__(name)
    except ImportError:
        return False
    return True


def free_bytes(path):
    """Return what an ordinary user may still write on the disk of `path`."""
    disk = os.statvfs(path)
    return disk.f_bavail * disk.f_frsize


if __name__ == "__main__":
    missing = complaints(sys.version_info, sys.platform, free_bytes("."), can_import)
    for sentence in missing:
        print(sentence, file=sys.stderr)
    sys.exit(1 if missing else 0)
