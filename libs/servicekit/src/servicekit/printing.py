"""Documents as PDF, Chinese or English: A4, one embedded typeface, the same bytes each time.

A document is a list of parts from top to bottom: ``text``, ``facts``, ``grid``, ``qr_code``, and
whatever else ReportLab can lay out, its charts for example (name ``font()`` in them).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import as_file, files
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics import shapes
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.lib import textsplit
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import getFont, registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, paragraph

# What begins no line: ReportLab's list is Japanese and lacks the Chinese marks.
NEVER_FIRST = textsplit.ALL_CANNOT_START + "，；：！？》〉”’…"
vars(textsplit)["ALL_CANNOT_START"] = vars(paragraph)["ALL_CANNOT_START"] = NEVER_FIRST

MARGIN = 22 * mm
WIDTH = A4[0] - 2 * MARGIN
"""What a part may be wide."""

INK, MUTED, LINE, ACCENT = (HexColor(each) for each in ("#1c1f23", "#5b6470", "#c3c9d1", "#b3261e"))

Part = Flowable


@cache
def font() -> str:
    """The name of the typeface: Chinese and Latin, one weight."""
    with as_file(files("servicekit") / "fonts" / "wqy-microhei.ttc") as path:
        registerFont(TTFont("sunshine", str(path), subfontIndex=0))
    shapes.STATE_DEFAULTS["fontName"] = "sunshine"  # or drawings name one that is not embedded
    return "sunshine"


@cache
def style(name: str) -> ParagraphStyle:
    """``title``, ``heading``, ``plain``, ``note`` (small and grey) or ``right``."""
    shape: dict[str, dict[str, Any]] = {
        "title": {"fontSize": 22, "leading": 30, "alignment": TA_CENTER, "spaceAfter": 14},
        "heading": {"fontSize": 13, "leading": 20, "spaceBefore": 10, "spaceAfter": 4},
        "plain": {"fontSize": 10.5, "leading": 17},
        "note": {"fontSize": 8.5, "leading": 13, "textColor": MUTED},
        "right": {"fontSize": 10.5, "leading": 17, "alignment": TA_RIGHT},
    }
    # CJK: lines break between characters, and none begins with a full stop
    base: dict[str, Any] = {"fontName": font(), "wordWrap": "CJK", "textColor": INK}
    return ParagraphStyle(name, **(base | shape[name]))


def text(words: str, kind: str = "plain") -> Part:
    """A paragraph of plain words: nothing in them is markup."""
    return Paragraph(escape(_printable(words)), style(kind))


def _printable(words: str) -> str:
    """A character that the typeface lacks, of a rare name say, is told by its number: no box."""
    face: Any = getFont(font())
    known = face.face.charToGlyph
    return "".join(
        each if ord(each) in known or each.isspace() else f"〔U+{ord(each):04X}〕" for each in words
    )


def gap(height_mm: float) -> Part:
    """Empty space."""
    return Spacer(0, height_mm * mm)


def facts(rows: Iterable[tuple[str, str]], *, label_mm: float = 38) -> Part:
    """Names on the left and what they are on the right, ruled."""
    cells = [[text(label, "note"), text(value)] for label, value in rows]
    return _ruled(cells, [label_mm * mm, WIDTH - label_mm * mm])


def grid(heads: Sequence[str], rows: Iterable[Sequence[str]], shares: Sequence[float]) -> Part:
    """A table whose heads are repeated on each page; ``shares`` are its columns' widths."""
    cells = [[text(head, "note") for head in heads]]
    cells += [[text(value) for value in row] for row in rows]
    return _ruled(cells, [WIDTH * share / sum(shares) for share in shares], repeatRows=1)


def _ruled(cells: list[list[Part]], widths: list[float], **more: Any) -> Table:
    return _table(
        cells,
        widths,
        ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE),
        ("LINEABOVE", (0, 0), (-1, 0), 0.8, INK),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 4),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
        **more,
    )


def beside(left: Sequence[Part], right: Sequence[Part], *, right_mm: float) -> Part:
    """Two columns without rules."""
    return _table(
        [[list(left), list(right)]],
        [WIDTH - right_mm * mm, right_mm * mm],
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
    )


def _table(cells: Any, widths: list[float], *looks: Any, **more: Any) -> Table:
    # a table names a typeface of its own, which would not be embedded
    return Table(
        cells, colWidths=widths, style=[*looks, ("FONTNAME", (0, 0), (-1, -1), font())], **more
    )


def qr_code(words: str, *, side_mm: float = 28) -> Part:
    """A QR code that a telephone reads from paper, folded or stained (level Q)."""
    side = side_mm * mm
    drawing = shapes.Drawing(side, side)
    drawing.add(QrCodeWidget(words, barLevel="Q", barWidth=side, barHeight=side))
    return drawing


def document(title: str, parts: Iterable[Part], *, issuer: str, footer: str = "") -> bytes:
    """The PDF. It says who issued it, and on each page ``footer`` and the page's number."""

    def foot(canvas: Any, page: Any) -> None:
        canvas.setFont(font(), 8)
        canvas.setFillColor(MUTED)
        canvas.drawString(MARGIN, 12 * mm, footer)
        canvas.drawRightString(A4[0] - MARGIN, 12 * mm, str(page.page))

    into = BytesIO()
    about: Any = {"title": title, "author": issuer, "lang": "zh-CN"}
    # a frame keeps six points inside its edges
    edges: Any = dict.fromkeys(
        ("leftMargin", "rightMargin", "topMargin", "bottomMargin"), MARGIN - 6
    )
    # invariant: no clock and no chance, so that the same document is the same bytes
    printed = SimpleDocTemplate(
        into, pagesize=A4, invariant=1, initialFontName=font(), **about, **edges
    )
    printed.build(list(parts), onFirstPage=foot, onLaterPages=foot)
    return into.getvalue()
