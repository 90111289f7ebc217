"""What changed between two runs: figures paired by words, rows that come and go, prose, charts and causes."""

import json
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent / "render"))
from drawn_reports import SURPLUS, code, figure, shown, small

from icslib import cli
from icslib.changes import MOST, PICTURES, compare_reports, compare_tables, compare_words
from icslib.errors import RenderError
from icslib.exhibits import table
from icslib.render import render_report
from icslib.store.lineage import STAMP

OLD = """
system      | basis   | surplus
Ambleton    | outturn | -12.3
Ambleton    | plan    | -5.0
Brackley    | outturn | -4.0
"""
NEW = """
system      | basis   | surplus
Castle Vale | outturn | 3.1
Ambleton    | outturn | -12.3000001
Ambleton    | plan    | -6.0
"""


def record(drawn):
    lines = [[part.strip() for part in line.split("|")] for line in drawn.strip().splitlines()]
    frame = pd.DataFrame(lines[1:], columns=lines[0])
    frame[lines[0][-1]] = pd.to_numeric(frame[lines[0][-1]])
    return table(frame, title="T").record()


def bytes_of(made):
    return nbformat.writes(made).encode()


def test_rows_are_paired_by_their_words_not_their_place():
    figures, rows = compare_tables(record(OLD), record(NEW))
    assert figures == [{"row": "Ambleton, plan", "column": "surplus", "old": -5.0, "new": -6.0}]
    assert rows == [{"row": "Brackley, outturn", "what": "dropped"}, {"row": "Castle Vale, outturn", "what": "new"}]


def test_tolerance_is_a_share_of_the_figure_and_a_missing_figure_is_a_change():
    old, new = record("y | v\n2019 | 1000.0\n2020 | 0.0\n2021 | 5"), record("y | v\n2019 | 1000.5\n2020 | 0.0\n2021 | ")
    figures, _ = compare_tables(old, new, tolerance=0.001)
    assert [(one["row"], one["old"], one["new"]) for one in figures] == [("2021", 5.0, None)]
    assert len(compare_tables(old, new, tolerance=0.0001)[0]) == 2


def test_years_name_rows_when_words_do_not():
    old, new = (
        record("place | year | v\nA | 2019 | 1.5\nA | 2020 | 2.5"),
        record("place | year | v\nA | 2020 | 2.5\nA | 2021 | 3.5"),
    )
    assert compare_tables(old, new) == ([], [{"row": "A, 2019", "what": "dropped"}, {"row": "A, 2021", "what": "new"}])


def test_the_same_report_has_no_changes():
    found = compare_reports(bytes_of(small()), bytes_of(small()))
    assert not found["any"] and found["summary"] == "No figure, row, chart or sentence changed." and found["causes"] == []


def test_a_changed_report_says_what_and_why():
    values = SURPLUS.rename(index={"Brackley": "Dunmere"}).add([1.0, 0.0, 0.0])
    new = small(values, finding="All but one are in deficit.", given={"last_fy": 2022})
    new.cells[2].source += "\nimport icslib"
    found = compare_reports(bytes_of(small()), bytes_of(new))
    changed = {(one["row"], one["column"]): (one["old"], one["new"]) for one in found["figures"]}
    assert changed[("Ambleton", "surplus")] == (-12.3, pytest.approx(-11.3)) and ("Castle Vale", "surplus") not in changed
    assert {(one["row"], one["what"]) for one in found["rows"]} == {("Brackley", "dropped"), ("Dunmere", "new")}
    assert found["causes"] == ["Parameter last_fy was 2023, is 2022.", "Code changed in 1 cell: 01-03."]
    assert [one["anchor"] for one in found["charts"]] == ["figure-01-05"]
    assert [one["where"] for one in found["prose"]] == ["in short (01-07)"]
    assert found["summary"] == "2 figures changed in 2 exhibits; 2 new rows; 2 dropped rows; 1 chart redrawn; 1 passage reworded."


def stamp(seen):
    return nbformat.v4.new_output(
        "display_data", data={STAMP: {"sources": [], "tables": {"loans": seen}, "versions": {"pandas": "3.0"}}}
    )


def test_a_revised_table_is_named_as_cause():
    old, new = small(), small()
    old.cells.append(code("01-09", "ics.stamp()", stamp("aaa")))
    new.cells.append(code("01-09", "ics.stamp()", stamp("bbb")))
    assert compare_reports(bytes_of(old), bytes_of(new))["causes"] == ["Table loans is revised (was aaa, is bbb)."]


def test_an_exhibit_that_comes_or_goes_is_named():
    new = small()
    new.cells.append(code("01-20", "ics.table(x)", shown(table(pd.DataFrame({"a": [1]}), title="One more"))))
    found = compare_reports(bytes_of(small()), bytes_of(new))
    assert found["exhibits"] == [{"title": "One more", "what": "new"}]
    assert compare_reports(bytes_of(new), bytes_of(small()))["exhibits"] == [{"title": "One more", "what": "dropped"}]


def test_the_report_shows_the_changes_and_leads_to_the_exhibits(tmp_path):
    new = small(SURPLUS * 2)
    found = compare_reports(bytes_of(small()), bytes_of(new))
    (tmp_path / "r.ipynb").write_bytes(bytes_of(new))
    text = render_report(tmp_path / "r.ipynb", tmp_path / "r.html", found).read_text(encoding="utf-8")
    assert 'id="changes"' in text and '<a href="#figure-01-05">Two of three systems are in deficit</a>' in text
    assert "−12.3" in text and "−24.6" in text and text.count("<svg") == 3
    assert 'id="changes"' not in render_report(tmp_path / "r.ipynb", tmp_path / "r.html").read_text(encoding="utf-8")


def test_the_command_compares_folders_writes_a_page_and_tells_by_its_exit_code(tmp_path, capsys):
    for folder, values in {"old": SURPLUS, "new": SURPLUS * 2}.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "01-deficits.ipynb").write_bytes(bytes_of(small(values)))
    (tmp_path / "new" / "02-more.ipynb").write_bytes(bytes_of(small()))
    old, new, page = str(tmp_path / "old"), str(tmp_path / "new"), tmp_path / "diff.html"
    assert cli.main(["diff", old, new, "--html", str(page)]) == 1
    said = capsys.readouterr().out
    assert "01-deficits: 6 figures changed in 2 exhibits; 1 chart redrawn." in said and "02-more: The report is new." in said
    assert "2 of 2 reports changed" in page.read_text(encoding="utf-8")
    assert cli.main(["diff", old, old]) == 0
    assert cli.main(["diff", f"{old}/01-deficits.html", f"{new}/01-deficits.html"]) == 1
    assert cli.main(["diff", f"{old}/none.ipynb", f"{new}/01-deficits.ipynb"]) == 1
    assert "none.ipynb is not there" in capsys.readouterr().err


def test_what_stays_of_a_long_passage_is_told_by_its_ends():
    words = " ".join(f"w{spot}" for spot in range(200))
    (kind, start), *rest = compare_words(f"{words} 31.", f"{words} 33.")
    assert kind == "same" and start.startswith("w0 w1 ") and " … w" in start and start.endswith("w199 ") and len(start) < 150
    assert rest == [("gone", "31."), ("new", "33.")]


def test_many_changes_are_told_from_the_biggest_and_the_rest_counted(tmp_path):
    """Figures of 60 systems grow by 1 to 60 parts in a thousand; eight charts show them, one more is drawn anew from the same."""
    values = pd.Series(100.0, index=[f"S{spot:02}" for spot in range(60)], name="surplus")
    grown = values * [1 + spot / 1000 for spot in range(1, 61)]

    def report(series, colour):
        made = small(SURPLUS)
        made.cells += [code(f"01-2{spot}", "x", shown(figure(series, title=f"Figure {spot}"))) for spot in range(8)]
        made.cells.append(code("01-30", "x", shown(figure(SURPLUS, title="Only redrawn", alt=colour))))
        return made

    found = compare_reports(bytes_of(report(values, "blue")), bytes_of(report(grown, "red")))
    assert len(found["figures"]) == MOST and found["more"]["figures"] == 8 * 60 - MOST
    assert {one["row"] for one in found["figures"][:8]} == {"S59"} and found["summary"].startswith(
        "480 figures changed in 8 exhibits"
    )
    assert sum("old" in one for one in found["charts"]) == PICTURES and "old" not in found["charts"][-1]
    assert len(json.dumps(found)) < 400_000
    (tmp_path / "r.ipynb").write_bytes(bytes_of(report(grown, "red")))
    text = render_report(tmp_path / "r.ipynb", tmp_path / "r.html", found).read_text(encoding="utf-8")
    assert "And 450 more changed figures" in text and 'first few: <a href="#figure-01-26">Figure 6</a>; ' in text


def test_what_is_no_notebook_is_refused():
    with pytest.raises(RenderError, match="older report is not a notebook"):
        compare_reports(b"[]", bytes_of(small()))
