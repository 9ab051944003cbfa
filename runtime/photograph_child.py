"""Decode one photograph in a process of its own, which may be killed: bytes in, a fresh JPEG out.

It limits its own memory and time before it looks at the bytes. Pillow goes by what they are, never by a name.
"""

import io
import resource
import sys

MEMORY = 768 << 20  # bytes of address space: 40 million pixels take 160 MB, and a copy of them is made
SECONDS = 10  # of processor time
PIXELS = 40_000_000
LONGEST_SIDE = 2_560
FORMATS = ("JPEG", "PNG", "WEBP")
TOO_MANY_PIXELS, NO_PHOTOGRAPH = 3, 4


def main() -> int:
    """Write the picture; returns the exit status."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # ours is checked before anything is decoded
    try:
        with Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=FORMATS) as image:
            if image.width * image.height > PIXELS:
                return TOO_MANY_PIXELS
            turned = ImageOps.exif_transpose(image).convert("RGB")
    except UnidentifiedImageError:
        return NO_PHOTOGRAPH
    except (OSError, ValueError, SyntaxError, MemoryError):
        return 1
    turned.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    fresh = Image.new("RGB", turned.size)  # carries over pixels alone: no metadata survives by an oversight
    fresh.paste(turned)
    fresh.save(sys.stdout.buffer, "JPEG", quality=85)
    return 0


if __name__ == "__main__":
    sys.exit(main())
