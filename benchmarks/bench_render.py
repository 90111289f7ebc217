"""How fast and how small our pages are, beside nbconvert's own HTML of the same executed notebooks.

``python benchmarks/bench_render.py [REPORTS]`` takes the executed notebooks of a folder (default: reports/) and prints one line
each: milliseconds ours, milliseconds nbconvert's, kB ours, kB ours without figures, kB nbconvert's.
"""

import re
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbconvert.exporters import HTMLExporter

from icslib import paths
from icslib.render import render_report


def best_of(times: int, work) -> float:
    """Milliseconds of the fastest of several goes."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return 1000 * min(taken)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else paths.reports()
    lab = HTMLExporter(template_name="lab")
    print(f"{'report':34}{'ours ms':>9}{'lab ms':>9}{'times':>7}{'ours kB':>9}{'no figs':>9}{'lab kB':>9}")
    with tempfile.TemporaryDirectory() as aside:
        for path in sorted(folder.glob("*.ipynb")):
            page = Path(aside) / "page.html"
            ours = best_of(5, lambda path=path, page=page: render_report(path, page))
            notebook = nbformat.read(path, as_version=4)
            theirs = best_of(2, lambda notebook=notebook: lab.from_notebook_node(notebook))
            text = page.read_text(encoding="utf-8")
            bare = re.sub(r'<svg.*?</svg>|<details class="data">.*?</details>', "", text, flags=re.S)
            sizes = [len(one.encode()) / 1000 for one in (text, bare, lab.from_notebook_node(notebook)[0])]
            print(f"{path.stem[:33]:34}{ours:9.0f}{theirs:9.0f}{theirs / ours:7.1f}" + "".join(f"{size:9.0f}" for size in sizes))


if __name__ == "__main__":
    main()
