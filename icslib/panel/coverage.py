"""Who and when is missing in a panel, and how much of it was apportioned."""

from dataclasses import dataclass

import pandas as pd

from ..results import Result
from .grid import check_rows, first_of

FEW = 3  # gaps that are named one by one


@dataclass(frozen=True, eq=False)
class Coverage(Result):
    """Who and when is missing in a panel.

    Attributes
    ----------
    by_measure : DataFrame, index ``measure``
        ``first`` and ``last`` year with any figure, ``places`` with any, ``held`` and ``missing`` place-years of the grid.
    missing : DataFrame
        ``measure``, ``place``, ``year``: every place-year of the grid without a figure.
    apportioned : DataFrame
        ``measure``, ``place``, ``year``, ``share``: figures of which a share (0 to 1) came by the weights of a divided place.
    stand_ins : tuple of str
        Measures whose places were put together by people, for want of their own denominator.
    places, years : int
        Size of the grid.
    """

    by_measure: pd.DataFrame
    missing: pd.DataFrame
    apportioned: pd.DataFrame
    stand_ins: tuple[str, ...]
    places: int
    years: int

    @property
    def finding(self) -> str:
        """How much of the grid is filled, which places and years are not, and what was apportioned."""
        said = [f"{self.places} places over {self.years} years."]
        for measure, row in self.by_measure.iterrows():
            gaps, parts = (frame[frame["measure"] == measure] for frame in (self.missing, self.apportioned))
            words = [
                "complete"
                if gaps.empty
                else f"{row['missing']} of {self.places * self.years:,} place-years missing ({_where(gaps)})"
            ]
            if len(parts):
                words.append(
                    f"apportioned in {first_of(sorted(set(parts['place'])))}, up to {parts['share'].max():.0%} of a figure"
                )
            if measure in self.stand_ins:
                words.append("put together by people, for want of its own denominator")
            name = str(measure).replace("_", " ")
            said.append(f"{name[:1].upper()}{name[1:]}: {'; '.join(words)}.")
        return " ".join(said)


def _where(gaps: pd.DataFrame) -> str:
    """A few gaps by place and year; many by how many places, and from when to when."""
    if len(gaps) <= FEW:
        return ", ".join(f"{place} {year}" for place, year in zip(gaps["place"], gaps["year"], strict=True))
    return f"{gaps['place'].nunique()} places, between {gaps['year'].min()} and {gaps['year'].max()}"


def coverage(panel: pd.DataFrame) -> Coverage:
    """Say which place-years each measure of `panel` holds, who and when is missing, and which figures were apportioned.

    >>> coverage(pd.DataFrame({"place": ["A", "B"], "year": 2020, "rate": [1.0, None]}))
    2 places over 1 years. Rate: 1 of 2 place-years missing (B 2020).
    """
    check_rows(panel, ["place", "year"])
    measures = [name for name in panel.columns if name not in ("place", "year") and pd.api.types.is_numeric_dtype(panel[name])]
    places, years = sorted(panel["place"].unique()), range(int(panel["year"].min()), int(panel["year"].max()) + 1)
    grid = pd.MultiIndex.from_product([places, years], names=["place", "year"])
    there = panel.set_index(["place", "year"])[measures].notna().reindex(grid, fill_value=False)
    seen = there.melt(var_name="measure", value_name="held", ignore_index=False).reset_index()
    held = (
        seen[seen["held"]]
        .groupby("measure")
        .agg(first=("year", "min"), last=("year", "max"), places=("place", "nunique"), held=("held", "size"))
    )
    by_measure = held.reindex(measures).astype("Int64").fillna({"places": 0, "held": 0}).rename_axis("measure")
    parts = {name: panel.attrs.get("apportioned", {}).get(name, {}) for name in measures}
    rows = [(name, *spot, share) for name, by in parts.items() for spot, share in by.items()]
    weighed = panel.attrs.get("weighed", {})
    return Coverage(
        by_measure=by_measure.assign(missing=len(grid) - by_measure["held"]),
        missing=seen.loc[~seen["held"], ["measure", "place", "year"]].reset_index(drop=True),
        apportioned=pd.DataFrame(rows, columns=["measure", "place", "year", "share"]),
        stand_ins=tuple(name for name in measures if weighed.get(name, "").startswith("~")),
        places=len(places),
        years=len(years),
    )
