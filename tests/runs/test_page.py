"""A replaced report says what changed; the first says nothing, and the same run again gives the same page."""

import sys
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).parent.parent / "render"))
from drawn_reports import SURPLUS, small

from icslib.runs.inputs import hash_bytes
from icslib.runs.page import make_html


def bytes_of(values):
    return nbformat.writes(small(values)).encode()


def test_the_first_report_says_nothing_and_the_next_what_changed_and_the_same_again_the_same(tmp_path):
    first, second = bytes_of(SURPLUS), bytes_of(SURPLUS * 2)
    alone = make_html(tmp_path, "r", first)
    assert b'id="changes"' not in alone[0] and alone[1] == ""
    (tmp_path / "r.ipynb").write_bytes(first)
    assert make_html(tmp_path, "r", first) == alone
    page, before = make_html(tmp_path, "r", second)
    assert b'id="changes"' in page and b"6 figures changed in 2 exhibits" in page and before == hash_bytes(first)
    assert make_html(tmp_path, "r", first) == alone, "killed before the second was in place, and taken back"
    (tmp_path / "r.ipynb").write_bytes(second)
    assert make_html(tmp_path, "r", second) == (page, before)


def test_from_the_same_report_before_any_machine_makes_the_same_page_and_without_one_the_page_alone(tmp_path):
    first, second = bytes_of(SURPLUS), bytes_of(SURPLUS * 2)
    made = []
    for machine in ("here", "there", "new"):
        (tmp_path / machine).mkdir()
        if machine != "new":
            (tmp_path / machine / "r.ipynb").write_bytes(first)
        made.append(make_html(tmp_path / machine, "r", second))
    assert made[0] == made[1] and made[2][1] == "" and b'id="changes"' not in made[2][0]


def test_an_old_report_that_cannot_be_read_is_as_none(tmp_path):
    alone = make_html(tmp_path, "r", bytes_of(SURPLUS))
    (tmp_path / "r.ipynb").write_text("{")
    assert make_html(tmp_path, "r", bytes_of(SURPLUS)) == alone
    assert not list(tmp_path.glob("runs/*"))
