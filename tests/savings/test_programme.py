"""Programmes: shares that must sum, asks that must hold, and the printed arithmetic of 2022-23."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icslib import store
from icslib.deficits.people import heads
from icslib.errors import BasisError
from icslib.prices import Deflator
from icslib.savings.asks import asks_by_system
from icslib.savings.programme import DELIVERY, check_assumptions, check_programme, delivery, make_programme, share_out
from icslib.savings.published import check_delivery, national_savings
from icslib.savings.sensitivity import usual_shocks

MIX = {"high": 0.36, "medium": 0.25, "low": 0.39}


def test_a_programme_sums_to_what_was_asked():
    made = make_programme({"QQA": 100.0, "QQB": 50.0}, MIX, {"QQA": 0.3, "QQB": 0.4})
    assert made.groupby("place")["asked"].sum().to_dict() == pytest.approx({"QQA": 100.0, "QQB": 50.0})
    assert made.groupby("place")["one_off"].first().to_dict() == {"QQA": 0.3, "QQB": 0.4}


@pytest.mark.parametrize(
    "programme, words",
    [
        ({"asked": [-1.0]}, "asked is -1; it must lie between 0"),
        ({"one_off": [1.2]}, "one_off is 1.2"),
        ({"one_off": [float("nan")]}, "one_off is nan"),
        ({"band": ["huge"]}, r"risk band \['huge'\]"),
        ({"asked": [0.0]}, "QQA was asked for nothing"),
    ],
)
def test_a_programme_that_cannot_be_is_refused(programme, words):
    good = pd.DataFrame({"place": ["QQA"], "band": ["low"], "asked": [1.0], "one_off": [0.3]})
    assert len(check_programme(good)) == 1
    with pytest.raises(BasisError, match=words):
        check_programme(good.assign(**programme))


def test_shares_that_do_not_sum_to_one_and_missing_columns_are_refused():
    with pytest.raises(BasisError, match=r"sum to 0\.61, not to 1"):
        make_programme({"QQA": 1.0}, {"high": 0.36, "medium": 0.25}, 0.3)
    for refuse in (lambda bands: make_programme({"QQA": 1.0}, bands, 0.3), lambda bands: check_delivery(national([]), bands)):
        with pytest.raises(BasisError, match=r"below zero.*cannot be more than 1"):
            refuse({"high": 0.8, "medium": 0.5, "low": -0.3})
    with pytest.raises(BasisError, match=r"columns \['one_off'\]"):
        check_programme(pd.DataFrame({"place": [], "band": [], "asked": []}))


def test_an_impossible_delivery_is_refused():
    with pytest.raises(BasisError, match=r"high band cannot have mean 0\.75 and standard deviation 0\.7"):
        check_assumptions(DELIVERY.assign(sd=0.7))
    with pytest.raises(BasisError, match=r"mean 1\.3"):
        check_assumptions(DELIVERY.assign(mean=1.3))


@settings(deadline=None)
@given(st.floats(100, 9000), st.lists(st.floats(0.1, 5), min_size=3, max_size=12), st.floats(0, 0.9))
def test_a_national_ask_is_shared_out_whole(total, weights, part):
    weights = pd.Series(weights, index=[f"Q{i}" for i in range(len(weights))])
    found = share_out(total, weights, pd.Series({"Q0": part * total}))
    assert found.sum() == pytest.approx(total) and found["Q0"] == part * total
    rest = found.drop("Q0") / weights.drop("Q0")
    assert rest.max() == pytest.approx(rest.min())


def test_published_asks_cannot_exceed_the_national_one():
    with pytest.raises(BasisError, match="come to 12, the national ask is 10"):
        share_out(10.0, pd.Series({"A": 1.0, "B": 1.0}), pd.Series({"A": 12.0}))


CLAIMS = """
savings_required            | 5700 | GBP m
nonrecurrent_planned_savings | 2   | GBP bn
icb_savings                 | 1700 | GBP m
icb_savings_high_risk_pct   | 36   | percent
icb_savings_medium_risk_pct | 25   | percent
"""


def claims():
    rows = [[cell.strip() for cell in line.split("|")] for line in CLAIMS.strip().splitlines()]
    return (
        pd.DataFrame(rows, columns=["measure", "value", "unit"])
        .astype({"value": float})
        .assign(source="claims", sheet="", column="E", row=range(2, 7))
    )


def test_the_arithmetic_of_2022_23_from_five_printed_figures():
    found = national_savings(claims())
    amount = found.table.set_index("part")["amount"]
    assert amount["ICBs, high risk"] == pytest.approx(612.0) and amount["ICBs, medium risk"] == pytest.approx(425.0)
    assert amount["asked of trusts, risk not published"] == 4000.0 and amount["of that, recurrent"] == 3700.0
    assert found.table.set_index("part").loc["ICBs, high risk", "cells"] == ("claims!!E4", "claims!!E5")
    assert "£2.0bn of it one-off (35%)" in found.finding


def test_a_missing_claim_stops_the_arithmetic():
    with pytest.raises(BasisError, match="'icb_savings' should be one printed figure; none held"):
        national_savings(claims().query("measure != 'icb_savings'"))


def national(rows):
    frame = pd.DataFrame(rows, columns=["measure", "period", "value", "publisher"])
    frame = frame.assign(unit="GBP m", basis="plan", source="n", sheet="", column="E", row=range(2, len(frame) + 2))
    frame["end"] = pd.to_datetime("20" + frame["period"].str[-2:] + "-03-31")
    return frame


def test_targets_and_deliveries_meet_by_year_and_gaps_stay():
    asked = [
        ("efficiency_target", "2022-23", 5700.0, ""),
        ("efficiency_target", "2022-23", 5670.0, ""),
        ("efficiency_target", "2025-26", 11000.0, ""),
    ]
    printed = national([*asked, ("efficiency_delivered", "2022-23", 4980.0, "")])
    made = check_delivery(printed, MIX)
    found = made.table
    assert "87% to 88%" in made.finding and "88%, inside" in made.finding
    assert found["share"].round(4).tolist()[:2] == [round(4980 / 5670, 4), round(4980 / 5700, 4)] and pd.isna(
        found["share"].iloc[2]
    )
    assumed = 0.36 * 0.75 + 0.25 * 0.90 + 0.39 * 0.98
    assert found["assumed"].iloc[0] == pytest.approx(assumed)
    implied = found["high_implied"].iloc[1]
    assert 0.36 * implied + 0.25 * 0.90 + 0.39 * 0.98 == pytest.approx(4980 / 5700)
    assert found["cells"].iloc[0] == ("n!!E3", "n!!E5") and made.gaps == []
    later = national([("efficiency_delivered", "2024-25", 8700.0, "")])
    assert check_delivery(pd.concat([printed, later]), MIX).gaps == ["2023-24"]


def test_asks_by_system_are_published_or_shared_out_and_traceable():
    whole = national([("efficiency_target", "2024-25", 100.0, "NHS England")])
    own = national([("efficiency_target", "2024-25", 40.0, "Board"), ("efficiency_target", "2023-24", 9.0, "Board")]).assign(
        place="QQA", source="s"
    )
    people = pd.Series({"QQA": 1e6, "QQB": 2e6, "QQC": 1e6})
    people.attrs["cells"] = {"QQA": ("p!!B2",), "QQB": ("p!!B3",), "QQC": ("p!!B4",)}
    found = asks_by_system(whole, own, people, 2025)
    assert found.asked.to_dict() == pytest.approx({"QQA": 40.0, "QQB": 40.0, "QQC": 20.0})
    assert (
        found.table["cells"].tolist() == [("s!!E2",), *[("n!!E2", "p!!B2", "p!!B3", "p!!B4", "s!!E2")] * 2]
        and found.table.loc["QQC", "per_head"] == 20.0
    )
    assert found.table["cells:per_head"]["QQA"] == ("p!!B2", "s!!E2") and found.asked.attrs["cells"]["QQA"] == ("s!!E2",)
    assert "1 of 3" in found.finding
    by = Deflator("a", pd.Series({2025: 80.0, 2026: 100.0}))
    assert asks_by_system(whole, own, people, 2025, price_year=2026, by=by).asked.to_dict() == pytest.approx(
        {"QQA": 50.0, "QQB": 50.0, "QQC": 25.0}
    )
    with pytest.raises(BasisError, match=r"No national savings target is held for 2023-24\. Held: 2024-25"):
        asks_by_system(whole, own, people, 2024)
    with pytest.raises(BasisError, match="asked of QQA in 2024-25 are printed with 2 values"):
        asks_by_system(whole, pd.concat([own, own.assign(value=41.0)]), people, 2025)


@pytest.mark.parametrize("vintage, systems, published", [("2022-07", 42, 11), ("2024-04", 42, 11), ("2026-04", 36, 10)])
def test_no_published_ask_is_lost_when_boards_merge(vintage, systems, published):
    people = heads(store.load("populations"), "need-weighted")
    found = asks_by_system(store.load("finances_national"), store.load("finances_by_ics"), people, 2025, vintage=vintage)
    assert found.asked.sum() == pytest.approx(9300.0) and found.table["published"].sum() == pytest.approx(2803.9)
    assert (
        len(found.table) == systems
        and (found.table["published"] > 0).sum() == published
        and f"({published} of {systems}" in found.finding
    )
    apportioned = (found.asked * found.table["apportioned"]).sum()
    assert apportioned == 0 if vintage == "2022-07" else 100 < apportioned < 600
    assert "published in part" not in set(found.table["how"]) or "3 in part" in found.finding


def test_shocks_are_of_published_size_and_of_the_time():
    rows = [
        ("inflation_pressure_unfunded", "2023-24", 1700.0, ""),
        ("deficit_support_funding", "2024-25", 2300.0, ""),
        ("system_allocation", "2024-25", 1000.0, ""),
    ]
    shocks, cells = usual_shocks(national(rows), 2025, pay_share=0.5)
    assert list(shocks.values()) == [-1700.0, -2300.0, -5.0] and cells == ("n!!E2", "n!!E3", "n!!E4")
    assert list(usual_shocks(national(rows), 2025, 0.5, part=0.1)[0].values()) == pytest.approx([-170.0, -230.0, -0.5])
    later = [("deficit_support_funding", "2025-26", 2200.0, "")]
    assert list(usual_shocks(national(rows + later), 2026)[0].values())[1] == -2200.0
    assert list(usual_shocks(national(rows + later), 2025)[0].values())[1] == -2300.0
    assert list(usual_shocks(national(rows + later), 2022)[0].values())[1] == -2300.0
    with pytest.raises(BasisError, match="No shock is published"):
        usual_shocks(national(rows).head(0), 2022)


def test_a_moved_mean_keeps_a_possible_spread():
    check_assumptions(delivery(high=0.05, medium=1.15, low=1.19))
    with pytest.raises(BasisError, match=r"risk band \['huge'\]"):
        delivery(huge=0.5)
    with pytest.raises(BasisError, match=r"low band cannot have mean 1\.3"):
        delivery(low=1.3)
