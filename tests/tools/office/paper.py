"""Turn letters into PDF and pictures with LibreOffice, under faces that have the shapes of the licensed ones."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

FONTS = Path(__file__).parents[3] / ".local" / "tools" / "fandol"
PACKAGE = "texlive-lang-chinese"
STAND_INS: Final = {
    "仿宋_GB2312": "FandolFang",
    "楷体_GB2312": "FandolKai",
    "黑体": "FandolHei",
    "宋体": "FandolSong",
    "方正小标宋简体": "FandolSong",  # commercial, and heavier: the stand-in shows it too thin
}
MISSING: Final = (
    "apt-get install --no-install-recommends libreoffice-writer poppler-utils fonts-noto-cjk, and for the faces "
    f"(GPL with font exception; unpacked for looking at, never shipped): apt-get download {PACKAGE}"
)
PATIENCE: Final = 240  # seconds: the first start of LibreOffice is slow on a busy machine


@dataclass(frozen=True, slots=True)
class Pdf:
    """One document as pages."""

    file: Path

    def text(self, page: int) -> str:
        """What stands on a page (from 1), in layout."""
        return _said("pdftotext", "-layout", "-f", str(page), "-l", str(page), str(self.file), "-")

    @property
    def pages(self) -> int:
        """How many there are."""
        lines = _said("pdfinfo", str(self.file)).splitlines()
        return int(next(line.split()[1] for line in lines if line.startswith("Pages:")))

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of a page in millimetres."""
        line = next(line for line in _said("pdfinfo", str(self.file)).splitlines() if line.startswith("Page size:"))
        width, _, height = line.split()[2:5]
        return float(width) / 72 * 25.4, float(height) / 72 * 25.4

    @property
    def faces(self) -> set[str]:
        """The faces that were really used, without the mark of their subset."""
        lines = _said("pdffonts", str(self.file)).splitlines()[2:]
        return {line.split()[0].partition("+")[2] or line.split()[0] for line in lines}

    def words(self, page: int) -> list[tuple[str, float, float, float, float]]:
        """Each piece of text on a page with its box in millimetres from the left and upper edge: x, y, right, bottom."""
        from lxml import etree

        told = _said("pdftotext", "-bbox", "-f", str(page), "-l", str(page), str(self.file), "-")
        tree = etree.fromstring(told.encode(), etree.XMLParser(recover=True))
        mm = 25.4 / 72
        return [
            (
                word.text or "",
                *(float(word.get(side)) * mm for side in ("xMin", "yMin", "xMax", "yMax")),
            )
            for word in tree.iter("{*}word")
        ]

    def picture(self, page: int, folder: Path) -> Path:
        """A page as PNG at 60 dots an inch."""
        stem = folder / f"{self.file.stem}-{page}"
        _said(
            "pdftoppm", "-r", "60", "-png", "-f", str(page), "-l", str(page), "-singlefile", str(self.file), str(stem)
        )
        return stem.with_suffix(".png")


def printed(docx: bytes, folder: Path, name: str) -> Pdf:
    """The document as LibreOffice prints it."""
    if shutil.which("soffice") is None or shutil.which("pdftotext") is None:
        pytest.fail(MISSING)
    source = folder / f"{name}.docx"
    source.write_bytes(docx)
    environment = {**os.environ, "FONTCONFIG_FILE": str(_fonts(folder))}
    profile = f"-env:UserInstallation=file://{folder}/profile"
    arguments = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(source)]
    subprocess.run(arguments, env=environment, check=True, capture_output=True, timeout=PATIENCE)
    return Pdf(source.with_suffix(".pdf"))


def _fonts(folder: Path) -> Path:
    """A configuration that gives the stand-ins for the faces that letters name."""
    if not list(FONTS.glob("*.otf")):
        _fetch()
    matches = "".join(
        f'<match target="pattern"><test name="family"><string>{face}</string></test>'
        f'<edit name="family" mode="assign" binding="strong"><string>{stand_in}</string></edit></match>'
        for face, stand_in in STAND_INS.items()
    )
    file = folder / "fonts.conf"
    file.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f'<include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{FONTS}</dir>{matches}</fontconfig>',
        encoding="utf-8",
    )
    return file


def _fetch() -> None:
    """Unpack the faces out of Debian's package, once."""
    half = FONTS.with_name("fandol.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    subprocess.run(
        [_program("apt-get"), "download", PACKAGE], cwd=half, check=True, capture_output=True, timeout=PATIENCE
    )
    (package,) = half.glob("*.deb")
    read = [_program("dpkg-deb"), "--fsys-tarfile", str(package)]
    wanted = ["tar", "x", "-C", str(half), "--wildcards", "--strip-components=8", "*/fandol/Fandol*.otf"]
    with subprocess.Popen(read, stdout=subprocess.PIPE) as unpack:
        subprocess.run(wanted, stdin=unpack.stdout, check=True, timeout=PATIENCE)
    package.unlink()
    shutil.rmtree(FONTS, ignore_errors=True)
    half.rename(FONTS)


def _program(name: str) -> str:
    found = shutil.which(name)
    return found or pytest.fail(MISSING)


def _said(*arguments: str) -> str:
    return subprocess.run(arguments, check=True, capture_output=True, text=True, timeout=PATIENCE).stdout
