"""Figures and tables of positions. Plans and outturns, and positions before and after support, never share a line."""

from itertools import cycle

import pandas as pd

from .. import style
from ..deficits.bridge import Bridge
from ..deficits.months import MonthPath
from ..deficits.positions import Comparison
from ..numbers import write_money, write_number
from ..periods import financial_year
from ..prices import CASH
from ..register.short import short_names
from . import plot, table
from .charts import bridge, finish, small_multiples
from .core import Exhibit
from .shapes import shown, sources_of

SIGN = "Surplus positive, deficit negative."
MARKS = {"outturn": "o", "plan": "D", "forecast": "^", "year to date": "s", "draft plan": "x", "revised draft plan": "x"}
HUES = {"before": style.SECOND, "after": style.ASKED, "none": style.QUIET, "not stated": style.QUIET}
SAID = {"before": "before support", "after": "after support", "none": "no support that year", "not stated": "support not stated"}
PARTS = {"provider": "Trusts", "system": "Systems", "whole NHS": "Whole NHS"}
ORDER = ["outturn", "plan", "forecast", "year to date", "revised draft plan", "draft plan", "plan to date"]


@plot.register
def _(result: Comparison, asked: str = "", whole_years: bool = True) -> Exhibit:
    """Dots by year: shape is the kind of figure, colour whether support is in it; one part a scope.

    `asked` keeps one place; `whole_years` leaves out months. A figure for each of several years is a bar over them.
    """
    rows = result.table[result.table["what"].str.startswith(("position", "typical position")) & result.table["value"].notna()]
    rows = rows[rows["place"] == asked] if asked else rows
    within = rows["period"].astype(str).str.contains(r" M\d") | ~rows["end"].dt.month.eq(3)
    rows = rows[~within & ~rows["kind"].str.contains("to date")] if whole_years else rows
    count = rows["place"].nunique()
    name = ", ".join(short_names(rows["place"].unique()).values()) if count < 4 else f"{count} systems"
    if rows.empty:
        return _nothing(short_names([asked]).get(asked, "these places"), result)
    order = [scope for scope in ("provider", "system", "whole NHS") if scope in set(rows["scope"])]
    parts = {PARTS.get(scope, scope): rows[rows["scope"] == scope] for scope in dict.fromkeys([*order, *rows["scope"]])}
    first, last = int(rows["start"].dt.year.min()) + 1, int(rows["fy"].max())

    def one(ax, part):
        _dots(ax, part)
        finish(ax, "", along="y", zero=True)
        ax.set_xticks(range(last, first - 1, -max(1, (last - first) // 4)))
        ax.xaxis.set_major_formatter(lambda year, _: financial_year(round(year)).label)
        ax.tick_params(axis="x", rotation=45)
        ax.set_xlim(first - 0.6, last + 0.6)

    def draw(figure):
        axes = small_multiples(figure, parts, one)
        axes[0].set_ylabel(style.UNIT_WORDS.get(result.unit, result.unit))
        held = {label: handle for ax in axes for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)}
        figure.legend(held.values(), held.keys(), loc="outside lower center", ncols=3, fontsize=style.SMALL)

    ends = rows[(rows["kind"] == "outturn") & rows["scope"].isin(["system", "provider"]) & ~rows["period"].str.contains("to")]
    told = f"Of {len(rows)} published position{'s' * (len(rows) != 1)} of {name}, {len(ends) or 'none'}"
    title = (
        _latest(ends, name, result.unit) if count == 1 and len(ends) else f"{told} say{'s' * (len(ends) <= 1)} how a year ended"
    )
    span = "whole years" if whole_years else "months and whole years"
    ranges = (
        f"{part}: {len(p)} figures, {write_number(p['value'].min(), result.unit)} to "
        f"{write_number(p['value'].max(), result.unit)}."
        for part, p in parts.items()
    )
    return shown(
        result,
        _named(rows),
        title=title,
        subtitle=f"Published positions of {name}, {span}; {rows['prices'].iloc[0]}",
        notes=(
            SIGN,
            "No line joins the dots: neighbouring years are seldom on one basis.",
            "Two marks of one shape and colour in a year are two sources; a bar is one figure printed for each of several years.",
        ),
        alt=" ".join(ranges),
        draw=draw,
        size=(8.0, 5.0),
    )


def _dots(ax, part: pd.DataFrame) -> None:
    """Each figure at the end of its period, one of several years as a bar over them."""
    for (kind, support), dots in part.groupby(["kind", "support"], sort=False):
        spot = dots["fy"] - 1 + ((dots["end"].dt.month - 4) % 12 + 1) / 12
        one, hue = dots["end"].dt.year - dots["start"].dt.year <= 1, HUES[support]
        look = {"marker": MARKS.get(kind, "."), "label": f"{kind}, {SAID[support]}"}
        ax.scatter(spot[one], dots["value"][one], color=hue, s=30, zorder=3, **look)
        ax.hlines(dots["value"][~one], dots["start"].dt.year[~one] + 1, spot[~one], color=hue, linewidth=3)


def _nothing(name: str, result: Comparison) -> Exhibit:
    data = pd.DataFrame({"place": [name], "published positions": [0]})
    title, note = f"No position of {name} is published that we know of", "A gap in what is published, not a balance of zero."
    return shown(result, data, title=title, unit="", notes=(note,), sources=sources_of(result.table))


def _latest(rows: pd.DataFrame, places: str, unit: str) -> str:
    """The outturns of the last year, each on its basis."""
    last = rows[rows["fy"] == rows["fy"].max()].drop_duplicates(["scope", "support", "value"])
    last = last[last["scope"] == last["scope"].iloc[-1]]
    who = f"{PARTS[last['scope'].iloc[0]].lower()} " if places == "England" else ""
    prices = "" if last["prices"].iloc[0] == CASH else f", in {last['prices'].iloc[0]}"
    told = (
        f"{_money(abs(v), unit)} in {'surplus' if v > 0 else 'deficit'} ({SAID[s]})"
        for v, s in zip(last["value"], last["support"], strict=True)
    )
    return f"{places}: {who}ended {last['period'].iloc[0]} {' and '.join(told)}{prices}"


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    names = short_names(rows["place"].unique())
    told = rows.assign(place=rows["place"].map(names))
    columns = ["place", "period", "value", "kind", "what", "scope", "support", "prices", "flag", "publisher", "note", "cells"]
    return told[[column for column in columns if column in told]].sort_values(["place", "period"]).reset_index(drop=True)


def _with_basis(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with their basis in words, without the unit that the table's head gives."""
    return rows.assign(
        basis=rows["basis_name"].str.replace(r", GBP [^,]+", "", regex=True).str.replace(" support funding", " support")
    )


@table.register
def _(result: Comparison, asked: str = "", show: str = "standing", fy: int = 0) -> Exhibit:
    """`show`: "standing" (one row a system, one column a year, gaps as gaps), "contradictions", or "year" (every figure of the
    year `fy`, side by side).
    """
    if show == "year":
        year, rows = financial_year(fy).label, result.table[(result.table["fy"] == fy) & result.table["value"].notna()]
        if rows.empty:
            return _nothing(year, result)
        rows = rows.sort_values("value")
        ends = " to ".join(_money(rows["value"].iloc[end], result.unit) for end in (0, -1))
        title = f"{len(rows)} figures are published for {year}, on {rows['basis_name'].nunique()} bases: {ends}"
        data = _with_basis(rows)[["period", "value", "basis", "publisher", "cells"]]
        return shown(result, data, title=title, notes=(SIGN, "Each is right on its own basis; none stands for another."))
    if show == "contradictions":
        data = result.contradictions.assign(place=lambda c: c["place"].map(short_names(c["place"])))
        data = _with_basis(data)[["place", "period", "basis", "sources", "cells"]]
        title = f"In {len(data)} cases sources print different figures for one place, period and basis"
        notes = ("Neither is chosen. They part by source, by what is counted in, or because a draft or forecast moved.",)
        return shown(result, data, title=title, unit="GBP m", notes=notes)
    return _standing(result, asked)


def _standing(result: Comparison, asked: str) -> Exhibit:
    """One row a system, one column a year; of one system alone, every year."""
    best = _best(result)
    wide = best.pivot(index="place", columns="fy", values="said")
    wide = wide.reindex(index=result.coverage.index, columns=result.coverage.columns).fillna("–")
    cells = best.pivot(index="place", columns="fy", values="cells").reindex(index=wide.index, columns=wide.columns)
    labels = [financial_year(int(year)).label for year in wide.columns]
    cells = cells.map(lambda held: held if isinstance(held, tuple) else ())
    cells.columns, wide.columns = [f"cells:{label}" for label in labels], labels
    wide.insert(0, "system", wide.index.map(short_names(wide.index)))
    alone = asked in wide.index
    data = wide.loc[[asked]] if alone else wide.sort_values("system")
    empty = result.coverage.loc[list(data.index)] == 0
    none = data.index.difference(best["place"]) if len(data) > 1 else []
    bare = [label for label in labels if len(data) > 1 and (data[label] == "–").all()]
    gone = "; ".join(sorted(data.loc[none, "system"]))
    data = data.drop(index=none, columns=bare).join(cells.drop(columns=[f"cells:{label}" for label in bare]))
    moved = int((best["apportioned"] > 0).sum()) if "apportioned" in best else 0
    who, years = (f"{data['system'].iloc[0]}: no", "years") if len(data) == 1 else ("No", "system-years")
    return shown(
        result,
        data.reset_index(drop=True),
        title=f"{who} figure is published that we know of for {empty.to_numpy().sum()} of {empty.size} {years}",
        notes=(
            SIGN,
            "One figure a system and year: outturn, else plan, forecast, year to date, draft; the latest of its kind. A dash "
            "is a gap, "
            "not a zero.",
            f"No figure of any system, so no column: {', '.join(bare)}." if bare else "",
            f"No figure at all, so no row: {gone}." if gone else "",
            f"{moved} figures come in part from divided systems, by the shares of the register." if moved else "",
            "'Or': the same basis is printed with two values, by source or because a draft moved; neither is chosen.",
        ),
        sources=sources_of(result.table),
    )


def _best(result: Comparison) -> pd.DataFrame:
    """The figure of each system and year that says most of how it ended, with all values printed on its basis as ``said``."""
    rows = result.table[result.table["scope"].eq("system") & result.table["value"].notna()]
    rows = rows[rows["what"].isin(["position", "variance from plan"])]
    unit, one = result.unit.split(" per ")[0], ["place", "period", "basis_name"]
    write = lambda value: write_number(value, unit, 0 if abs(value) >= 10 or value == 0 else 1)  # noqa: E731
    values = rows.groupby(one)["value"].agg(lambda told: " or ".join(map(write, sorted(set(told)))))
    rank = rows["kind"].map({kind: spot for spot, kind in enumerate(ORDER)}) + (rows["what"] != "position") * 10
    order = {"ascending": [True, True, True, False], "kind": "stable"}
    best = rows.assign(rank=rank).sort_values(["place", "fy", "rank", "end"], **order).drop_duplicates(["place", "fy"])
    kind = best["what"].where(best["what"] != "position", best["kind"])
    when = best["period"].astype(str).str.extract(r"(M\d+)")[0].fillna("")
    support = best["support"].map(lambda told: f", {SAID[told]}" if told in ("before", "after") else "")
    said = values.reindex(pd.MultiIndex.from_frame(best[one])).to_numpy() + " " + (kind + " " + when).str.strip() + support
    return best.assign(said=said)


@plot.register
def _(result: Bridge, asked: str = "") -> Exhibit:
    total = result.together
    steps = dict(total.loc[total["role"] == "step", ["step", "value"]].to_numpy())
    start, end = total.iloc[0], total.iloc[-1]
    return shown(
        result,
        total,
        title=(result.finding[0].upper() + result.finding[1:]).rstrip("."),
        subtitle=f"Bridge between positions; the steps sum exactly, in pounds; {result.prices}",
        notes=(SIGN, "The two ends stand on different bases: that is what the bridge is for."),
        alt="; ".join(f"{row.step} {write_number(row.value, result.unit)}" for row in total.itertuples()) + ".",
        draw=lambda figure: bridge(
            figure.subplots(), (start["step"], float(start["value"])), steps, end["step"], unit=result.unit
        ),
    )


@plot.register
def _(result: MonthPath, asked: str = "") -> Exhibit:
    years = {financial_year(int(fy)).label: rows for fy, rows in result.table.groupby("fy")}

    def draw(figure):
        ax = figure.subplots()
        for hue, (label, rows) in zip(cycle(style.SERIES), years.items(), strict=False):
            ax.plot(rows["month"], rows["to_date"], linestyle="none", marker="o", markersize=4.5, color=hue, label=label)
            last, end = rows.iloc[-1], rows["outturn"].iloc[0]
            if pd.notna(end):
                ax.plot([last["month"], 12], [last["to_date"], end], color=hue, linestyle=":", linewidth=1)
                ax.plot([12], [end], linestyle="none", marker="D", color=hue)
        finish(ax, result.unit, along="y", zero=True)
        ax.set_xticks(range(1, 13))
        ax.set_xlabel("Month of the financial year (1 is April); diamond: the whole year's variance")
        figure.legend(loc="outside right upper")

    guesses = ["straight_line", "outturn", "error_straight_line", "error_no_more"]
    columns = ["fy", "month", "period", "to_date", *guesses, "publisher", "cells:to_date", "cells:outturn"]
    return shown(
        result,
        result.table[[column for column in columns if column in result.table]],
        title=result.finding.split("; ")[0].rstrip(".").replace("Over ", "In ", 1),
        subtitle="Variance from plan to date, by month, and the year's outturn"
        + (f"; {result.table['prices'].iloc[0]}" if "prices" in result.table else ""),
        notes=(
            result.finding,
            "An error below zero: the guess was gloomier than the year turned out.",
            "Dots of one month and colour are several sources. Dotted: from the last month published to the year's end.",
        ),
        sources=sources_of(result.table),
        alt=f"{len(result.table)} figures over {len(years)} years. " + result.finding,
        draw=draw,
    )


def _money(value: float, unit: str) -> str:
    return write_money(value) if unit == "GBP m" else write_number(value, unit)
