"""Printed documents, looked at by software not written here."""

from pathlib import Path

import printed
from servicekit import printing

CHECK = "https://sunshine.example/certificates/2K7M-9QXA-4TCE"


def made() -> bytes:
    parts = [
        printing.text("志愿服务记录证明", "title"),
        printing.facts([("姓名 Name", "张晓燊"), ("服务时长", "128 小时 30 分")]),
        printing.grid(["服务", "次数"], [["助老：" + "陪伴聊天" * 20, "12"]] * 40, [4, 1]),
        printing.beside(
            [printing.text("<b>不是标记</b> & 书名《阳光》", "note")],
            [printing.qr_code(CHECK)],
            right_mm=30,
        ),
    ]
    # what must be seen on page one comes first
    parts = [*parts[:2], parts[3], parts[2]]
    return printing.document("志愿服务记录证明", parts, issuer="永环社区", footer="编号 1")


def test_a_document_is_sound_readable_and_carries_its_typeface(tmp_path: Path) -> None:
    pdf = tmp_path / "made.pdf"
    pdf.write_bytes(made())
    assert printed.problems(pdf) == []
    text = printed.words(pdf)
    assert "张晓燊" in text
    assert "<b>不是标记</b>&书名《阳光》" in text
    assert printed.codes(pdf) == [CHECK]


def test_the_same_document_is_the_same_bytes() -> None:
    assert made() == made()


def test_a_character_that_is_not_there_is_seen(tmp_path: Path) -> None:
    pdf = tmp_path / "rare.pdf"
    pdf.write_bytes(printing.document("名", [printing.text("龚䶮")], issuer="永环社区"))
    assert printed.words(pdf).startswith("龚〔U+4DAE〕")


def test_no_line_begins_with_a_chinese_comma(tmp_path: Path) -> None:
    pdf = tmp_path / "lines.pdf"
    many = [printing.text("长" * length + "，而后；又：再！呢？《书》") for length in range(20, 60)]
    pdf.write_bytes(printing.document("行", many, issuer="永环社区"))
    lines = [line.strip() for line in printed.said("pdftotext", "-layout", pdf, "-").splitlines()]
    assert [line for line in lines if line[:1] in set("，；：！？》")] == []
