"""Money in real terms: one named edition, never two."""

import pandas as pd
import pytest

from icslib import paths
from icslib.errors import BasisError, PeriodError
from icslib.prices import Deflator, deflate, deflator, march_year, read_deflators

TYPED = Deflator("typed", pd.Series({2023: 80.0, 2024: 90.0, 2025: 100.0}))


def money(values, years, **extra):
    return pd.DataFrame({"value": values, "unit": "GBP m", "fy": years, **extra})


def test_a_deficit_of_an_earlier_year_is_larger_in_later_prices():
    real = deflate(money([-8.0, -9.0, -10.0], [2023, 2024, 2025]), 2025, TYPED)
    assert real["value"].tolist() == [-10.0, -10.0, -10.0]
    assert set(real["prices"]) == {"2024-25 prices (typed)"}


def test_any_price_year_gives_the_same_ratio_between_two_years():
    frame = money([-8.0, -9.0], [2023, 2024])
    ratios = [deflate(frame, year, TYPED)["value"].pipe(lambda v: v[1] / v[0]) for year in (2023, 2024, 2025)]
    assert ratios == pytest.approx([1.0, 1.0, 1.0])


def test_bounds_move_with_the_value():
    real = deflate(money([-8.0], [2023], lower=[-16.0], upper=[float("nan")]), 2025, TYPED)
    assert real["lower"].tolist() == [-20.0] and real["upper"].isna().all()


def test_two_editions_are_never_mixed():
    once = deflate(money([-8.0], [2023]), 2025, TYPED)
    assert deflate(once, 2025, TYPED)["value"].tolist() == [-10.0]
    with pytest.raises(BasisError, match=r"2024-25 prices \(typed\).*Start again from cash"):
        deflate(once, 2025, Deflator("other", TYPED.index))
    with pytest.raises(BasisError, match="Start again"):
        deflate(once, 2024, TYPED)


def test_only_money_is_deflated_and_only_inside_the_edition():
    with pytest.raises(BasisError, match="percent"):
        deflate(money([1.0], [2023]).assign(unit="percent"), 2025, TYPED)
    with pytest.raises(PeriodError, match=r"2018-19.*runs from 2022-23 to 2024-25"):
        deflate(money([1.0], [2019]), 2025, TYPED)


def test_within_the_year_a_month_takes_its_financial_year():
    dates = pd.Series(pd.to_datetime(["2022-09-30", "2023-03-31", "2023-04-30"]))
    assert march_year(dates).tolist() == [2023, 2023, 2024]


def test_a_calendar_year_edition_is_not_offered():
    printed = pd.DataFrame(
        {
            "unit": "index, 2024-25 = 100",
            "edition": ["a", "a", "calendar b"],
            "period": ["2023-24", "2024-25", "2015"],
            "value": [96.0, 100.0, 100.0],
        }
    )
    held = read_deflators(printed)
    assert list(held) == ["a"]
    with pytest.raises(BasisError, match=r"'hmt'.*Held: a"):
        deflator("hmt", printed)


def test_each_shipped_index_agrees_with_its_own_yearly_change():
    printed = pd.read_csv(paths.raw("figures", "gdp_deflator.csv"))
    compared = 0
    for edition, held in read_deflators(printed).items():
        change = printed[(printed["unit"] == "percent") & (printed["edition"] == edition)]
        told = pd.Series(change["value"].to_numpy(), index=change["period"].str[:4].astype(int) + 1)
        both = pd.concat([told, held.index.pct_change() * 100], axis=1).dropna()
        compared += len(both)
        assert ((both[0] - both[1]).abs() < 0.005).all(), edition
    assert compared > 40


def test_the_editions_shipped_differ_so_naming_one_matters():
    factor = {
        name: held.factor(2011, 2025) for name, held in read_deflators().items() if 2011 in held.index and 2025 in held.index
    }
    assert len(factor) >= 2 and max(factor.values()) / min(factor.values()) > 1.001
