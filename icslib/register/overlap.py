"""Nothing counted twice: a predecessor beside its successor, a total beside its parts, two codes of one body."""

import pandas as pd

from ..errors import PlaceError
from .combine import FIGURE, dimensions, number
from .facts import BEGAN, OPEN, canonical, lives, remember, table


def check_overlap(frame: pd.DataFrame, parts: bool = True, drawn: bool = False) -> pd.DataFrame:
    """Return `frame` (observations, or a panel with ``place`` and ``year``) if no body is in it twice.

    Rows are compared within one measure, period, unit, basis and source. Two places of which
    one became the other are refused if they never lived at one time, or if the older had closed
    before the period began; in the year of a merger both may rightly report. `parts` also
    refuses a total beside its parts; `drawn` says that all figures are on the boundaries of one
    date, so that a place may outlive its closing.

    Raises
    ------
    PlaceError
        Naming both places and the period.
    """
    given, printed = frame, pd.Series(frame["place"].unique())
    code = canonical(printed).fillna(printed)
    shared = printed[code.duplicated(keep=False)]
    if len(shared):
        _refuse_twins(_rows(frame[frame["place"].isin(shared)]), dict(zip(printed, code, strict=True)))
    if (code != printed).any():
        frame = frame.assign(place=frame["place"].map(dict(zip(printed, code, strict=True))))
    latest = frame.nlargest(1, "year" if "year" in frame else "start")
    last = _rows(latest)["start"].iloc[0] if len(frame) else BEGAN
    _refuse(frame, _outlived(_among(_kin(), set(code)), drawn, last), "the first became the second", drawn)
    if parts:
        _refuse(frame, _among(_contents(), set(code)), "the first is part of the second")
    return given


def _rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Distinct places of each comparable group, with the group's first and last day."""
    if "year" in frame and "period" not in frame:
        year = frame["year"].astype(int)
        start = pd.to_datetime(dict(year=year - 1, month=4, day=1))
        held = frame[["place"]].assign(key=year, start=start, end=start + pd.DateOffset(years=1, days=-1), label=year.astype(str))
    else:
        key = number(frame, [*(name for name in FIGURE if name in frame), *dimensions(frame, ["place"])])
        held = frame[["place"]].assign(key=key, start=frame["start"], end=frame["end"])
        held["label"] = (
            frame["measure"].astype(str) + " " + frame["period"].astype(str) if "measure" in frame else frame["period"]
        )
    return held.drop_duplicates(["place", "key"])


@remember("succession", "places")
def _kin() -> pd.DataFrame:
    """Every closed place with everything it became, however many steps on."""
    links = table("succession").loc[lambda f: f["old"] != f["new"]]
    heirs = links.groupby("old")["new"].agg(set).to_dict()

    def after(code: str, seen: set[str]) -> set[str]:
        for heir in heirs.get(code, set()) - seen:
            seen.add(heir)
            after(heir, seen)
        return seen

    closed = lives()["last"].reindex(list(heirs)).loc[lambda last: last < OPEN].index
    return pd.DataFrame([(old, new) for old in closed for new in after(old, set()) - {old}], columns=["one", "other"])


@remember("membership", "places")
def _contents() -> pd.DataFrame:
    """Every part with the wholes it lies in, up to region and England."""
    lies = table("membership")[["part", "whole"]].drop_duplicates()
    up = lies.rename(columns={"part": "whole", "whole": "top"})
    twice = lies.merge(up, on="whole")[["part", "top"]].rename(columns={"top": "whole"})
    coded = table("places").loc[lambda f: f["code"] != "E92000001", ["code"]].drop_duplicates()
    return pd.concat([lies, twice, pd.DataFrame(dict(part=coded["code"], whole="E92000001"))]).drop_duplicates().rename(
        columns={"part": "one", "whole": "other"})  # fmt: skip


def _among(pairs: pd.DataFrame, there: set[str]) -> pd.DataFrame:
    return pairs[pairs["one"].isin(there) & pairs["other"].isin(there)]


def _outlived(pairs: pd.DataFrame, drawn: bool, last: pd.Timestamp) -> pd.DataFrame:
    """Pairs of kin that may clash: they never lived at one time, or the older closed before the last period began."""
    life = lives()
    died, born = pairs["one"].map(life["last"]).fillna(OPEN), pairs["other"].map(life["first"]).fillna(BEGAN)
    pairs = pairs.assign(died=died, born=born)
    return pairs[(died < born) | ((died < last) & (not drawn))]


def _refuse_twins(rows: pd.DataFrame, code: dict[str, str]) -> None:
    rows = rows.assign(code=rows["place"].map(code))
    twice = rows[rows.duplicated(["key", "code"], keep=False)].sort_values(["key", "code"])
    if len(twice):
        first, second = twice["place"].iloc[:2]
        raise PlaceError(f"{first} and {second} are two codes of one body, in {twice['label'].iloc[0]}. Keep one of them.")


def _refuse(frame: pd.DataFrame, pairs: pd.DataFrame, why: str, drawn: bool = False) -> None:
    if pairs.empty:
        return
    rows = _rows(frame[frame["place"].isin({*pairs["one"], *pairs["other"]})])
    both = rows.merge(pairs, left_on="place", right_on="one").merge(
        rows[["key", "place"]].rename(columns={"place": "other"}), on=["key", "other"]
    )
    if "died" in both:
        never_met = (both["died"] < both["born"]) & ~((both["start"] <= both["died"]) & (both["born"] <= both["end"]))
        both = both[never_met | ((both["died"] < both["start"]) & (not drawn))]
    if both.empty:
        return
    hit = both.iloc[0]
    more = f" So are {len(both) - 1} more pairs." if len(both) > 1 else ""
    raise PlaceError(
        f"{hit['one']} and {hit['other']} would both be counted in {hit['label']}, but {why}.{more} "
        "Leave one of the two out, or move them to one vintage."
    )
