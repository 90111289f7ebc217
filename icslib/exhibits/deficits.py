"""Figures and tables of deficits: persistence, concentration, spread, associations (positions themselves are in
:mod:`.positions`).
"""

from .. import style
from ..deficits.association import Explained
from ..deficits.concentration import Concentration
from ..deficits.debts import LoanTotals
from ..deficits.persistence import Persistence
from ..deficits.spread import Spread
from ..numbers import write_number
from ..profile import ordinal
from ..register.short import kind_of, short_names
from . import plot, table
from .charts import bars, funnel, ranked_dots, scatter
from .core import Exhibit
from .markup import capitalise
from .positions import SIGN
from .shapes import shown
from .words import describe_intervals, describe_ranking

ASSOCIATION = "Associations over places, not causes. An interval that crosses zero is not told apart from no association."


@plot.register
def _(result: Persistence, asked: str = "") -> Exhibit:
    names = short_names(result.places.index)
    data = result.places.rename(index=names).rename_axis("place")
    units = [style.UNIT_WORDS.get(unit, unit) for unit in result.units]
    rho = write_number(result.table.iloc[0]["rho"], places=2)
    zeros = int((data["after"] == 0).sum())
    return shown(
        result,
        data.reset_index(),
        title=_own(result, asked, names) or result.headline,
        subtitle=f"{capitalise(result.before)} (across) and {result.after} (up), one dot a "
        f"{kind_of(result.places.index).removesuffix('s')}; rank correlation {rho}",
        unit=result.units[1],
        notes=(SIGN, f"{zeros} of {len(data)} stand at exactly zero in {result.after}.", _left_out(result)),
        alt=result.finding,
        draw=lambda figure: scatter(
            figure.subplots(),
            data,
            "before",
            "after",
            xunit=f"{capitalise(result.before)}, {units[0]}",
            unit=f"{capitalise(result.after)}, {units[1]}",
            asked=names.get(asked, ""),
            marked=list({data["before"].idxmin(), data["after"].idxmin()}),
        ),
    )


@table.register
def _(result: Persistence, asked: str = "", show: str = "parts") -> Exhibit:
    """`show`: "parts" (the correlation taken apart) or "thirds" (who went where, beside chance)."""
    if show == "thirds":
        stay = result.staying
        data = (result.matrix * 100).round(0).rename_axis("before").reset_index()
        title = f"{stay['seen']:.0%} of the worst stayed among the worst; chance gives {stay['chance']:.0%}"
        beside = (
            f"Chance alone gives {stay['chance_low']:.0%} to {stay['chance_high']:.0%} (95% range), reversion to the mean "
            f"{stay['reversion']:.0%}."
        )
        notes = (beside, "Rows sum to 100. Worst: furthest in deficit or debt.")
        return shown(result, data, title=title, unit="percent", notes=notes)
    notes = (
        "Spearman rank correlation, 95% interval (Bonett and Wright), p by permutation. A dash: too few places, or too few "
        "different figures.",
        _left_out(result),
    )
    return shown(result, result.table.round(6).reset_index(), unit="rank correlation", notes=notes)


@table.register
def _(result: LoanTotals, asked: str = "") -> Exhibit:
    return shown(result, result.table, notes=("A dash: no headline is printed.",), sources=("loans",))


@plot.register
def _(result: Concentration, asked: str = "") -> Exhibit:
    curve = result.curve.assign(place=result.curve["place"].map(short_names(result.curve["place"])))

    def draw(figure):
        ax = figure.subplots()
        ax.plot([0, *(100 * curve["share_of_weight"])], [0, *(100 * curve["share_of_amount"])], color=style.ASKED)
        ax.plot([0, 100], [0, 100], color=style.ALL, linestyle="--", linewidth=1)
        ax.set_xlabel(f"% of {result.sharers}, least owed first")
        ax.set_ylabel(f"% of {result.what}")

    return shown(
        result,
        curve,
        title=result.finding.split(" (")[0],
        subtitle=f"Lorenz curve; dashed: everybody owes alike; Gini {result.gini:.2f} (95% interval {result.low:.2f} to "
        f"{result.high:.2f})",
        notes=(
            f"The interval of the share of the largest {result.top['places']:.0f}: {result.top['low']:.0%} to "
            f"{result.top['high']:.0%}, by resampling places.",
        ),
        alt=describe_ranking(curve.set_index("place")["amount"], result.unit),
        draw=draw,
        size=(8.0, 5.0),
    )


@plot.register
def _(result: Spread, asked: str = "", show: str = "caterpillar") -> Exhibit:
    """`show`: "caterpillar" (means with intervals) or "funnel" (means by effective number of trusts)."""
    names = short_names(result.by_place.index)
    data = result.by_place.rename(index=names).rename_axis("place")
    who = names.get(asked, "")
    finding = result.headline
    if show == "funnel":
        finding = f"{(result.by_place['outside'] == '').sum()} of {len(data)} systems lie inside the limits for so few trusts"
    if asked in names:
        row = result.by_place.loc[asked]
        many, side = f"{row['trusts']:.0f} trust{'' if row['trusts'] == 1 else 's'}", row["outside"] or "inside"
        value, low, high, mean = (write_number(x, result.unit) for x in (row["estimate"], row["low"], row["high"], result.mean))
        finding = f"{who}: {value} ({low} to {high}) from {many}, where systems average {mean}; {side} the limits" + (
            "" if row["outside"] else ", so not told apart from the others"
        )
        finding = f"{who} lies {side} the limits for {many}" if show == "funnel" else finding

    def draw(figure):
        how = {"unit": result.unit, "asked": who}
        if show == "funnel":
            how |= {"xunit": "Effective number of trusts", "marked": list(data.index[data["outside"] != ""])}
            return funnel(figure.subplots(), data, "size", "estimate", result.limits, result.mean, **how)
        how |= {"low": data["low"], "high": data["high"], "reference": result.mean, "reference_label": "mean of systems"}
        return ranked_dots(figure.subplots(), data["estimate"], **how)

    return shown(
        result,
        data.reset_index(),
        title=finding,
        subtitle=f"{capitalise(result.what)}, mean of trusts by system"
        + (", against how many trusts it rests on" if show == "funnel" else ", with 95% intervals"),
        notes=(
            SIGN,
            "Solid limits allow for over-dispersion, dotted ones do not."
            if show == "funnel"
            else "Where intervals overlap the mean, an order of places means nothing.",
            f"Trusts inside a system differ by a standard deviation of {write_number(result.sd, result.unit)}, systems beyond "
            f"that by {write_number(result.tau, result.unit)}. {result.plain} would seem apart if the second were ignored.",
            "Intervals treat a system's trusts as a sample from trusts like them.",
        ),
        alt=describe_intervals(data, result.unit, reference=result.mean),
        draw=draw,
        size=style.WIDE if show == "funnel" else style.TALL,
    )


@plot.register
def _(result: Explained, asked: str = "") -> Exhibit:
    frame = (
        result.terms[["alone", "alone_low", "alone_high"]].set_axis(["estimate", "low", "high"], axis=1).sort_values("estimate")
    )
    return shown(
        result,
        result.terms.round(6).reset_index(),
        subtitle=f"{capitalise(result.outcome)}: difference that goes with one standard deviation more of each term, entered "
        "alone",
        unit=result.difference,
        notes=(
            ASSOCIATION,
            result.basis,
            f"Together the terms go with {result.variation:.0%} of the variation. Holm's p-value counts all "
            f"{len(result.terms)} terms tried; 'left out' is the range of the estimate of all terms together when one cluster "
            "at a time is left out.",
        ),
        alt=describe_intervals(frame, result.difference),
        draw=lambda figure: bars(
            figure.subplots(), frame["estimate"], unit=result.difference, low=frame["low"], high=frame["high"]
        ),
    )


def _left_out(result: Persistence) -> str:
    return f"Left out, with only one figure: {len(result.left_out)}." if result.left_out else ""


def _own(result: Persistence, asked: str, names: dict[str, str]) -> str:
    """Where the place asked about stands on both, in words; empty where it does not."""
    if asked not in result.places.index:
        return ""
    row, count = result.places.loc[asked], len(result.places)
    sides = zip((result.before, result.after), ("before", "after"), result.units, strict=True)
    told = (
        f"{name} {write_number(row[side], unit)} ({_rank(int(row[f'rank_{side}']))} of {count})" for name, side, unit in sides
    )
    return f"{names[asked]}: {'; '.join(told)}"


def _rank(rank: int) -> str:
    return "worst" if rank == 1 else f"{ordinal(rank)} worst"
