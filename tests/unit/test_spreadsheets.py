"""Files to import, and what is refused of them, pass through LibreOffice unharmed."""

import shutil
from pathlib import Path

import pytest

from printed import FULL, converted, rows, sheets
from sunshine.importing import KINDS, read_rows, write_refused
from sunshine.sample import find_examples

pytestmark = pytest.mark.skipif(not FULL, reason="DOCUMENTS=full brings LibreOffice")

AS_TEXT = "Text - txt - csv (StarCalc):44,34,76,1," + "/".join(f"{n}/2" for n in range(1, 41))
"""How the how-to says to open a file: every column is text."""
AGAIN = "csv:Text - txt - csv (StarCalc):44,34,76,1"


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_was_saved_in_libreoffice_is_imported_alike(kind: str, tmp_path: Path) -> None:
    original = find_examples() / f"{kind}.csv"
    copy = tmp_path / original.name
    shutil.copy(original, copy)
    book = converted(copy, "xlsx", opened=AS_TEXT)
    copy.unlink()
    saved = converted(book, AGAIN)
    records = KINDS[kind].records
    assert records(read_rows(saved)) == records(read_rows(original))


def test_refused_rows_open_with_their_chinese_text(tmp_path: Path) -> None:
    refused = {"line": 3, "field": "name", "problem": "太长，有 200 字", "remedy": '写"短"些, 再试'}
    report = write_refused(tmp_path / "households.csv", [refused])
    opened = next(iter(sheets(converted(report, "xlsx", opened=AS_TEXT)).values()))
    assert opened == rows(report) == [[*refused], ["3", *list(refused.values())[1:]]]
