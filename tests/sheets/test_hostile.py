"""Files that must not be opened, or not as what they claim: each a clear error, quickly, in little memory, nothing run."""

import io
import json
import struct
import subprocess
import sys
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import xlsxwriter

from icslib import read_sheet
from icslib.errors import SheetError
from icslib.sheets import guard, open_pages
from icslib.sheets.address import read_address

from .draw import PLAIN, PLAIN_FIGURES, csv, figures, ods, xlsb, xlsx

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def with_part(name: str, content: bytes) -> bytes:
    """A good workbook with one part added or put in another's place."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(T1=PLAIN))) as good, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for part in good.namelist():
            if part != name:
                made.writestr(part, good.read(part))
        made.writestr(name, content)
    return file.getvalue()


def far_cell(row: int, column: int, text: str | None = "x") -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet, bold = book.add_worksheet("T1"), book.add_format({"bold": True})
        for r, cells in enumerate([["System", "Plan"], ["Ambleton", 5], ["Brackley", 6]]):
            sheet.write_row(r, 0, cells)
        sheet.write(row, column, text, bold)
    return file.getvalue()


def moved(raw: bytes, to: str) -> bytes:
    """The same workbook with its first sheet kept in another part."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as good, zipfile.ZipFile(file, "w") as made:
        for part in good.namelist():
            made.writestr(
                part.replace("worksheets/sheet1.xml", to), good.read(part).replace(b"worksheets/sheet1.xml", to.encode())
            )
    return file.getvalue()


def claims_to_be_huge() -> bytes:
    raw = bytearray(xlsx(T1=PLAIN))
    spot = raw.index(b"PK\x01\x02")
    struct.pack_into("<I", raw, spot + 24, 3_000_000_000)
    return bytes(raw)


def really_huge() -> bytes:
    """A sheet of 1.2 GB of spaces, which packs into about a megabyte."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        with made.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(1200):
                part.write(bytes(1_000_000))
    return file.getvalue()


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + b"".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">'.encode() for i in range(9))
    + b"]><sst>&j;</sst>"
)
HOSTILE = {
    "zip bomb, by its own words": (claims_to_be_huge, "unpacks to more than"),
    "billion laughs": (lambda: with_part("xl/sharedStrings.xml", LAUGHS), "XML entities"),
    "billion laughs behind a long comment": (
        lambda: with_part("xl/sharedStrings.xml", LAUGHS.replace(b"?>", b"?><!--" + b" " * 100_000 + b"-->", 1)), "XML entities",
    ),
    "16,000 columns": (lambda: far_cell(5, 16_000), "16,001 columns"),
    "one cell in the last corner": (lambda: far_cell(1_048_575, 16_383), "16,384 columns"),
    "one cell far down": (lambda: far_cell(1_048_575, 600), "spans 1,048,576 rows"),
    "a far cell, in a part with an odd name": (lambda: moved(far_cell(5, 16_000), "odd/place.xml"), "16,001 columns"),
    "a far cell, in a part that is no sheet by its name": (lambda: moved(far_cell(5, 16_000), "sheet.dat"), "cannot be opened"),
    "locked workbook": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "locked with a password"),
    "macro workbook": (lambda: with_part("xl/vbaProject.bin", OLE), "holds macros. Nothing was run"),
    "old macro workbook": (lambda: OLE + "Workbook _VBA_PROJECT_CUR".encode("utf-16-le"), "holds macros"),
    "web page named xls": (lambda: b"\n<!DOCTYPE html><html><table><tr><td>1</td></tr></table></html>", "is a web page"),
    "old XML spreadsheet": (lambda: b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "is XML text"),
    "PDF": (lambda: b"%PDF-1.7 and so on", "a PDF document"),
    "Word document in old Office": (lambda: OLE + "WordDocument".encode("utf-16-le"), "no workbook"),
    "nothing": (lambda: b"", "is empty"),
    "noise": (lambda: bytes(range(256)) * 40, "neither a spreadsheet nor text"),
    "gzip of something else": (lambda: b"\x1f\x8b" + bytes(40), "damaged|not R data"),
    "zip without a table": (lambda: zipped(**{"readme.md": b"hello"}), "holds no spreadsheet"),
    "workbook without sheets": (lambda: zipped(**{"[Content_Types].xml": b"<Types/>"}), "cannot be opened"),
    "old workbook cut short": (lambda: OLE + "Workbook".encode("utf-16-le"), "cannot be opened"),
}  # fmt: skip


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize("name", HOSTILE)
def test_refused_with_a_reason(name):
    make, words = HOSTILE[name]
    with pytest.raises(SheetError, match=words):
        read_sheet(make())


def test_a_bomb_that_hides_its_size_is_stopped_while_unpacking(monkeypatch):
    monkeypatch.setattr(guard, "WORKBOOK", 20_000)
    raw = with_part("xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * 100_000)
    with pytest.raises(SheetError, match=r"unpacks to more than|damaged"):
        guard.check_file(raw, "bomb.xlsx")


def test_formatting_far_to_the_right_is_harmless():
    assert len(read_sheet(far_cell(0, 16_383, None)).tidy) == 2


def test_a_sheet_of_binary_records_is_measured():
    row, cell = b"\x00\x04" + struct.pack("<I", 999_999), b"\x05\x04" + struct.pack("<I", 12_345)
    assert guard._xlsb_span(row + cell) == (1_000_000, 12_346)


def test_an_ods_that_repeats_a_full_row_a_million_times_is_refused():
    row = '<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="9000" office:value="1"><text:p>1</text:p></table:table-cell></table:table-row>'
    with pytest.raises(SheetError, match="9,001 columns"):
        read_sheet(zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": row.encode()}))


def test_missing_file_and_missing_sheet(tmp_path):
    with pytest.raises(SheetError, match="cannot be read"):
        read_sheet(tmp_path / "none.xlsx")
    with pytest.raises(SheetError, match=r"no sheet 'T9'. It has \['T1'\]"):
        read_sheet(xlsx(T1=PLAIN), sheet="T9")


def test_text_that_looks_like_a_formula_is_only_text():
    reading = read_sheet(b'System,Plan,Word\nAmbleton,5,"=HYPERLINK(""x"")"\nBrackley,6,@cmd\n')
    assert reading.table["Word"].tolist() == ['=HYPERLINK("x")', "@cmd"]


WHOLE = {
    "xlsx": xlsx(T1=PLAIN),
    "xlsb": xlsb(PLAIN),
    "ods": ods(PLAIN.strip()),
    "zip": zipped(**{"plans.csv": csv(PLAIN), "beds.xlsx": xlsx(T1=PLAIN)}),
}


def cuts(whole: bytes, step: int) -> list[bytes]:
    """The file cut at many places, its last bytes among them."""
    return [whole[:end] for end in (*range(40, len(whole), step), *range(len(whole) - 30, len(whole)))]


@pytest.mark.parametrize("kind", WHOLE)
def test_a_file_cut_short_anywhere_is_an_error(kind):
    assert read_sheet(WHOLE[kind]).tables
    for cut in cuts(WHOLE[kind], step=61):
        with pytest.raises(SheetError, match=r"not whole|cut short|damaged|neither|cannot be opened"):
            read_sheet(cut)


def test_an_old_workbook_cut_short_is_an_error(official):
    whole = next(path for path in official.rglob("*.XLS")).read_bytes()
    for cut in cuts(whole, step=len(whole) // 20)[1:20]:
        with pytest.raises(SheetError, match=r"cannot be opened|no workbook"):
            read_sheet(cut)


MEASURE = """
import json, sys, time
from pathlib import Path
from icslib import read_sheet
from icslib.errors import SheetError
seen = {}
for path in sorted(Path(sys.argv[1]).iterdir()):
    start = time.perf_counter()
    try:
        read_sheet(path)
        said = "read"
    except SheetError as fault:
        said = "refused"
    seen[path.name] = (said, time.perf_counter() - start)
print(json.dumps({"seen": seen, "kb": int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])}))
"""


def test_all_of_them_in_one_process_within_ten_seconds_and_a_gigabyte(tmp_path):
    if not Path("/proc/self/status").is_file():
        pytest.skip("memory of a process is read from /proc, which this system has not")
    for name, (make, _) in HOSTILE.items():
        (tmp_path / name).write_bytes(make())
    for kind, whole in WHOLE.items():
        (tmp_path / f"half of an {kind}").write_bytes(whole[: len(whole) // 2])
    done = subprocess.run([sys.executable, "-c", MEASURE, str(tmp_path)], capture_output=True, text=True, timeout=120, check=True)
    found = json.loads(done.stdout)
    assert {said for said, _ in found["seen"].values()} == {"refused"}
    assert max(seconds for _, seconds in found["seen"].values()) < 10 and found["kb"] < 1_000_000


@pytest.mark.slow
def test_a_true_bomb_is_refused():
    with pytest.raises(SheetError, match="unpacks to more than"):
        read_sheet(really_huge())


class _Publisher(BaseHTTPRequestHandler):
    def do_GET(self):
        answers = {"/plan.csv": (200, csv(PLAIN)), "/page": (200, b"<html>moved</html>"), "/cut.csv": (200, b"System,Plan\n")}
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://example.org/plan.csv")
            self.end_headers()
            return
        code, body = answers.get(self.path, (404, b""))
        self.send_response(code)
        self.send_header("Content-Length", str(len(body) + (50 if self.path == "/cut.csv" else 0)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def publisher():
    server = HTTPServer(("127.0.0.1", 0), _Publisher)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_an_address_is_read_like_a_file(publisher):
    reading = read_sheet(f"{publisher}/plan.csv")
    assert figures(reading) == PLAIN_FIGURES and reading.file == "plan.csv"


@pytest.mark.parametrize(
    ("path", "words"),
    [("/page", "is a web page"), ("/none", "gave no file"), ("/away", "not an https address"), ("/cut.csv", "broke off")],
)
def test_what_a_publisher_may_answer_instead(publisher, path, words):
    with pytest.raises(SheetError, match=words):
        read_sheet(publisher + path)


def test_only_https_and_only_so_large(publisher):
    for address in ("http://example.org/a.csv", "ftp://example.org/a.csv", "file:///etc/hostname"):
        with pytest.raises(SheetError, match="not an https address"):
            open_pages(address)
    with pytest.raises(SheetError, match="larger than 0 MB"):
        read_address(f"{publisher}/plan.csv", largest=10)
