"""Write docs/data-dictionary.md from the catalog, the measures and the processed tables: python tools/data_dictionary.py."""

import json
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from icslib import catalog, paths

HEAD = """# Data dictionary

Made by `python tools/data_dictionary.py` from `data/raw/catalog.toml`, `data/raw/reference/measures.csv` and
`data/processed/datapackage.json`; do not edit by hand.

Every table holds observations, one row a printed figure:

| column | meaning |
|---|---|
| place, place_type | code as published; system, trust, local_authority, region, england, ... |
| measure | one of the measures below |
| period, start, end | label, first and last day |
| value, lower, upper, unit | the figure; the published interval or the bounds of a withheld one; its unit |
| basis | what kind of figure: outturn, plan, forecast, year to date, survey, estimate, ... |
| flag | what the publisher said of it, or empty |
| source, sheet, row, column | catalog id and the cell it was printed in |

A surplus is positive and a deficit negative. A withheld figure is empty with a flag, never zero.
"""


def table_of(rows: Iterable[Iterable[object]], titles: Iterable[str]) -> str:
    """Rows as a markdown table; bars and line breaks in a cell are defused."""
    titles = list(titles)
    clean = [[" ".join(str(cell).split()).replace("|", "/") for cell in row] for row in rows]
    lines = [titles, ["---"] * len(titles), *clean]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def write_dictionary() -> str:
    """The whole page as markdown."""
    package = json.loads(paths.processed("datapackage.json").read_text(encoding="utf-8"))
    shipped = [resource["name"] for resource in package["resources"]]
    sources = pd.DataFrame([vars(source) for source in catalog.sources().values()])
    measures = pd.read_csv(paths.raw("reference", "measures.csv"), keep_default_na=False)
    parts = [HEAD, "## Tables and their sources\n"]
    for table, editions in sources.groupby("table", sort=True):
        first = editions.iloc[0]
        listed = "; ".join(f"{row.edition or 'one edition'} (`{row.sha256[:12]}`)" for row in editions.itertuples())
        state = "shipped in `data/processed/`" if table in shipped else "catalogued, read on request"
        parts.append(
            f"### {table}\n\n{first.title}. {first.publisher}, published: {first.published}. <{first.address}>. {first.licence}; {state}.\n\n"
            f"{first.trust}\n\nEditions: {listed}.\n"
        )
    parts += ["## Measures\n", table_of(measures.astype(str).to_numpy(), measures.columns), ""]
    return "\n".join(parts)


if __name__ == "__main__":
    page = Path(__file__).resolve().parent.parent / "docs" / "data-dictionary.md"
    with paths.written_aside(page) as aside:
        aside.write_text(write_dictionary(), encoding="utf-8")
    print(f"wrote {page.name}")
