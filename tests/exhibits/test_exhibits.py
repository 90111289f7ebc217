"""Exhibits: what a reader is given with every figure, and that data can only ever be text in it."""

import csv
import io
import re
import subprocess
import sys
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import unquote

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from icslib import exhibits, style
from icslib.errors import ExhibitError
from icslib.exhibits import Exhibit, charts, in_short, words
from icslib.exhibits.core import IN_SHORT, MIME
from icslib.exhibits.markup import LONGEST, write_csv, write_exhibit
from icslib.render.provenance import Cells

SURPLUS = pd.Series({"Ambleton": -12.3, "Brackley": -4.0, "Castle Vale": 3.1}, name="surplus")
NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "<svg onload=alert(1)>",
    "=cmd|' /C calc'!A0",
]


def figure(values=SURPLUS, **fields):
    told = {
        "kind": "figure", "title": "Two of three in deficit", "data": values.rename_axis("system").reset_index(), "unit": "GBP m",
        "alt": words.describe_ranking(values, "GBP m"), "draw": lambda blank: charts.ranked_dots(blank.subplots(), values, unit="GBP m"),
    }  # fmt: skip
    return Exhibit(**{**told, **fields})


class Seen(HTMLParser):
    """Elements and attributes that a browser would make of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.text, self.links = set(), [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        self.links += [(tag, attrs)] if tag == "a" else []

    def handle_data(self, data):
        self.text.append(data)


class Listed:
    """Stands for a page's lists of cells: one cell is printed there, several make a figure."""

    def __init__(self):
        self.asked = []

    def link(self, refs, value):
        self.asked.append((refs, value))
        return f"#{'c' if len(refs) == 1 else 'm'}{len(self.asked)}"

    def listing(self):
        return f"<p>{len(self.asked)} lists</p>"


def html(exhibit, **options):
    return write_exhibit(exhibit.record(), exhibit.svg(), **options)


def test_a_figure_carries_finding_unit_alt_data_and_download():
    page = html(figure(notes=("Unaudited.",), sources=("nowhere",)), number="Figure 3", anchor="figure-01-05")
    assert '<figure class="exhibit" id="figure-01-05">' in page and "Figure 3" in page
    assert "£ million" in page and "Unaudited." in page and "nowhere" in page
    assert 'aria-label="3 places, from −£12.3m to £3.1m' in page
    assert "<caption>" in page and page.count("scope=row") == 3 and page.count("scope=col") == 2
    assert '<table class="n2">' in page and "<td>−12.3<" in page
    packed = re.search(r'charset=utf-8,([^"]+)', page)[1]
    rows = list(csv.reader(io.StringIO(unquote(packed).removeprefix("\ufeff"))))
    assert rows == [["system", "surplus"], ["Ambleton", "-12.3"], ["Brackley", "-4"], ["Castle Vale", "3.1"]]


def test_a_download_holds_whatever_the_data_hold():
    values = pd.Series([1 / 3, 2.0], index=['50% & more, "so" called #1\r\nand\tmore', "Ysbyty – £"], name="surplus")
    page = html(figure(kind="table", data=values.rename_axis("system").reset_index(), draw=None))
    packed = dict(next(attrs for tag, attrs in Seen(page).links if "download" in dict(attrs)))["href"].partition(",")[2]
    rows = list(csv.reader(io.StringIO(unquote(packed).removeprefix("\ufeff"), newline="")))
    assert rows[1:] == [[values.index[0], "0.3333333333"], [values.index[1], "2"]]


def test_each_value_links_to_its_own_cells():
    data = pd.DataFrame({
        "system": ["Ambleton", "Brackley"], "plan": [1.0, 2.0], "outturn": [3.0, np.nan],
        "cells": [("m12!T3!B5",), ("m12!T3!B6",)], "cells:outturn": [("m12!T3!C5", "m12!T3!C6"), ("m12!T3!C6",)],
    })  # fmt: skip
    links = Listed()
    page = html(figure(kind="table", data=data, draw=None), links=links)
    # a missing value has no link
    assert links.asked == [(["m12!T3!B5"], 1.0), (["m12!T3!C5", "m12!T3!C6"], 3.0), (["m12!T3!B6"], 2.0)]
    assert "<a href=#m2>3</a>" in page and "<p>3 lists</p></details>" in page and "Cells<" not in page
    assert "Plan<small>as printed</small>" in page and "Outturn<small>made from cells</small>" in page
    assert "m12!T3!C5:C6" in write_csv(figure(data=data).record())


def test_nothing_in_the_data_becomes_markup_or_a_formula():
    values = pd.Series(range(len(NASTY)), index=NASTY, dtype=float)
    exhibit = figure(
        values, title=NASTY[0], subtitle=NASTY[1], notes=(NASTY[3],), sources=(NASTY[1],), alt=NASTY[1], unit=NASTY[3]
    )
    seen = Seen(html(exhibit, number="Figure 1", anchor="a"))
    assert not seen.tags & {"script", "img", "iframe", "object", "style"}
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    addresses = [value for name, value in seen.attributes if name in ("href", "src")]
    assert all(value.startswith(("#", "data:text/csv")) for value in addresses)
    assert NASTY[0] in "".join(seen.text)
    assert "'=cmd" in write_csv(exhibit.record()) and "\n=cmd" not in write_csv(exhibit.record())


def test_svg_is_the_same_bytes_keeps_text_and_has_no_styles_or_foreign_ids():
    first, second = figure().svg(), figure().svg()
    assert first == second
    assert ">Castle Vale</text>" in first
    assert "style=" not in first and "<style" not in first and "<metadata" not in first
    ids = re.findall(r' id="([^"]+)"', first)
    assert all(re.match(r"f[0-9a-f]{6}-", name) for name in ids)
    assert set(re.findall(r"#(f[0-9a-f]{6}-[\w.-]+)", first)) == set(ids)
    other = figure(SURPLUS * 2, alt="another").svg()
    assert not set(ids) & set(re.findall(r' id="([^"]+)"', other))


def test_lines_drawn_alike_are_one_path_and_what_shapes_share_is_said_once():
    gaps = SURPLUS.where(SURPLUS < 0)
    drawn = figure(draw=lambda g: charts.ranked_dots(g.subplots(), SURPLUS, unit="GBP m", low=gaps - 1, high=gaps + 1)).svg()
    lines = [re.search(' d="([^"]+)', path)[1] for path in re.findall("<path[^>]+>", drawn) if f'stroke="{style.ALL}"' in path]
    assert len(lines) == 1 and lines[0].count("M") == lines[0].count("L") == 2  # the line of a gap is none
    names = re.search(r"<g [^>]*>((?:<text[^>]*>[^<]+</text>)+)</g>", drawn[drawn.index(">Ambleton<") - 200 :])[1]
    assert names.count("<text") == 3 and "fill" not in names


def test_figures_use_only_the_colours_of_the_house():
    frame = pd.DataFrame({name: [1.0, -2.0, 3.0] for name in "abc"}, index=[2019, 2020, 2021])
    effects = pd.DataFrame({"estimate": [1.0, -1.0], "low": [0.0, -2.0], "high": [2.0, 0.0], "supported": [True, False]})
    drawings = [
        lambda g: charts.ranked_dots(
            g.subplots(), SURPLUS, unit="GBP m", asked="Brackley", low=SURPLUS - 1, high=SURPLUS + 1, reference=0.0
        ),
        lambda g: charts.lines(g.subplots(), frame, unit="percent", bands={"a": (frame["a"] - 1, frame["a"] + 1)}),
        lambda g: charts.bars(g.subplots(), SURPLUS, unit="GBP m"),
        lambda g: charts.columns(g.subplots(), SURPLUS, unit="GBP m"),
        lambda g: charts.caterpillar(g.subplots(), effects, unit="percent"),
        lambda g: charts.scatter(g.subplots(), frame, "a", "b", xunit="x", unit="y", asked=[2019]),
        lambda g: charts.bridge(g.subplots(), ("before", 3.0), {"one-off": -5.0, "other": 1.0}, "after", unit="GBP m"),
        lambda g: charts.small_multiples(g, dict(frame.items()), lambda ax, part: charts.lines(ax, part, unit="%")),
    ]
    allowed = {colour for colour in style.DARK} | {"none"}
    for draw in drawings:
        drawn = figure(draw=draw).svg()
        assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawn)) <= allowed


def drawn_on(draw):
    from matplotlib.figure import Figure

    with mpl.rc_context(style.settings()):
        return draw(Figure().subplots())


def test_ranked_dots_are_ranked_named_and_leave_gaps_out():
    ax = drawn_on(lambda ax: charts.ranked_dots(ax, pd.Series({"B": -4.0, "A": 3.0, "C": np.nan}), unit="GBP m", asked="B"))
    assert [name.get_text() for name in ax.texts] == ["B", "A"]
    assert ax.collections[0].get_offsets().data.tolist() == [[-4.0, 0.0], [3.0, 1.0]]
    assert [name.get_color() for name in ax.texts] == [style.ASKED, style.INK]


def test_bars_keep_the_zero_line_when_all_values_are_on_one_side():
    ax = drawn_on(lambda ax: charts.bars(ax, pd.Series({"A": -5.0, "B": -3.0}), unit="GBP m"))
    assert [list(line.get_xdata()) for line in ax.lines] == [[0, 0]]
    assert ax.get_xlim()[1] >= 0


def test_a_bridge_ends_at_the_sum_of_its_steps():
    ax = drawn_on(lambda ax: charts.bridge(ax, ("before", -10.0), {"one-off": -22.0, "planned": 11.0}, "after", unit="GBP m"))
    spans = {
        round(bar.get_y() + bar.get_height() / 2): sorted([bar.get_x(), bar.get_x() + bar.get_width()]) for bar in ax.patches
    }
    assert spans == {3: [-10, 0], 2: [-32, -10], 1: [-32, -21], 0: [-21, 0]}


def test_a_gap_in_the_data_is_a_gap_in_the_line():
    series = pd.Series([1.0, np.nan, 3.0], index=[2019, 2020, 2021], name="a")
    ax = drawn_on(lambda ax: charts.lines(ax, series, unit="percent"))
    assert np.isnan(ax.lines[0].get_ydata()[1])


def test_long_tables_are_cut_in_the_page_and_whole_in_the_download():
    long = pd.DataFrame({"n": range(LONGEST + 50)})
    exhibit = figure(kind="table", data=long, draw=None)
    page = html(exhibit)
    assert f"The first {LONGEST} of {LONGEST + 50} rows" in page and page.count("<tr>") == LONGEST + 1
    assert write_csv(exhibit.record()).count("\n") == LONGEST + 51


def test_the_record_is_plain_json_whatever_the_column_types():
    import json

    data = pd.DataFrame({
        "when": pd.to_datetime(["2024-03-31", None]), "n": pd.array([1, None], dtype="Int64"), "x": [np.float32(0.5), np.nan],
        "yes": [True, False], "name": pd.Categorical(["a", None]),
    })  # fmt: skip
    record = json.loads(json.dumps(figure(data=data).record(), allow_nan=False))
    assert record["rows"] == [["2024-03-31", 1, 0.5, True, "a"], [None, None, None, False, None]]


@dataclass(frozen=True, eq=False)
class Odd:
    finding: str = "Nothing."


def test_what_cannot_be_drawn_says_so():
    with pytest.raises(ExhibitError, match="no plot of a Odd"):
        exhibits.plot(Odd())
    with pytest.raises(ExhibitError, match="alt="):
        figure(alt="")
    with pytest.raises(ExhibitError, match="'chart'"):
        figure(kind="chart")


def test_drawings_of_a_room_are_found_when_its_result_is_first_drawn(tmp_path, monkeypatch):
    (tmp_path / "beehives.py").write_text(
        "from icslib.exhibits import Exhibit, plot\nfrom icslib.beehives_count import Hives\nimport pandas as pd\n"
        "@plot.register\ndef _(result: Hives, asked=''):\n"
        "    return Exhibit('table', f'{result.n} hives {asked}', pd.DataFrame({'n': [result.n]}))\n"
    )
    monkeypatch.setattr(exhibits, "__path__", [*exhibits.__path__, str(tmp_path)])
    hives = type("Hives", (), {"n": 7, "__module__": "icslib.beehives_count"})
    monkeypatch.setitem(sys.modules, "icslib.beehives_count", type(sys)("icslib.beehives_count"))
    sys.modules["icslib.beehives_count"].Hives = hives
    assert exhibits.plot(hives(), asked="here").title == "7 hives here"


def test_in_short_lists_findings_of_results_and_titles_of_exhibits():
    bundle = in_short(Odd(), figure(), "And <b>this</b>.")._repr_mimebundle_()
    assert bundle[IN_SHORT] == ["Nothing.", "Two of three in deficit.", "And <b>this</b>."]
    assert "<li>And &lt;b&gt;this&lt;/b&gt;.</li>" in bundle["text/html"]


def test_a_notebook_output_has_html_text_and_a_record():
    bundle = figure()._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", MIME}
    assert bundle["text/plain"] == "Figure: Two of three in deficit (GBP m, 3 rows)"


def test_importing_the_room_does_not_import_matplotlib():
    code = "import sys, icslib; icslib.plot; icslib.table; icslib.in_short; print('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"


def test_words_say_level_range_who_stands_out_and_trend():
    told = words.describe_ranking(pd.Series({"A": -2.0, "B": np.nan, "C": 4.0, "D": 1.0}), "GBP m", asked="D", marked=1)
    assert "3 places, from −£2.0m to £4.0m, median £1.0m." in told
    assert "D: £1.0m, 2 of 3 from the lowest." in told and "1 without a figure." in told
    assert "a fall of £3.0m" in words.describe_trend(pd.Series({2019: 5.0, 2020: np.nan, 2021: 2.0}), "GBP m")
    frame = pd.DataFrame({"estimate": [1.0, -3.0], "low": [-1.0, -4.0], "high": [3.0, -2.0]}, index=["lag 0", "lag 1"])
    told = words.describe_intervals(frame, "percent")
    assert "2 estimates with 95% interval; 1 clear of" in told and "Furthest: lag 1, −3.0% (−4.0% to −2.0%)" in told


def test_cells_of_a_row_are_behind_its_figures_not_its_years_or_names():
    data = pd.DataFrame({"system": ["Ambleton"], "fy": [2024], "plan": [1.5], "cells": [("m12!T3!B5",)]})
    page = html(figure(kind="table", data=data, draw=None), links=Listed())
    assert "<a href=#c1>1.50</a>" in page and "<td>2024<" in page and page.count("<a href=#c") == 1
    worded = data.assign(plan="−£5.0m plan", fy="2023-24")
    page = html(figure(kind="table", data=worded, draw=None), links=Listed())
    assert page.count("<a href=#c") == 1 and "<a href=#c1>−£5.0m plan</a>" in page  # a year in words is no figure either


def test_numbers_without_a_link_say_what_they_are_made_from():
    data = pd.DataFrame({"place": ["A", "B"], "value": [1.0, 2.0], "model": [0.5, 0.7], "cells:value": [("s!!B2",), ("s!!B3",)]})

    def said(**fields):
        page = write_exhibit(exhibits.table(data, title="t", **fields).record(), links=Cells("x"))
        return re.findall(r"Numbers without a link[^<]*", page)

    assert said() == ["Numbers without a link are made from those with one."]
    assert said(sources=("s", "p!Page 1!C2", "p!Page 1!C3", "s!!B2")) == [
        "Numbers without a link are made from 2 cells: p, sheet Page 1: C2:C3."
    ]
    record = exhibits.table(data.drop(columns="cells:value"), title="t", sources=("p!Page 1!C2", "p!Page 1!C3")).record()
    assert [one["id"] for one in record["sources"]] == ["p"] and record["behind"] == [["p", "Page 1", "C2:C3"]]
