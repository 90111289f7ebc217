"""How fast official spreadsheets are read, with the cell of every figure kept.

Each file is read four ways in one run: raw (python-calamine or pyarrow parse of the same bytes, nothing
kept but cells); by a reader, which knows its titles (``open_pages`` and ``find_table``: every row and column by its title,
with sheet row and letter, figures and flags read, totals aside); without configuration (``read_sheet``: tables found, labels,
figures, flags, totals, units, notes, log); and by pandas with its default engines (openpyxl must be there for xlsx; where an
engine is missing the file is left out). Run: ``python benchmarks/bench_sheets.py FOLDER``; ratios hold within one run only.
"""

import gc
import io
import math
import os
import re
import subprocess
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import python_calamine

from icslib import read_sheet
from icslib.numbers import parse_number
from icslib.sheets import open_pages, plain

BOOKS = {".xlsx", ".xls", ".ods", ".xlsb"}
REPEATS = 3
Known = dict[str, tuple[list[str], list[str], list[str]]]
TOTALS = re.compile(r".*(total|result).*", re.I)


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("ICSLIB_OFFICIAL", "data/raw/official"))
    files = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in BOOKS | {".csv"} and path.name != "INDEX.csv"]
    if not files:
        sys.exit(f"No spreadsheets in {folder}. Name a folder of official files.")
    rows = [measure(path) for path in files]
    frame = pd.DataFrame(rows, columns=["file", "kind", "MB", "raw", "reader", "read", "pandas"])
    for kind, part in [*frame.groupby("kind"), ("all", frame)]:
        sums = part[["raw", "reader", "read"]].sum()
        both = part.dropna(subset=["pandas"])[["reader", "read", "pandas"]].sum()
        print(
            f"{kind:10} {len(part):3} files {part['MB'].sum():5.1f} MB  raw {sums['raw']:.2f} s  "
            f"reader {sums['reader']:.2f} s ({sums['reader'] / sums['raw']:.1f} x raw)  "
            f"read_sheet {sums['read']:.2f} s ({sums['read'] / sums['raw']:.1f} x raw)  "
            f"pandas {both['pandas']:.2f} s ({both['pandas'] / both['reader']:.1f} x reader, {both['pandas'] / both['read']:.1f} x read_sheet)"
        )
    print("\nslowest against raw:")
    worst = frame.assign(ratio=frame["read"] / frame["raw"]).nlargest(8, "read")
    print(worst.round(3).to_string(index=False))
    books = [path for path in files if path.suffix.lower() == ".xls"]
    for path in sorted(books, key=lambda path: -path.stat().st_size)[:1]:
        print(f"\npeak memory reading {path.name} ({path.stat().st_size / 1e6:.1f} MB): {peak_memory(path):.0f} MB")


def measure(path: Path) -> tuple:
    raw = path.read_bytes()
    book = path.suffix.lower() in BOOKS
    return (
        path.name[:50], "workbook" if book else "text", len(raw) / 1e6, best(parse_book if book else parse_text, raw),
        best(by_reader, raw, know_titles(raw)), best(without_configuration, raw), best(by_pandas, path),
    )  # fmt: skip


def best(act, *given) -> float:
    """Least processor seconds (all threads) of a few runs; NaN where it cannot be done."""
    took = []
    for _ in range(REPEATS):
        gc.collect()
        start = time.process_time()
        try:
            act(*given)
        except Exception:
            return float("nan")
        took.append(time.process_time() - start)
    return min(took)


def parse_book(raw: bytes) -> None:
    """Every cell of every sheet, as calamine gives it."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def parse_text(raw: bytes) -> None:
    """Columns as pyarrow reads them, told the delimiter, and the encoding where it is not UTF-8."""
    cut = pacsv.ParseOptions(delimiter=max(",$", key=raw[:2000].decode(errors="ignore").count))
    try:
        pacsv.read_csv(io.BytesIO(raw), parse_options=cut)
    except pa.ArrowInvalid:
        pacsv.read_csv(io.BytesIO(raw), pacsv.ReadOptions(encoding="cp1252"), cut)


def know_titles(raw: bytes) -> Known:
    """What a reader has written down of each page: the titles (its fullest row), which of them head figures, the subtotals."""
    known = {}
    for name, page in open_pages(raw).items():
        head = max(range(min(12, len(page.grid))), key=lambda row: len(set(filter(None, page.row_text(row)))), default=None)
        titles = [text for text, count in Counter(page.row_text(head)).items() if text and count == 1] if head is not None else []
        if len(titles) >= 2:
            table = page.find_table(titles, subtotals=[TOTALS])
            first = dict(table.frame.iloc[0]) if len(table.frame) else {}
            figures = [title for title, cell in first.items() if not math.isnan(parse_number(cell)[0])]
            known[name] = titles, figures, table.totals[titles[0]].map(plain).unique().tolist()
    return known


def by_reader(raw: bytes, known: Known) -> None:
    """Each page cut at its titles: printed cells by row and letter, every column of figures read, totals set aside."""
    pages = open_pages(raw)
    for name, (titles, figures, subtotals) in known.items():
        table = pages[name].find_table(titles, subtotals)
        table.figures(figures)
        assert len(table.frame.columns) == len(table.letters) == len(table.totals.columns)


def without_configuration(raw: bytes) -> None:
    """All that :func:`read_sheet` gives: frames by row and letter, flags, totals, units, notes and log."""
    reading = read_sheet(raw)
    for table in reading.tables:
        assert len(table.frame.columns) <= len(table.letters) + 1 and len(table.totals.columns) == len(table.frame.columns)
    assert len(reading.log) and all(len(part.columns) for part in (reading.flags, reading.totals, reading.units, reading.notes))


def by_pandas(path: Path) -> None:
    """All sheets with the engine pandas takes by default."""
    if path.suffix.lower() in BOOKS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pd.read_excel(path, sheet_name=None, header=None)
    else:
        pd.read_csv(path, encoding_errors="replace", low_memory=False)


def peak_memory(path: Path) -> float:
    """Megabytes a fresh process takes to read one file (Linux)."""
    code = "import sys; from icslib import read_sheet; read_sheet(sys.argv[1]); print(open('/proc/self/status').read())"
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    return int(done.stdout.split("VmHWM:")[1].split()[0]) / 1000


if __name__ == "__main__":
    main()
