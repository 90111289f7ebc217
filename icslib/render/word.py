"""A report as a Word document: headings, prose, lists and tables as text, figures as pictures with their alt text."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .paper import need_page, run_browser

LEFT_OUT = '//nav|//style|//a[@class="skip"]|//details|//*[@class="kicker"]'  # what paper leaves out as well
PICTURE = 640  # width of a drawing in pixels of the screen; the picture has twice as many


def write_docx(html: Path, docx: Path, seconds: float = 120) -> Path:
    """Write the page of a report as .docx; arguments and errors as :func:`.paper.write_pdf`, whose browser draws the figures."""
    from docx import Document
    from docx.shared import Cm, Pt
    from lxml.html import fromstring

    from ..paths import written_aside

    page = fromstring(need_page(html).read_text(encoding="utf-8"))
    for part in page.xpath(LEFT_OUT):
        part.drop_tree()
    document = Document()
    document.core_properties.title = page.findtext(".//title")
    document.styles["Normal"].font.size = Pt(10.5)
    with tempfile.TemporaryDirectory(prefix="icslib-") as aside, written_aside(docx) as target:
        pictures = _draw(page.xpath("//svg"), Path(aside), seconds)
        for part in page.iter("h1", "h2", "h3", "p", "li", "pre", "dl", "figcaption", "table", "svg"):
            words = " ".join(part.text_content().split())
            if part.tag == "table":
                _add_table(document, part)
            elif part.tag == "svg":
                document.add_picture(str(next(pictures)), width=Cm(15.5))
                document.inline_shapes[-1]._inline.docPr.set("descr", part.get("aria-label", ""))
            elif part.tag == "figcaption":
                for style, line in zip(("Caption", "Heading 4", "Caption"), part, strict=False):
                    document.add_paragraph(line.text_content(), style=style)
            elif part.tag == "dl":
                for pair in part:
                    document.add_paragraph(": ".join(" ".join(one.text_content().split()) for one in pair))
            elif words and not any(above.tag in ("table", "dl") for above in part.iterancestors()):
                style = "List Bullet" if part.tag == "li" else f"Heading {part.tag[1]}" if part.tag[0] == "h" else "Normal"
                document.add_paragraph(words, style="Title" if part.tag == "h1" else style)
        document.save(str(target))
    return docx


def _add_table(document: Any, table: Any) -> None:
    """The rows with their head repeated on every page, figures to the right."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement

    rows = table.xpath(".//tr")
    made = document.add_table(len(rows), max(len(row) for row in rows), style="Light List")
    right = {int(name[1:]) for name in table.get("class", "").split() if name[1:].isdigit() and name[0] == "n"}
    for row, line in zip(rows, made.rows, strict=True):
        for spot, (cell, place) in enumerate(zip(row, line.cells, strict=False), 1):
            place.text = " ".join(text for text in cell.itertext() if text.strip())
            if spot in right:
                place.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    made.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    document.add_paragraph()


def _draw(drawings: list, aside: Path, seconds: float) -> Iterator[Path]:
    """A picture of each drawing: all of them beneath each other in one shot, then cut."""
    from lxml.html import tostring
    from PIL import Image

    if not drawings:
        return
    heights = [round(PICTURE * float(one.get("height")) / float(one.get("width"))) for one in drawings]
    style = f"<style>body{{margin:0}}svg{{display:block;width:{PICTURE}px;height:auto}}</style>"
    sheet, shot = aside / "sheet.html", aside / "sheet.png"
    sheet.write_text(style + "".join(tostring(one, encoding="unicode", with_tail=False) for one in drawings), encoding="utf-8")
    size = ["--hide-scrollbars", "--force-device-scale-factor=2", f"--window-size={PICTURE},{sum(heights) + 200}"]
    run_browser([*size, f"--screenshot={shot}"], sheet, shot, seconds)
    top, whole = 0, Image.open(shot)
    for spot, height in enumerate(heights):
        part = aside / f"{spot}.png"
        whole.crop((0, 2 * top, 2 * PICTURE, 2 * (top + height))).save(part)
        top += height
        yield part
