"""Where a place came from and what it became, drawn: one line a place, one arrow a change."""

import textwrap

import pandas as pd

from .. import style
from ..register.lineage import Lineage, write_share
from ..register.short import short_names
from . import plot, table
from .core import Exhibit
from .shapes import shown

READ = (
    "Each line is a place while it was in use; an arrow shows what passed from one to another and when, with the share of the "
    "place that gave. "
    "A line that begins at the left edge began before our files."
)
KNOWN = (
    "Shares are of small areas, registered people or beds, as the basis column says; 'not published' means that no file of "
    "ours says."
)


@plot.register
def _(result: Lineage) -> Exhibit:
    rows, first, last = _lines(result)

    def draw(figure):
        ax = figure.subplots()
        spots = {code: spot for spot, code in enumerate(rows["code"])}
        colours = [style.ASKED if code == result.place.code else style.ALL for code in spots]
        ax.hlines(list(spots.values()), rows["start"], rows["end"], colors=colours, linewidth=5, capstyle="butt")
        gifts = result.links.groupby(["old", "date"])["new"].transform("size")
        for link, several in zip(result.links.itertuples(), gifts > 1, strict=True):
            here, there = spots[link.old], spots[link.new]
            arrow = dict(arrowstyle="-|>", color=style.QUIET, linewidth=1.2)
            ax.annotate("", (link.date, there), (link.date, here), arrowprops=arrow)
            spot, aside, side = (there - 0.25, -5, "right") if several else ((here + there) / 2, 5, "left")
            ax.annotate(
                write_share(link.share),
                (link.date, spot),
                (aside, 0),
                textcoords="offset points",
                color=style.INK,
                fontsize=style.SMALL,
                ha=side,
                va="center",
            )
        names = short_names(rows["code"])
        ax.set_yticks(range(len(rows)), [textwrap.fill(f"{names[code]} ({code})", 36) for code in spots], fontsize=style.SMALL)
        for tick, colour in zip(ax.get_yticklabels(), colours, strict=True):
            tick.set_color(colour if colour == style.ASKED else style.INK)
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.set_xlim(first, last)
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.grid(axis="y", visible=False)

    return shown(
        result,
        _table(result),
        title=_title(result),
        subtitle="Succession with dates, and the share of the older place that passed",
        notes=(READ, KNOWN),
        sources=_sources(result),
        alt=f"{len(rows)} places, {len(result.links)} changes. {result.finding}",
        draw=draw,
        size=(style.WIDE[0], 1.0 + 0.55 * len(rows)),
    )


@table.register
def _(result: Lineage) -> Exhibit:
    return shown(result, _table(result), title=_title(result), notes=(KNOWN,), sources=_sources(result))


def _title(result: Lineage) -> str:
    links, code = result.links, result.place.code
    said = [f"{verb} {_named(mine, there)}" for here, there, verb in (("new", "old", "took in"), ("old", "new", "passed to"))
            if len(mine := links[links[here] == code])]  # fmt: skip
    return f"{short_names([code])[code]} {' and '.join(said) or 'has no succession in our files'}"


def _named(links: pd.DataFrame, there: str) -> str:
    """The places at the other end with what passed, or how many they are."""
    years = " to ".join(str(year) for year in sorted({links["date"].min().year, links["date"].max().year}))
    if len(links) > 3:
        return f"all or part of {links[there].nunique()} others in {years}"
    names = short_names(links[there])
    return (
        ", ".join(f"{names[code]} ({write_share(share)})" for code, share in zip(links[there], links["share"], strict=True))
        + f" in {years}"
    )


def _lines(result: Lineage) -> tuple[pd.DataFrame, pd.Timestamp, pd.Timestamp]:
    """Places from the oldest to the newest, with the days at which to draw them."""
    dates = result.links["date"]
    known = result.places["valid_from"][result.places["valid_from"] > "1900-01-01"]
    first = min([*known, *dates, pd.Timestamp("2016-01-01")]) - pd.DateOffset(years=1)
    last = max([*dates, *known, pd.Timestamp("2025-04-01")]) + pd.DateOffset(years=1)
    rows = result.places.reset_index()
    gave = result.links.groupby("old")["date"].min()
    rows = rows.assign(
        start=rows["valid_from"].clip(lower=first),
        end=rows["valid_to"].clip(upper=last),
        gave=gave.reindex(rows["code"]).to_numpy(),
    )
    return rows.sort_values(["start", "gave", "code"], ignore_index=True), first, last


def _table(result: Lineage) -> pd.DataFrame:
    named = result.places["name"]
    return pd.DataFrame({
        "date": result.links["date"].dt.date.astype(str),
        "from": result.links["old"] + " " + result.links["old"].map(named),
        "to": result.links["new"] + " " + result.links["new"].map(named),
        "share of the older place": result.links["share"].map(write_share),
        "basis": result.links["basis"],
    })  # fmt: skip


def _sources(result: Lineage) -> tuple[str, ...]:
    """Catalog ids among the sources of the links; pages and stated tables are in the register itself."""
    from .. import catalog

    named = [part.strip() for source in result.links["source"] for part in source.split(";")]
    known = catalog.sources()
    return tuple(dict.fromkeys(name for name in named if name in known))
