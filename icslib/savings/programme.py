"""A savings programme: what is asked of each place, by risk band, and how much of it is one-off.

A programme is a plain frame, one row a scheme or a band: ``place``, ``band``, ``asked`` (GBP m, positive), ``one_off``
(share of what is delivered that will not recur, 0 to 1). How much of a band is delivered is an assumption, kept
apart in a table that the reader can change: nobody publishes delivery by risk band.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..errors import BasisError
from ..tidy import merge_cells

BANDS = ("high", "medium", "low")
MOST = 1.2
DELIVERY = pd.DataFrame({"mean": [0.75, 0.90, 0.98], "sd": [0.25, 0.15, 0.08], "most": MOST}, index=pd.Index(BANDS, name="band"))
"""Share of what was asked that is delivered: mean, standard deviation and the most there can be, by risk band.

Set so that the mix of the boards' plans for 2022-23 gives 88%, what was delivered that year of what was asked of all systems. How
that divides over the bands, and the spread inside them, is our assumption: see :func:`~icslib.savings.published.check_delivery`.
"""


def delivery(**means: float) -> pd.DataFrame:
    """The default assumptions with other means by band; a spread too wide for its new mean is narrowed to what fits.

    >>> delivery(high=0.5)["mean"].tolist()
    [0.5, 0.9, 0.98]
    """
    strange = sorted(set(means) - set(BANDS))
    if strange:
        raise BasisError(f"There is no risk band {strange}. Bands: {', '.join(BANDS)}.")
    table = DELIVERY.assign(mean=pd.Series({**DELIVERY["mean"], **means}))
    m = table["mean"] / table["most"]
    table["sd"] = np.minimum(table["sd"], 0.8 * table["most"] * np.sqrt((m * (1 - m)).clip(lower=0)))
    return check_assumptions(table)


def make_programme(
    asked: Mapping[str, float] | pd.Series,
    bands: Mapping[str, float],
    one_off: float | Mapping[str, float],
) -> pd.DataFrame:
    """A programme from totals by place and shares by risk band.

    Parameters
    ----------
    asked : GBP m by place; ``attrs["cells"]``, the cells of each, is kept
    bands : share of each band; they sum to one
    one_off : share that is one-off, for all or by place

    >>> make_programme({"QQA": 100.0}, {"high": 0.36, "medium": 0.25, "low": 0.39}, one_off=0.35)["asked"].round(2).tolist()
    [36.0, 25.0, 39.0]
    """
    check_bands(bands)
    known = getattr(asked, "attrs", {})
    asked = pd.Series(asked, dtype=float)
    rows = pd.DataFrame({"place": np.repeat(asked.index, len(bands)), "band": list(bands) * len(asked)})
    rows["asked"] = np.outer(asked, list(bands.values())).ravel()
    rows["one_off"] = one_off if isinstance(one_off, float | int) else rows["place"].map(one_off)
    rows.attrs = known
    return check_programme(rows)


def cells_behind(programme: pd.DataFrame) -> tuple[str, ...]:
    """The cells of what its places were asked for, where the asks named them."""
    known = programme.attrs.get("cells", {})
    return merge_cells(known.get(place, ()) for place in programme["place"].unique())


def check_bands(bands: Mapping[str, float]) -> None:
    """Say so unless the shares by risk band lie between 0 and 1 and sum to one."""
    total, told = sum(bands.values()), ", ".join(f"{band} {share:g}" for band, share in bands.items())
    if abs(total - 1) > 1e-6:
        raise BasisError(
            f"The shares by risk band sum to {total:g}, not to 1: {told}. Put what is not rated in a band of its own."
        )
    if min(bands.values()) < 0:
        raise BasisError(f"A share by risk band is below zero: {told}. Together high and medium cannot be more than 1.")


def check_programme(programme: pd.DataFrame, delivery: pd.DataFrame = DELIVERY) -> pd.DataFrame:
    """Return `programme` if it can be simulated; otherwise say which row cannot, and why."""
    missing = [name for name in ("place", "band", "asked", "one_off") if name not in programme]
    if missing:
        raise BasisError(f"A programme needs the columns {missing}; it has {list(programme.columns)}.")
    if programme.empty:
        raise BasisError("The programme has no rows: no place was asked for savings.")
    strange = sorted(set(programme["band"]) - set(delivery.index))
    if strange:
        raise BasisError(
            f"No delivery is assumed for the risk band {strange}. Assumed: {list(delivery.index)}. Add a row, or rename the band."
        )
    for name, low, high in (("asked", 0, np.inf), ("one_off", 0, 1)):
        bad = programme[~programme[name].between(low, high)]
        if len(bad):
            row = bad.iloc[0]
            raise BasisError(
                f"{row['place']}, {row['band']} risk: {name} is {row[name]:g}; it must lie between {low} and {high}."
            )
    empty = programme.groupby("place")["asked"].sum()
    if (empty <= 0).any():
        raise BasisError(f"{empty.index[empty <= 0][0]} was asked for nothing. Leave it out of the programme.")
    return programme.reset_index(drop=True)


def check_assumptions(delivery: pd.DataFrame) -> pd.DataFrame:
    """Return `delivery` if each band is a possible distribution on 0 to ``most``."""
    for band, row in delivery.iterrows():
        m, v = row["mean"] / row["most"], (row["sd"] / row["most"]) ** 2
        if not (0 < m < 1 and 0 < v < m * (1 - m)):
            limit = row["most"] * np.sqrt(max(m * (1 - m), 0))
            raise BasisError(
                f"Delivery of the {band} band cannot have mean {row['mean']:g} and standard deviation {row['sd']:g} between 0 "
                "and "
                f"{row['most']:g}: the mean must lie inside, and the standard deviation below {limit:.2f}."
            )
    return delivery


def share_out(total: float, weights: pd.Series, known: pd.Series | None = None) -> pd.Series:
    """A national ask by place (GBP m, sums to `total`): published where known, the rest in proportion to `weights`.

    >>> share_out(100.0, pd.Series({"A": 1.0, "B": 3.0, "C": 2.0}), pd.Series({"C": 20.0})).tolist()
    [20.0, 60.0, 20.0]
    """
    known = pd.Series(dtype=float) if known is None else known.reindex(weights.index).dropna()
    rest, others = total - known.sum(), weights.drop(known.index)
    if rest < 0 or (len(others) == 0 and rest > 1e-9):
        raise BasisError(
            f"The published asks of {len(known)} places come to {known.sum():g}, the national ask is {total:g}: they cannot "
            "both hold."
        )
    if (others <= 0).any() or others.isna().any():
        raise BasisError(f"{others.index[~(others > 0)][0]} has no weight above zero to share the rest out by.")
    return pd.concat([known, others / others.sum() * rest]).reindex(weights.index).rename_axis("place").rename("asked")
