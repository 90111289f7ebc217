"""A replaced report says what changed; the first says nothing, and the same run again gives the same page."""

import sys
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).parent.parent / "render"))
from drawn_reports import SURPLUS, small

from icslib.runs.history import with_changes


def bytes_of(values):
    return nbformat.writes(small(values)).encode()


def test_the_first_report_says_nothing_and_the_next_what_changed_and_the_same_again_the_same(tmp_path):
    first, second = bytes_of(SURPLUS), bytes_of(SURPLUS * 2)
    assert with_changes(tmp_path, "r", first, b"page") == b"page"
    (tmp_path / "r.ipynb").write_bytes(first)
    assert with_changes(tmp_path, "r", first, b"page") == b"page"
    page = with_changes(tmp_path, "r", second, b"page")
    assert b'id="changes"' in page and b"6 figures changed in 2 exhibits" in page
    (tmp_path / "r.ipynb").write_bytes(second)
    assert with_changes(tmp_path, "r", second, b"page") == page


def test_an_old_report_that_cannot_be_read_is_as_none(tmp_path):
    (tmp_path / "r.ipynb").write_text("{")
    assert with_changes(tmp_path, "r", bytes_of(SURPLUS), b"page") == b"page"
    assert not (tmp_path / "runs").exists()
