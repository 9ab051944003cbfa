"""Take a photograph that comes from outside: judged by its content, decoded in a child that may be killed, made anew.

What comes back is a picture and nothing else: no place, no camera, no owner, no thumbnail, no bytes after its end.
"""

import subprocess
import sys
from pathlib import Path
from typing import Final

MAX_BYTES: Final = 4 << 20
SECONDS: Final = 20.0

_REASONS: Final = {
    3: "照片的像素太多，请缩小后再传",
    4: "只收 JPEG、PNG 和 WebP 照片；苹果手机请在设置里选“兼容性最佳”",
}


class BadPhotograph(Exception):
    """The file is no photograph that is taken; the message is a Chinese sentence for whoever sent it."""


def clean(body: bytes) -> bytes:
    """The same picture as a fresh JPEG without metadata; raises `BadPhotograph`."""
    if len(body) > MAX_BYTES:
        raise BadPhotograph(f"一张照片最多 {MAX_BYTES >> 20} MB，请缩小后再传")
    command = [sys.executable, "-m", "runtime.photograph_child"]
    try:
        child = subprocess.run(
            command, input=body, capture_output=True, timeout=SECONDS, check=False, cwd=Path(__file__).parents[1]
        )
    except subprocess.TimeoutExpired:
        raise BadPhotograph("照片太大，没有处理完") from None
    if child.returncode != 0 or not child.stdout:
        raise BadPhotograph(_REASONS.get(child.returncode, "文件不是照片，或者已经损坏"))
    return child.stdout
