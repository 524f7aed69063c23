"""What software not written here finds in a document: qpdf, poppler and zbar in a PDF.

With ``DOCUMENTS=full`` Ghostscript as well, and pdfcpu where it is installed; LibreOffice in
spreadsheets, which another library reads otherwise. Both take too long to bring for every run.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import python_calamine

from servers import ServerMissing, installed

PACKAGES = {
    "qpdf": "qpdf",
    "zbarimg": "zbar-tools",
    "gs": "ghostscript",
    "soffice": "libreoffice-calc-nogui",
}
FULL = os.environ.get("DOCUMENTS") == "full"
EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
"""LibreOffice's words for: commas, quotes, UTF-8, as shown, a file for each sheet."""


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
    if FULL:
        _validate(pdf)
    warned = said("qpdf", "--check", pdf).splitlines()
    fonts = said("pdffonts", pdf).splitlines()[2:]
    return [line for line in warned if "WARNING" in line or "ERROR" in line] + [
        line for line in fonts if line.split()[-5] != "yes"
    ]


def _validate(pdf: Path) -> None:
    """Ghostscript stops at the least that is wrong; pdfcpu compares with the standard."""
    said("gs", "-q", "-dBATCH", "-dPDFSTOPONERROR", "-dPDFSTOPONWARNING", "-sDEVICE=nullpage", pdf)
    if shutil.which("pdfcpu"):
        said("pdfcpu", "validate", "-mode", "strict", pdf)


def sheets(file: Path) -> dict[str, list[list[str]]]:
    """What a spreadsheet program shows: the rows of each sheet; numbers as text."""
    if not FULL:
        book = python_calamine.load_workbook(str(file))
        names = book.sheet_names
        return {name: _shown(book.get_sheet_by_name(name).to_python()) for name in names}
    converted(file, EVERY_SHEET)
    return {
        each.stem.removeprefix(f"{file.stem}-"): rows(each)
        for each in file.parent.glob(f"{file.stem}-*.csv")
    }


def converted(file: Path, to: str, *, opened: str = "") -> Path:
    """The file as LibreOffice writes it, in the same folder; ``opened`` says how to read it."""
    home = f"-env:UserInstallation=file://{file.parent / 'libreoffice'}"
    how = ["--headless", *([f"--infilter={opened}"] if opened else []), "--convert-to", to]
    said("soffice", home, *how, "--outdir", str(file.parent), str(file))
    return file.with_suffix(f".{to.partition(':')[0]}")


def rows(file: Path) -> list[list[str]]:
    """The rows of a CSV file."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def _shown(table: list[list[Any]]) -> list[list[str]]:
    return [
        [f"{each:g}" if isinstance(each, float) else str(each) for each in row] for row in table
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
