"""Fail if a report is missing, empty or carries a traceback."""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent


def faults(reports: Path, notebooks: Path) -> list[str]:
    """One line for each report that a reviewer could not use."""
    found = []
    index = reports / "index.html"
    if not index.is_file():
        found.append("reports/index.html is missing")
    for source in sorted(notebooks.glob("[0-9]*.ipynb")):
        if source.stem == "06-system-profile":
            continue
        for suffix in (".ipynb", ".html"):
            report = reports / f"{source.stem}{suffix}"
            if not report.is_file() or report.stat().st_size < 5_000:
                found.append(f"{report.name} is missing or empty")
        run = reports / f"{source.stem}.ipynb"
        if run.is_file():
            cells = json.loads(run.read_text(encoding="utf-8"))["cells"]
            outputs = [out for cell in cells for out in cell.get("outputs", [])]
            if any(out["output_type"] == "error" for out in outputs):
                found.append(f"{run.name} carries a traceback")
            if not outputs:
                found.append(f"{run.name} was not run")
        page = reports / f"{source.stem}.html"
        if page.is_file() and "Traceback (most recent call last)" in page.read_text(encoding="utf-8"):
            found.append(f"{page.name} carries a traceback")
    return found


if __name__ == "__main__":
    wrong = faults(HERE / "reports", HERE / "notebooks")
    print("\n".join(wrong) if wrong else "every report is there, run and whole")
    sys.exit(1 if wrong else 0)
