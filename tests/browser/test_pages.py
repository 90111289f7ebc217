"""Pages in a real browser: accessible, offline, keyboard, narrow, printed. Run where ICSLIB_BROWSER=1 and Chromium is installed."""

import os
import re
import shutil
import sys
from datetime import date
from pathlib import Path

import nbformat
import pandas as pd
import pytest

if os.environ.get("ICSLIB_BROWSER") != "1":
    pytest.skip("browser checks run where ICSLIB_BROWSER=1 and Chromium is installed", allow_module_level=True)

sys.path.insert(0, str(Path(__file__).parent.parent / "render"))
import axe_playwright_python
from drawn_reports import SURPLUS, code, figure, prose, shown, small
from playwright.sync_api import sync_playwright
from test_index import profile

from icslib import paths
from icslib.changes import compare_reports
from icslib.exhibits import table
from icslib.render import render_report, write_diff, write_index, write_pdf
from icslib.render.word import write_docx

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
NASTY = [
    "<script>window.acted=1</script>",
    '"><img src=https://elsewhere.example/x onerror="window.acted=1">',
    "javascript:window.acted=1",
]


def pages_drawn(folder):
    """A report with everything in it, one with an error, a comparison, an index."""
    whole = small(SURPLUS * 2)
    wide = pd.DataFrame({f"a rather long name of column {spot}": [1234567.0 + spot] for spot in range(12)})
    whole.cells += [
        prose("01-30", "## More\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[elsewhere](https://www.nao.org.uk)\n\n### Less\n`code`"),
        code("01-31", "ics.table(wide)", shown(table(wide, title="A wide table", unit="GBP"))),
        code(
            "01-32", "frame", nbformat.v4.new_output("execute_result", data={"text/html": wide._repr_html_(), "text/plain": ""})
        ),
        code("01-33", "print(1)", nbformat.v4.new_output("stream", name="stdout", text="x" * 300)),
        code(
            "01-34",
            "ics.plot(nasty)",
            shown(figure(pd.Series(range(3), index=NASTY, dtype=float), title=NASTY[0], notes=tuple(NASTY))),
        ),
    ]
    whole.cells.append(
        code("01-35", "1/0", nbformat.v4.new_output("error", ename="ZeroDivisionError", evalue=NASTY[1], traceback=["at line 1"]))
    )
    changes = compare_reports(nbformat.writes(small()).encode(), nbformat.writes(whole).encode())
    nbformat.write(whole, folder / "01-deficits.ipynb")
    render_report(folder / "01-deficits.ipynb", folder / "01-deficits.html", changes)
    for name, surplus in {"QOP": -80.0, "QHM": 3.5, "QT6": None, "QJK": 12.0}.items():
        nbformat.write(profile(name, surplus), folder / f"06-system-profile-{name}.ipynb")
        render_report(folder / f"06-system-profile-{name}.ipynb", folder / f"06-system-profile-{name}.html")
    write_index(folder, on=date(2026, 11, 1))
    write_diff({"01-deficits": changes}, folder / "diff.html", "old", "new", 1e-6)
    return ["01-deficits.html", "06-system-profile-QT6.html", "index.html", "diff.html"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    os.environ.setdefault("ICSLIB_HOME", str(Path(__file__).resolve().parents[2]))
    return [folder / name for name in pages_drawn(folder)]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Copies of the reports that were made here: the national ones, one of one system, and the index."""
    found = sorted(paths.reports().glob("*.html"))
    chosen = [path for path in found if "--" not in path.stem and path.stem != "failures"]
    chosen += [path for path in found if path.stem.startswith("06") and "--system=" in path.stem][:1]
    folder = tmp_path_factory.mktemp("made")
    return [Path(shutil.copy(path, folder)) for path in chosen]


@pytest.fixture(scope="module")
def browser():
    program = os.environ.get("ICSLIB_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )


@pytest.fixture
def visit(browser):
    """Open a page, and at the end hold it to having asked for nothing and complained of nothing."""
    contexts, asked, said = [], [], []

    def open_page(path, **context):
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **context}))
        page = contexts[-1].new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("dialog", lambda dialog: said.append("dialog"))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not [url for url in asked if not url.startswith(("file:", "data:"))]
    assert not said


def faults_of(page):
    page.evaluate(AXE)
    # The inside of a drawing is one image with its alt text, so axe has nothing to judge there.
    found = page.evaluate("rules => axe.run({include: [document], exclude: [['.chart svg > *']]}, rules)", RULES)
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


SETTINGS = {
    "light": {}, "dark": {"color_scheme": "dark"}, "zoomed to 200%": {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2},
    "phone": {"viewport": {"width": 320, "height": 640}},
}  # fmt: skip


# Rows and cells beyond the first few of a kind are like them, and a drawing is one image: axe takes seconds a page for each part.
LIKE = """document.querySelectorAll('main tbody, .cells').forEach(one => [...one.children].slice(8).forEach(like => like.remove()));
    document.querySelectorAll('.chart svg').forEach(one => one.replaceChildren())"""


@pytest.mark.parametrize("name", SETTINGS)
def test_axe_finds_nothing(site, made, visit, name):
    for path in site + made:
        page = visit(path, **SETTINGS[name])
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        page.evaluate(LIKE)
        assert faults_of(page) == [], path.name
        page.close()


def test_axe_would_find_something(visit, tmp_path):
    bad = tmp_path / "bad.html"
    bad.write_text("<html><body><img src='data:image/png;base64,'><p style='color:#ccc'>faint</p></body></html>")
    assert faults_of(visit(bad))


def test_no_page_scrolls_sideways_at_320_pixels(site, made, visit):
    for path in site + made:
        page = visit(path, viewport={"width": 320, "height": 640})
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path.name
        page.close()


def test_every_anchor_leads_somewhere(site, made, visit):
    lost = "() => [...document.querySelectorAll('a[href^=\"#\"]')].map(a => decodeURIComponent(a.hash.slice(1))).filter(id => !document.getElementById(id))"
    for path in site + made:
        page = visit(path)
        assert page.evaluate(lost) == [], path.name
        page.close()


def test_a_contents_link_and_a_number_bring_their_target_into_view(site, visit):
    page = visit(site[0])
    page.click("nav a:has-text('A wide table')")
    assert page.locator("#table-01-31").evaluate("one => Math.abs(one.getBoundingClientRect().top) < 60")
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.locator("#figure-01-05 td a").first.click()
    assert re.search(r"#m[\w-]{4}$", page.url)
    assert page.evaluate("document.querySelector(':target').getBoundingClientRect().bottom <= innerHeight")


def test_every_control_is_reached_by_tab_in_order_with_a_visible_focus(site, visit):
    stops = "() => [...document.querySelectorAll('a[href], summary, input, select, button, [tabindex=\"0\"]')].filter(one => one.checkVisibility()).length"
    for path in site:
        page = visit(path)
        expected, seen = page.evaluate(stops), 0
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        while page.evaluate("document.activeElement !== document.body") and seen <= expected:
            seen += 1
            style = page.evaluate(
                "(() => { const s = getComputedStyle(document.activeElement); return [s.outlineStyle, parseFloat(s.outlineWidth)]; })()"
            )
            assert style[0] != "none" and style[1] >= 1, page.evaluate("document.activeElement.outerHTML")[:200]
            page.keyboard.press("Tab")
        assert seen == expected, path.name
        page.close()


def test_controls_are_large_enough_to_touch(site, visit):
    low = """() => [...document.querySelectorAll('summary, input, select, button, .tiles a, nav a')].filter(one => one.checkVisibility())
        .filter(one => one.getBoundingClientRect().height < 24).map(one => one.outerHTML.slice(0, 120))"""
    for path in site:
        for setting in SETTINGS.values():
            page = visit(path, **setting)
            assert page.evaluate(low) == []
            page.close()


def test_details_open_by_keyboard(site, visit):
    page = visit(site[0])
    page.locator("#figure-01-05 summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("#figure-01-05 table").is_visible()


def test_the_download_works_under_the_policy(site, visit):
    page = visit(site[0])
    page.locator("#figure-01-05 summary").click()
    with page.expect_download() as taken:
        page.locator("#figure-01-05 .download a").click()
    assert taken.value.suggested_filename == "figure-01-05.csv"
    assert Path(taken.value.path()).read_text(encoding="utf-8-sig").splitlines()[0] == "system,surplus,cells"


def test_hostile_data_does_nothing(site, visit):
    page = visit(site[0])
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("window.acted") is None
    assert page.locator("img, iframe, object, main script").count() == 0
    assert NASTY[0] in page.locator("#figure-01-34 .title").inner_text()


def rows(page):
    return page.locator("#table tbody tr:visible").evaluate_all("rows => rows.map(row => row.dataset.code)")


def test_the_index_searches_sorts_maps_and_compares_by_keyboard(site, visit):
    page = visit(site[2])
    assert rows(page) == ["QT6", "QJK", "QOP", "QHM"]  # by name
    page.locator("#find").focus()
    page.keyboard.type("manch")
    assert rows(page) == ["QOP"] and page.locator("#told").inner_text() == "1 of 4 systems shown."
    for _ in "manch":
        page.keyboard.press("Backspace")
    page.select_option("#region", "South West")
    assert rows(page) == ["QT6", "QJK"]
    page.select_option("#region", "")
    page.select_option("#measure", "0")
    assert rows(page) == ["QJK", "QHM", "QOP", "QT6"]  # highest first, no figure last
    page.select_option("#order", "1")
    assert rows(page) == ["QOP", "QHM", "QJK", "QT6"]
    page.select_option("#measure", "1")
    assert page.locator("[data-code=QOP] b").inner_text() == "5.2%"
    page.select_option("#left", "QOP")
    page.select_option("#right", "QHM")
    compared = page.locator("#compared tbody tr").all_inner_texts()[0].replace("\N{WORD JOINER}", "")
    assert compared.split("\t") == ["Surplus or deficit", "−£80.0m", "£3.5m"]
    assert faults_of(page) == []


def test_the_index_is_useful_without_script(site, visit):
    page = visit(site[2], java_script_enabled=False)
    assert page.locator("#controls").is_hidden() and page.locator("#pair").is_hidden()
    assert page.locator(".tiles a").count() == 4 and page.locator("#table tbody tr").count() == 4
    page.locator(".tiles a").first.click()
    assert "System profile" in page.title()


def test_on_paper_the_addresses_are_printed_and_the_controls_are_not(site, visit):
    page = visit(site[0])
    page.emulate_media(media="print")
    assert page.locator("summary:has-text('Code')").first.is_hidden() and page.locator(".download").first.is_hidden()
    after = page.evaluate("getComputedStyle(document.querySelector('main a[href^=\"https\"]'), '::after').content")
    assert "attr(href)" in after or "https://www.nao.org.uk" in after


def test_the_pdf_is_tagged_and_has_an_outline(site, tmp_path):
    made = write_pdf(site[0], tmp_path / "report.pdf").read_bytes()
    assert made.startswith(b"%PDF") and b"/StructTreeRoot" in made and b"/Marked true" in made and b"/Outlines" in made


def test_the_word_document_holds_headings_lists_tables_and_figures_with_their_alt_text(site, tmp_path):
    from docx import Document

    made = Document(str(write_docx(site[0], tmp_path / "report.docx")))
    styles = {part.text: part.style.name for part in made.paragraphs}
    assert styles["Deficits"] == "Title" and styles["Where they stand"] == "Heading 2"
    assert styles["Two of three systems are in deficit."] == "List Bullet" and NASTY[0] in styles
    assert styles["Two of three systems are in deficit"] == "Heading 4"
    assert ["Ambleton", "−49.2"] in [[cell.text for cell in table.rows[1].cells] for table in made.tables]
    pictures = [shape._inline.docPr.get("descr") for shape in made.inline_shapes]
    assert len(pictures) == 1 and pictures[0].startswith("3 systems, from −£24.6m")  # the hostile drawing is not in the page


def test_the_largest_page_loads_within_a_second(site, made, visit):
    largest = max(site + made, key=lambda path: path.stat().st_size)
    took = "performance.timing.loadEventEnd - performance.timing.navigationStart"
    assert min(visit(largest).evaluate(took) for _ in range(3)) < 1000
