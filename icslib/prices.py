"""Money of one year in the prices of another: GDP deflators, one named edition per analysis.

A deflator is revised at every fiscal event, so the same pound of 2010-11 is worth a different
sum in 2024-25 prices by each edition. An edition is therefore always named, carried in the
column ``prices`` of whatever it touched, and never mixed: figures in the prices of one edition
cannot be deflated again by another, nor joined with figures in cash.

Real value in prices of year p:  ``value * index[p] / index[year]``  (HM Treasury, GDP deflators
user guide: the ratio of two index numbers of one edition).
"""

from dataclasses import dataclass

import pandas as pd

from . import paths
from .errors import BasisError, PeriodError
from .periods import financial_year, parse_period

EDITION = "OBR November 2025"
CASH = "cash"


@dataclass(frozen=True, eq=False)
class Deflator:
    """One edition of the GDP deflator.

    Attributes
    ----------
    edition : str
        Its name, such as ``OBR November 2025``.
    index : Series, index financial year as the year of its March
        Index numbers; only their ratios matter.
    """

    edition: str
    index: pd.Series

    @property
    def span(self) -> str:
        """First and last year it holds."""
        first, last = (financial_year(year).label for year in (self.index.index.min(), self.index.index.max()))
        return f"{first} to {last}"

    def prices(self, price_year: int) -> str:
        """The name that figures in these prices carry.

        >>> Deflator("OBR November 2025", pd.Series({2025: 100.0})).prices(2025)
        '2024-25 prices (OBR November 2025)'
        """
        return f"{financial_year(price_year).label} prices ({self.edition})"

    def factor(self, fy: pd.Series | int, price_year: int) -> pd.Series | float:
        """What a pound of `fy` is multiplied by to stand in prices of `price_year`.

        >>> Deflator("typed", pd.Series({2024: 80.0, 2025: 100.0})).factor(2024, 2025)
        1.25
        """
        years = {int(price_year), *(fy if isinstance(fy, pd.Series) else [fy])}
        missing = sorted(int(year) for year in years if year not in self.index.index)
        if missing:
            raise PeriodError(
                f"The deflator edition {self.edition} has no index for {', '.join(financial_year(y).label for y in missing)}; "
                f"it runs from {self.span}. Choose years inside it, or another edition."
            )
        own = fy.map(self.index) if isinstance(fy, pd.Series) else float(self.index[fy])
        return float(self.index[price_year]) / own


def read_deflators(figures: pd.DataFrame | None = None) -> dict[str, Deflator]:
    """Every financial-year edition we hold, by name.

    Parameters
    ----------
    figures : DataFrame, optional
        Rows of index numbers (``unit`` starts with ``index``) with ``edition``, ``period``, ``value``. By default our
        transcription, ``data/raw/figures/gdp_deflator.csv``. Editions by calendar year are left out: they cannot deflate a
        financial year.
    """
    where = paths.raw("figures", "gdp_deflator.csv")
    if figures is None:
        if not where.is_file():
            raise PeriodError(f"{where} is not there, so nothing can be put in real terms. Restore it from the project.")
        figures = pd.read_csv(where)
    made = {}
    for edition, rows in figures[figures["unit"].str.startswith("index")].groupby("edition"):
        years = rows["period"].astype(str)
        if not years.str.fullmatch(r"\d{4}-\d{2}").all():
            continue
        fy = years.map(lambda label: parse_period(label).end.year)
        if fy.duplicated().any():
            raise BasisError(
                f"The deflator edition {edition!r} gives {years[fy.duplicated()].iloc[0]} twice. Keep one row a year."
            )
        made[str(edition)] = Deflator(
            str(edition), pd.Series(rows["value"].astype(float).to_numpy(), index=fy.to_numpy()).sort_index()
        )
    return made


def deflator(edition: str = EDITION, figures: pd.DataFrame | None = None) -> Deflator:
    """One edition by name; an unknown name is an error that lists those held."""
    held = read_deflators(figures)
    if edition not in held:
        raise BasisError(
            f"No deflator edition is called {edition!r}. Held: {', '.join(f'{name} ({d.span})' for name, d in held.items())}."
        )
    return held[edition]


def deflate(
    frame: pd.DataFrame, price_year: int, by: Deflator, values: tuple[str, ...] = ("value", "lower", "upper")
) -> pd.DataFrame:
    """`frame` in the prices of one year; column ``prices`` says which, by which edition.

    Parameters
    ----------
    frame : DataFrame
        Observations of money (``unit`` in pounds, ``end`` a date, or a column ``fy``). A column
        ``prices`` other than ``cash`` must already be these very prices.
    price_year : int
        Year of March, such as 2025 for 2024-25 prices.

    Raises
    ------
    BasisError
        When figures are no money, or already in other prices or of another edition.

    >>> typed = Deflator("typed", pd.Series({2024: 80.0, 2025: 100.0}))
    >>> cash = pd.DataFrame({"value": [-8.0], "unit": ["GBP m"], "fy": [2024]})
    >>> deflate(cash, 2025, typed)[["value", "prices"]].values.tolist()
    [[-10.0, '2024-25 prices (typed)']]
    """
    other = frame["unit"][~frame["unit"].astype(str).str.match(r"GBP\b")]
    if len(other):
        raise BasisError(
            f"Only money can be put in real terms; these figures are in {sorted(set(other))}. Choose the money first."
        )
    name = by.prices(price_year)
    was = set(frame["prices"]) if "prices" in frame else {CASH}
    if was == {name}:
        return frame.copy()
    if was - {CASH}:
        raise BasisError(f"These figures are in {', '.join(sorted(was))}; they cannot be put in {name}. Start again from cash.")
    fy = frame["fy"] if "fy" in frame else march_year(frame["end"])
    factor = by.factor(fy, price_year)
    scaled = {column: frame[column] * factor for column in values if column in frame}
    return frame.assign(**scaled, prices=name)


def march_year(dates: pd.Series) -> pd.Series:
    """The financial year, as the year of its March, in which each date falls.

    >>> march_year(pd.Series(pd.to_datetime(["2024-03-31", "2024-04-01"]))).tolist()
    [2024, 2025]
    """
    dates = pd.to_datetime(dates)
    return (dates.dt.year + (dates.dt.month > 3)).astype("int64")
