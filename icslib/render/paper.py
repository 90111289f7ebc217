"""A report on paper: a tagged PDF printed by headless Chromium from the very page that is read on screen."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from ..errors import RenderError
from ..paths import written_aside

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
QUIET = ["--headless", "--disable-gpu", "--disable-background-networking", "--disable-extensions", "--no-first-run"]


def write_pdf(html: Path, pdf: Path, seconds: float = 120) -> Path:
    """Print a page to A4 with tags, so that a screen reader finds headings, tables and alt texts, and an outline.

    Parameters
    ----------
    html : the page of a report
    pdf : file to write; left as it was if the browser fails
    seconds : time the browser may take

    Raises
    ------
    RenderError
        If the page is not there, no Chromium is found (set ``ICSLIB_CHROMIUM`` to one), or it fails.
    """
    asked = ["--export-tagged-pdf", "--generate-pdf-document-outline", "--no-pdf-header-footer"]
    with tempfile.TemporaryDirectory(prefix="icslib-") as folder, written_aside(pdf) as aside:
        paper = Path(folder) / "page.pdf"
        run_browser([*asked, f"--print-to-pdf={paper}"], need_page(html), paper, seconds)
        shutil.copyfile(paper, aside)
    return pdf


def need_page(html: Path) -> Path:
    """The page itself, if it is there."""
    if not html.is_file():
        raise RenderError(f"{html} is not there. Make the report first with 'icslib run'.")
    return html


def run_browser(asked: list[str], page: Path, made: Path, seconds: float) -> None:
    """Have headless Chromium do what is `asked` with a page, and see that it made the file `made`."""
    browser = find_browser()
    with tempfile.TemporaryDirectory(prefix="icslib-", ignore_cleanup_errors=True) as profile:
        sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        command = [browser, *QUIET, *sandbox, f"--user-data-dir={profile}", *asked, page.resolve().as_uri()]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            raise RenderError(f"{browser} did not print {page.name} within {seconds:g} s.") from None
    if not made.is_file() or not made.stat().st_size:
        raise RenderError(f"{browser} printed nothing for {page.name}; it said: {done.stderr.strip()[-300:] or 'nothing'}.")


def find_browser() -> str:
    """The Chromium to print with: ``ICSLIB_CHROMIUM``, else the first known name on the path."""
    asked = os.environ.get("ICSLIB_CHROMIUM", "")
    found = shutil.which(asked) if asked else next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        seen = f"ICSLIB_CHROMIUM is {asked}, which is not there" if asked else f"none of {', '.join(BROWSERS)} is on the path"
        raise RenderError(f"No Chromium to print with: {seen}. Install one, or print the page from any browser.")
    return found
