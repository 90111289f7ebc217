"""Small notebooks as a run would leave them, drawn in a few lines."""

import nbformat
import pandas as pd

from icslib.exhibits import Exhibit, in_short, table
from icslib.exhibits.charts import ranked_dots
from icslib.exhibits.words import describe_ranking

SURPLUS = pd.Series({"Ambleton": -12.3, "Brackley": -4.0, "Castle Vale": 3.1}, name="surplus")


def shown(thing):
    """The output a kernel would store for `thing`."""
    bundle = (
        thing._repr_mimebundle_()
        if hasattr(thing, "_repr_mimebundle_")
        else {"text/plain": repr(thing), "text/html": thing._repr_html_()}
    )
    return nbformat.v4.new_output("execute_result", data=bundle, execution_count=1)


def code(id, source, *outputs, tags=()):
    return nbformat.v4.new_code_cell(source, id=id, outputs=list(outputs), metadata={"tags": list(tags)})


def prose(id, source):
    return nbformat.v4.new_markdown_cell(source, id=id)


def notebook(*cells, **metadata):
    return nbformat.v4.new_notebook(cells=list(cells), metadata=metadata)


def figure(values=SURPLUS, **fields):
    data = values.rename_axis("system").reset_index()
    data["cells"] = [(f"positions!Table 3!C{row}",) for row in range(5, 5 + len(data))]
    told = {
        "kind": "figure", "title": "Two of three systems are in deficit", "data": data, "subtitle": "Outturn, 2023-24", "unit": "GBP m",
        "notes": ("Unaudited.",), "sources": ("positions",), "alt": describe_ranking(values, "GBP m", "systems"),
        "draw": lambda blank: ranked_dots(blank.subplots(), values, unit="GBP m", asked=values.index[0]),
    }  # fmt: skip
    return Exhibit(**{**told, **fields})


def small(values=SURPLUS, finding="Two of three systems are in deficit.", title="01 Deficits", given=None):
    """One report: question, parameters, a figure, a table, findings."""
    per_head = pd.DataFrame({"system": values.index, "per_head": values.to_numpy() * 2})
    return notebook(
        prose("01-01", f"# {title}\nWhich systems are in deficit?"),
        code(
            "01-02",
            'last_fy: int = 2024  # last financial year [2010..2026]\nsystem: str = ""  # one system',
            tags=["parameters"],
        ),
        code("01-03", "import icslib as ics"),
        prose("01-04", "## Where they stand\nRead [the figure](#01-05) so: left is worse."),
        code("01-05", "ics.plot(result)", shown(figure(values))),
        code("01-06", "ics.table(result)", shown(table(per_head, title="Per head", unit="GBP per head"))),
        code("01-07", "ics.in_short(result)", shown(in_short(finding)), tags=["in-short"]),
        papermill={"parameters": given or {"last_fy": 2023}},
    )
