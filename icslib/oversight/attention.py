"""What oversight looks at: each metric put to a purpose by a rule written down as data, twice.

One rule reads the metric's own name, the other the heading its framework gives it; neither sees the other. Their
agreement (Cohen's kappa, beyond what chance gives) says how far a share depends on who classifies. A metric that no
pattern meets stops the count and is named: nothing is classified by default.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .. import paths
from ..errors import NotIdentified
from ..results import Result
from ..tidy import cell_refs

PURPOSES = ("outcomes", "inequalities", "productivity", "social and economic", "care today")
RULES = ("name", "theme")
READS = {"name": "metric", "theme": "theme"}


@dataclass(frozen=True, eq=False)
class Attention(Result):
    """Metrics by purpose, under a chosen rule, with the agreement of two.

    Attributes
    ----------
    table : DataFrame, one row a metric
        ``period``, ``framework``, ``metric``, ``theme``, ``status``, ``by_name``, ``by_theme``, ``purpose`` (of the chosen rule),
        ``prevention`` (whether success in prevention could move it), ``years_low``, ``years_high`` (after how long, where
        published; their cells), ``reason``.
    shares : DataFrame, index framework, columns purposes
        Share of listed metrics, per cent; with ``metrics`` and ``movable``.
    agreement, kappa, low, high : float
        Share classified alike by both rules; Cohen's kappa and its 95% interval (statsmodels ``cohens_kappa``).
    bounds : tuple of float
        Lowest and highest share movable by prevention of all scored metrics of the latest framework, whatever the unlisted ones
        are; NaN where their number is not known.
    """

    table: pd.DataFrame
    shares: pd.DataFrame
    rule: str
    agreement: float
    kappa: float
    low: float
    high: float
    bounds: tuple[float, float]
    scored: int | None = None
    unit: str = "percent"

    @property
    def headline(self) -> str:
        """How many of the latest listed metrics prevention could move."""
        latest = self.table["period"].max()
        now = self.table.loc[self.table["period"] == latest, "prevention"]
        return f"{int(now.sum()) or 'None'} of {len(now)} oversight metrics listed for {latest} would move if prevention worked"

    @property
    def short(self) -> str:
        """The same, with bounds where more metrics are scored than listed."""
        if not self.scored:
            return f"{self.headline}."
        span = f"{self.bounds[0]:.0%} and {self.bounds[1]:.0%}"
        return (
            f"{self.headline}. An acute trust is scored on {self.scored}, not all of them listed, so the true share lies "
            f"between {span}."
        )

    @property
    def finding(self) -> str:
        """How much of what is overseen prevention could move, how sure that is, and by when."""
        movable = self.table[self.table["prevention"]]
        words = f"{self.short} Since {self.table['period'].min()} {len(movable)} of {len(self.table)} would"
        if len(movable) and movable["years_low"].notna().any():
            words += f", only after {movable['years_low'].min():.0f} to {movable['years_high'].max():.0f} years"
        return f"{words}."


def classify_metrics(
    metrics: pd.DataFrame,
    rule: str = "name",
    rules: pd.DataFrame | None = None,
    *,
    published: pd.DataFrame | None = None,
    scored: int | None = None,
) -> Attention:
    """Put each metric to a purpose by two rules and count.

    Parameters
    ----------
    metrics : DataFrame
        ``period``, ``framework``, ``metric``, ``theme``, ``status``.
    rule : "name" or "theme", the rule the shares rest on
    rules : DataFrame
        ``rule``, ``order`` (the first pattern that meets wins), ``pattern`` (regular expression, any case), ``purpose``,
        ``prevention`` (yes or no), ``years_from``, ``reason``. By default ``data/raw/reference/purpose_rules.csv``.
    published : observations of published years to effect; ``years_from`` names the measures ``<name>`` or ``<name>_low`` and
    ``<name>_high``
    scored : how many metrics the latest framework scores, where more are scored than listed

    Raises
    ------
    NotIdentified
        A metric that a rule does not meet, by name; the share would otherwise hide it.
    """
    from statsmodels.stats.inter_rater import cohens_kappa

    if rule not in RULES:
        raise NotIdentified(f"rule={rule!r} is not known. Choose one of {RULES}.")
    rules = pd.read_csv(paths.raw("reference", "purpose_rules.csv"), keep_default_na=False) if rules is None else rules.fillna("")
    table = metrics.copy().reset_index(drop=True)
    met = {name: _classified(table, rules[rules["rule"] == name].sort_values("order"), name) for name in RULES}
    for name in RULES:
        table[f"by_{name}"] = met[name]["purpose"]
    chosen = met[rule]
    table["purpose"], table["prevention"], table["reason"] = chosen["purpose"], chosen["prevention"] == "yes", chosen["reason"]
    years = {name: _years(name, published) for name in set(chosen["years_from"])}
    for spot, end in enumerate(("low", "high")):
        table[f"years_{end}"] = [years[name][0][spot] for name in chosen["years_from"]]
        table[f"cells:years_{end}"] = [years[name][1] for name in chosen["years_from"]]
    by = table.groupby(["period", "framework"], sort=True)
    shares = by["purpose"].value_counts(normalize=True).mul(100).unstack(fill_value=0.0).reindex(columns=PURPOSES, fill_value=0.0)
    shares["metrics"], shares["movable"] = by.size(), 100 * by["prevention"].mean()
    cross = pd.crosstab(*(pd.Categorical(table[f"by_{name}"], PURPOSES) for name in RULES), dropna=False).to_numpy()
    kappa = cohens_kappa(cross)
    now = table[table["period"] == table["period"].max()]
    bounds = (float("nan"), float("nan"))
    if scored:
        if scored < len(now):
            raise NotIdentified(
                f"{len(now)} metrics are listed for {now['period'].iloc[0]}, more than the {scored} said to be scored. Check "
                "both."
            )
        bounds = now["prevention"].sum() / scored, (now["prevention"].sum() + scored - len(now)) / scored
    agreement, interval = float(np.trace(cross) / cross.sum()), (float(kappa.kappa_low), float(kappa.kappa_upp))
    return Attention(table, shares.reset_index(), rule, agreement, float(kappa.kappa), *interval, bounds, scored)


def oversight_metrics() -> pd.DataFrame:
    """The metrics that public pages list, as transcribed: one row a metric of a framework and year, with where it was read."""
    return pd.read_csv(paths.raw("reference", "oversight_metrics.csv"), keep_default_na=False)


def _classified(table: pd.DataFrame, rules: pd.DataFrame, name: str) -> pd.DataFrame:
    text = table[READS[name]].astype(str)
    spot = pd.Series(-1, index=table.index)
    for at, pattern in reversed(list(enumerate(rules["pattern"]))):
        spot[text.str.contains(pattern, case=False, regex=True)] = at
    lost = table[spot < 0]
    if len(lost):
        named = "; ".join(f"{row['metric']} ({row['theme']})" for _, row in lost.head(5).iterrows())
        raise NotIdentified(
            f"{len(lost)} metrics meet no pattern of the rule by {name}: {named}. Add a pattern to purpose_rules.csv."
        )
    strange = sorted(set(rules["purpose"]) - set(PURPOSES))
    if strange:
        raise NotIdentified(f"purpose_rules.csv names the purposes {strange}; known are {', '.join(PURPOSES)}.")
    return rules.iloc[spot.to_numpy()].reset_index(drop=True)


def _years(name: str, published: pd.DataFrame | None) -> tuple[tuple[float, float], tuple[str, ...]]:
    """The least and the most years to effect that are published, and their cells."""
    held = pd.DataFrame({"measure": []}) if not name or published is None else published
    held = held[held["measure"].isin([name, f"{name}_low", f"{name}_high"])]
    if held.empty:
        return (float("nan"), float("nan")), ()
    return (float(held["value"].min()), float(held["value"].max())), tuple(cell_refs(held)) if "source" in held else ()
