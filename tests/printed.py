"""What software not written here finds in a PDF: qpdf, poppler and zbar."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from servers import ServerMissing, installed

PACKAGES = {"qpdf": "qpdf", "zbarimg": "zbar-tools"}


def program(name: str) -> str:
    """Where `name` is; brought by apt where we are root."""
    package = PACKAGES.get(name, "poppler-utils")

    def folders() -> Iterator[Path]:
        if found := shutil.which(name):
            yield Path(found).parent

    folder = installed(name, folders, package)
    if folder is None:
        raise ServerMissing(f"The tests of documents need {name}: apt-get install {package}")
    return str(folder / name)


def problems(pdf: Path) -> list[str]:
    """What qpdf has against it; and typefaces that are not embedded, by poppler."""
    warned = said("qpdf", "--check", pdf).splitlines()
    fonts = said("pdffonts", pdf).splitlines()[2:]
    return [line for line in warned if "WARNING" in line or "ERROR" in line] + [
        line for line in fonts if line.split()[-5] != "yes"
    ]


def words(pdf: Path) -> str:
    """The text as somebody copies it from the page, without spaces and line ends."""
    return "".join(said("pdftotext", pdf, "-").split())


def codes(pdf: Path) -> list[str]:
    """What a telephone reads from the QR codes of the first page."""
    picture = pdf.with_suffix("")
    said("pdftoppm", "-png", "-r", "150", "-singlefile", pdf, picture)
    return said("zbarimg", "--nodbus", "-q", "--raw", picture.with_suffix(".png")).split()


def said(name: str, *arguments: str | Path) -> str:
    """What the program writes; it raises where the program fails, as qpdf does at a fault."""
    return subprocess.run(
        [program(name), *arguments], capture_output=True, text=True, check=True
    ).stdout
