"""The executed reports in ``reports/`` are what their notebooks give now, by nbval, to the numbers behind each chart."""

import copy
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NATIONAL = [path for path in sorted((ROOT / "reports").glob("[0-9]*.ipynb")) if "--" not in path.stem]


def nbval(*notebooks: Path):
    """Run nbval on executed notebooks with our way to compare, up to the first cell that fails."""
    asked = [
        "--nbval",
        "--nbval-current-env",
        "--nbval-cell-timeout=120",
        "-x",
        "-p",
        "agreement",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
    ]
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE), str(ROOT)]), "MPLBACKEND": "", "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "--color=no", "-o", "addopts=", *asked, *map(str, notebooks)]
    return subprocess.run(command, capture_output=True, text=True, env=env, cwd=ROOT, check=False)


@pytest.mark.skipif(not NATIONAL, reason="no executed reports here: run 'icslib run' first")
def test_the_reports_are_what_the_notebooks_give():
    done = nbval(*NATIONAL)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_a_bad_magic_fails_and_nothing_after_it_is_tried(tmp_path):
    cells = [nbformat.v4.new_code_cell(text, execution_count=1) for text in ("%no_such_magic", "1 / 0")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "bad.ipynb")
    done = nbval(tmp_path / "bad.ipynb")
    assert done.returncode == 1 and "UsageError" in done.stdout
    assert "1 failed" in done.stdout and "ZeroDivisionError" not in done.stdout


def exhibit(**changed):
    from agreement import MIME

    record = {
        "kind": "figure",
        "title": "31 of 42",
        "subtitle": "",
        "unit": "GBP m",
        "notes": [],
        "alt": "A chart.",
        "columns": ["place", "value"],
    }
    record |= {"rows": [["QOP", -12.5], ["QHM", 3.0]], "cells": {}, "sources": []} | changed
    return [nbformat.v4.new_output("display_data", data={MIME: record, "text/html": "<svg/>", "text/plain": "x"})]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, []),
        ({"rows": [["QOP", -12.5 * (1 + 1e-9)], ["QHM", 3.0]]}, []),
        ({"rows": [["QOP", -12.6], ["QHM", 3.0]]}, ["QOP, value: -12.5 is now -12.6"]),
        ({"rows": [["QOP", -12.5]]}, ["QHM is dropped"]),
        ({"title": "32 of 42"}, ["31 is now 32"]),
        ({"unit": "GBP"}, ["'GBP m' is now 'GBP'"]),
    ],
)
def test_the_numbers_behind_a_chart_are_compared_and_its_picture_is_not(monkeypatch, changed, said):
    monkeypatch.syspath_prepend(str(HERE))
    from agreement import differences

    new = copy.deepcopy(exhibit(**changed))
    new[0]["data"]["text/html"] = "<svg>drawn by another version</svg>"
    assert differences(exhibit(), new) == said


def test_text_is_compared_by_words_and_numbers_within_the_tolerance(monkeypatch):
    monkeypatch.syspath_prepend(str(HERE))
    from agreement import compare_text, differences

    assert compare_text("mean 0.30000000000000004 <A at 0x7f01>", "mean 0.3 <A at 0x7f99>") == ""
    assert compare_text("1,204 beds", "1,205 beds") == "1,204 is now 1,205"
    warned = [nbformat.v4.new_output("stream", name="stderr", text="UserWarning: careful\n")]
    elsewhere = [nbformat.v4.new_output("stream", name="stderr", text="/home/a/b.py:3: UserWarning: careful\n  warn()\n")]
    assert differences(warned, elsewhere) == []
    assert differences([], elsewhere) != []
    assert json.dumps(differences(warned, [])) != "[]"
