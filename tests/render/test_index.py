"""The index: what each report found, systems sorted and mapped, and pages that stand without script."""

import re
from datetime import date

import nbformat
import pandas as pd
import pytest
from drawn_reports import code, notebook, prose, shown, small

from icslib import paths
from icslib.errors import RenderError
from icslib.exhibits import in_short, table
from icslib.render import render_report, write_index
from icslib.render.freshness import list_freshness


def profile(code_, surplus, columns=("measure", "value", "unit")):
    rows = [["Surplus or deficit", surplus, "GBP m"], ["Sickness absence", 5.25, "percent"]]
    return notebook(
        prose("06-01", "# 06 System profile\nHow does it stand?"),
        code("06-02", 'system: str = ""', tags=["parameters"]),
        code(
            "06-05",
            "ics.table(headline)",
            shown(table(pd.DataFrame(rows, columns=columns), title="Headlines")),
            tags=["headline"],
        ),
        code("06-06", "ics.in_short()", shown(in_short(f"{code_} is in deficit.")), tags=["in-short"]),
        papermill={"parameters": {"system": code_}},
    )


@pytest.fixture
def reports(tmp_path):
    def put(name, made, page=True):
        nbformat.write(made, tmp_path / f"{name}.ipynb")
        if page:
            render_report(tmp_path / f"{name}.ipynb", tmp_path / f"{name}.html")

    national = small()
    national.metadata.papermill.parameters = {}
    put("01-deficits", national)
    put("01-deficits-last_fy-2023", small())
    for name, surplus in {"QOP": -80.0, "QHM": 3.5, "QT6": None}.items():
        put(f"06-system-profile-{name}", profile(name, surplus))
    put("03-outcome-lag", small(title="03 Outcome lag"), page=False)
    return tmp_path


def index(folder):
    return re.sub(r"\s+", " ", write_index(folder, on=date(2026, 11, 1)).read_text(encoding="utf-8")).replace(
        "\N{WORD JOINER}", ""
    )


def test_each_report_is_listed_with_what_it_found(reports):
    text = index(reports)
    assert '<a href="01-deficits.html">Deficits</a></h3> <p>Two of three systems are in deficit.</p>' in text
    assert '<a href="01-deficits-last_fy-2023.html">Deficits</a> <span class="quiet">last_fy = 2023</span>' in text
    assert '<h2 id="failures">Not made</h2> <ul><li>03-outcome-lag</li>' in text


def test_systems_have_name_region_and_headline_measures(reports):
    text = index(reports)
    row = re.search(r'<tr data-code="QOP".*?</tr>', text)[0]
    assert "Greater Manchester" in row and "North West" in row
    assert '<td class="n" data-value="-80.0">−£80.0m</td>' in row and ">5.2%<" in row
    assert '<td class="n" data-value="">–</td>' in re.search(r'<tr data-code="QT6".*?</tr>', text)[0]


def test_the_map_holds_every_system_once_links_those_with_a_report_and_shades_by_rank(reports):
    text = index(reports)
    tiles = dict(re.findall(r'<li class="([^"]+)" data-code="(\w+)"', text))
    assert len(re.findall(r'<li class="r\d+ c\d', text)) == 42 and len(tiles) == 42
    by_code = {name: place for place, name in tiles.items()}
    assert by_code["QOP"].endswith("s1") and by_code["QHM"].endswith("s3") and " s" not in by_code["QT6"]
    assert text.count('title="Bath, Swindon &amp; Wilts: no report"') == 1


def test_tiles_are_the_systems_of_the_vintage():
    from icslib.register import places

    tiles = pd.read_csv(paths.raw("reference", "tiles.csv"))
    assert set(tiles["code"]) == set(places(at="2022-07", type="system")["code"])
    assert not tiles.duplicated(["row", "column"]).any() and tiles["row"].max() <= 10 and tiles["column"].max() <= 7


def test_controls_are_hidden_until_the_script_runs_and_only_that_script_may_run(reports):
    text = write_index(reports, on=date(2026, 11, 1)).read_text(encoding="utf-8")
    assert '<form hidden id="controls"' in text and '<form hidden id="pair"' in text
    assert re.search(r"script-src 'sha256-[\w+/=]+'", text) and text.count("<script>") == 1
    assert "innerHTML" not in text


def test_a_report_of_a_system_without_headline_measures_is_no_profile(reports):
    nbformat.write(profile("QOQ", 1.0, columns=("name", "value", "unit")), reports / "06-x.ipynb")
    (reports / "06-x.html").write_text("")
    text = index(reports)
    assert 'data-code="QOQ" data-region' not in text and '<span class="quiet">system = QOQ</span>' in text


def test_a_notebook_that_cannot_be_read_is_named(reports):
    (reports / "07-bad.ipynb").write_text("{")
    with pytest.raises(RenderError, match=r"07-bad\.ipynb is not a notebook"):
        write_index(reports)


def test_overdue_is_judged_by_the_usual_interval():
    early, late = list_freshness(date(2000, 1, 1)), list_freshness(date(2100, 1, 1))
    assert early and not any(one["overdue"] for one in early)
    assert all(one["overdue"] for one in late if one["state"] == "current")


def test_hostile_titles_findings_and_parameters_stay_text(reports):
    nasty = '"><script>alert(1)</script>'
    made = small(title=nasty, finding=nasty, given={"system": "", "x": nasty})
    nbformat.write(made, reports / "09-odd.ipynb")
    render_report(reports / "09-odd.ipynb", reports / "09-odd.html")
    hostile = profile(nasty, 1.0)
    nbformat.write(hostile, reports / "06-odd.ipynb")
    render_report(reports / "06-odd.ipynb", reports / "06-odd.html")
    text = index(reports)
    assert "alert(1)" in text and "<script>alert" not in text
