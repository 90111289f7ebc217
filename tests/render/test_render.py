"""From an executed notebook to a page: what is lifted, numbered, linked, hidden, and kept out."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import nbformat
import pandas as pd
import pytest
from drawn_reports import code, figure, notebook, prose, shown, small
from markupsafe import escape

from icslib import paths
from icslib.errors import RenderError
from icslib.exhibits import table
from icslib.render import render_report


@pytest.fixture
def page(tmp_path):
    def make(made):
        nbformat.write(made, tmp_path / "in.ipynb")
        return render_report(tmp_path / "in.ipynb", tmp_path / "out.html").read_text(encoding="utf-8")

    return make


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.tags, self.attributes = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self.ids += [value for name, value in attrs if name == "id"]
        self.links += [value for name, value in attrs if name == "href"]


def test_findings_come_first_and_the_question_is_the_lead(page):
    text = page(small())
    assert "<h1>Deficits</h1>" in text and "<title>Deficits</title>" in text
    order = [text.index(part) for part in ("<h1>", "Which systems are in deficit?", "In short</h2>", "Contents</h2>", "Where they stand</h2>",
                                           'id="parameters"', 'id="sources"')]  # fmt: skip
    assert order == sorted(order)
    assert "<li>Two of three systems are in deficit.</li>" in text


def test_every_link_within_the_page_has_a_target_and_no_id_is_used_twice(page):
    seen = Page(page(small()))
    assert len(seen.ids) == len(set(seen.ids))
    assert {link[1:] for link in seen.links if link.startswith("#")} <= set(seen.ids)


def test_exhibits_are_numbered_and_prose_refers_to_them_by_cell(page):
    text = page(small())
    assert 'id="figure-01-05"' in text and 'id="table-01-06"' in text
    assert '<a href="#figure-01-05">Figure 1</a> so: left is worse.' in text
    before = small()
    before.cells.insert(3, code("01-99", "ics.plot(other)", shown(figure(title="An earlier figure"))))
    text = page(before)
    assert '<a href="#figure-01-05">Figure 2</a> so' in text  # the anchor stays, the number moves


def test_each_number_leads_to_its_cell(page):
    text = page(small())
    address = re.search(r"<a href=#(m[\w-]{4})>−12.3</a>", text)[1]
    assert f"<li id={address}>Made from positions, sheet Table 3: C5" in text  # a cell the store does not hold proves nothing


def test_a_link_says_whether_its_number_is_printed_in_the_cell_or_made_from_it(page):
    from icslib import store
    from icslib.tidy import cell_refs

    rows = store.load("finances_national").dropna(subset=["value"]).iloc[:3]
    one, both, value = [(ref,) for ref in cell_refs(rows)], tuple(cell_refs(rows)), rows["value"].to_numpy()
    data = pd.DataFrame({
        "name": ["a", "b", "c"], "same": value, "in thousands": value * 1000, "other": value + 0.5, "said": [f"£{v:.1f}m" for v in value],
        "all": value.sum(), **{f"cells:{name}": one for name in ("same", "in thousands", "other", "said")}, "cells:all": [both] * 3,
    })  # fmt: skip
    text = page(notebook(prose("a", "# T"), code("b", "ics.table(x)", shown(table(data, title="T")))))
    heads = dict(re.findall(r"<th scope=col>([\w ]+)(?:<small>([\w ]+)</small>)?", text))
    assert heads == {"Name": "", "Same": "as printed", "In thousands": "as printed", "Other": "made from cells", "Said": "as printed",
                     "All": "made from cells"}  # fmt: skip
    targets = re.findall(r"<td><a href=#([cm])[\w-]{4,}>", text)
    assert "".join(targets) == "ccmcm" * 3
    assert re.search(r"<li id=m[\w-]{4}>Made from 3 cells: finances_national: E2:E4", text)


def test_parameters_are_a_table_with_what_was_given_and_the_default(page):
    text = re.sub(r"\s+", " ", page(small(given={"last_fy": 2023})))
    assert "<code>last_fy</code></th><td><strong>2023</strong></td><td>2024</td><td>last financial year" in text
    assert "(2010 to 2026)" in text
    assert "<code>system</code></th><td>(empty)</td>" in text
    assert "<td>2024</td><td>2024</td>" in re.sub(r"\s+", " ", page(small(given={"last_fy": 2024})))


def test_code_is_there_folded_and_coloured(page):
    text = page(small())
    assert text.count('<details class="code">') >= 2 and "<details open" not in text
    assert '<span class="kn">import</span>' in text


def test_a_failed_run_is_said_at_the_top_and_where_it_stopped(page):
    broken = small()
    broken.cells.append(
        code(
            "01-08",
            "1/0",
            nbformat.v4.new_output(
                "error", ename="ZeroDivisionError", evalue="<b>no</b>", traceback=["\x1b[31mat line 1\x1b[0m"]
            ),
        )
    )
    text = page(broken)
    assert text.index("This report did not finish") < text.index('<h2 id="contents">')
    assert "&lt;b&gt;no&lt;/b&gt;" in text and "at line 1" in text and "\x1b" not in text


def test_the_policy_admits_our_stylesheet_and_nothing_else(page):
    text = page(small())
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1]
    css = re.search(r"<style>(.*?)</style>", text, re.S)[1]
    allowed = b64encode(sha256(css.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{allowed}'; img-src data:; base-uri 'none'; form-action 'none'"
    seen = Page(text)
    assert not {"script", "link", "iframe", "img"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name == "style" or name.startswith("on")]


NASTY = '<img src=x onerror=alert(1)><script>alert(2)</script><a href="javascript:alert(3)">x</a><svg onload=alert(4)></svg><p style="color:red">kept</p>'


@pytest.mark.parametrize("mime", ["text/html", "text/markdown", "text/plain"])
def test_an_output_cannot_bring_markup_that_acts(page, mime):
    output = nbformat.v4.new_output("display_data", data={mime: NASTY})
    text = page(
        notebook(
            prose("a", "# T"),
            code("b", "x", output),
            prose("c", NASTY + " [y](javascript:alert(5)) ![z](https://elsewhere.example/z.png)"),
        )
    )
    seen = Page(text)
    assert not {"script", "img", "svg"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name == "style" or name.startswith("on")]
    assert not [link for link in seen.links if link.lower().startswith("javascript")]
    assert "kept" in text


def test_the_same_notebook_gives_the_same_bytes(page):
    assert page(small()) == page(small())


def test_nbconvert_gives_the_same_page(page, tmp_path):
    from icslib.render.exporter import ReportExporter

    ours = page(small())
    theirs, about = ReportExporter().from_filename(str(tmp_path / "in.ipynb"))
    assert theirs == ours and about["output_extension"] == ".html"


def test_every_report_made_here_is_small_without_its_figures(tmp_path):
    """Without figures: less each drawing and what is folded beneath it, its data as table, download and list of cells."""
    found = sorted(paths.reports().glob("0*.ipynb"))
    made = [path for path in found if "--" not in path.stem] + [path for path in found if "--" in path.stem][:1]
    if not made:
        pytest.skip("no reports are made here: 'icslib run' makes them")
    for path in made:
        text = render_report(path, tmp_path / "page.html").read_text(encoding="utf-8")
        bare = re.sub(r'<svg.*?</svg>|<details class="data">.*?</details>', "", text, flags=re.S)
        assert len(bare.encode()) < 80_000, path.stem


def test_what_is_no_notebook_is_refused_and_the_old_page_stays(tmp_path):
    old, bad = tmp_path / "out.html", tmp_path / "bad.ipynb"
    old.write_text("old")
    bad.write_text("{")
    with pytest.raises(RenderError, match=r"bad\.ipynb is not a notebook"):
        render_report(bad, old)
    assert old.read_text() == "old"


def test_a_cell_of_a_gathered_table_names_the_publication_of_its_row(page):
    from icslib import store
    from icslib.tidy import cell_refs

    rows = store.load("finances_national").iloc[:2]
    data = pd.DataFrame({"period": rows["period"], "surplus": rows["value"], "cells": [(ref,) for ref in cell_refs(rows)]})
    text = page(notebook(prose("a", "# T"), code("b", "ics.table(x)", shown(table(data, title="T")))))
    for row in rows.itertuples():
        assert f'<a href="{escape(row.address)}">{escape(row.title)}</a>' in text and escape(row.publisher) in text
        assert f">{row.column}{row.row}</i>" in text
