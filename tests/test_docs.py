"""The documents say what is so."""

import re
import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_data_dictionary_is_what_the_catalog_and_measures_make():
    made = runpy.run_path(str(ROOT / "tools" / "data_dictionary.py"))["write_dictionary"]()
    assert (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8") == made, "run: python tools/data_dictionary.py"


def test_every_link_between_our_pages_leads_somewhere():
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    dead = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not dead


def test_the_lines_of_python_in_the_readme_run_as_written(monkeypatch):
    monkeypatch.chdir(ROOT)
    [block] = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    exec(compile(block, "README.md", "exec"), {})


def test_the_lines_that_drift_is_said_of_are_those_of_the_file():
    page = (ROOT / "docs" / "add-a-source.md").read_text(encoding="utf-8")
    headers = (ROOT / "data" / "raw" / "reference" / "headers.csv").read_text(encoding="utf-8").splitlines()
    found = [line for line, row in enumerate(headers, 1) if row.startswith("sickness_absence,")]
    moved = headers.index("sickness_absence,ORG_TYPE,") + 1
    assert f"(line {moved})" in page and f"lines {found[0]} to {found[-1]} of" in page
