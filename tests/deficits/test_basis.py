"""Bases are typed: what does not stand on one basis is not put together."""

import operator

import pandas as pd
import pytest

from icslib.deficits.basis import Basis, Positions, name_bases, take
from icslib.deficits.people import per_head, share_of
from icslib.deficits.positions import compare_positions
from icslib.errors import BasisError
from icslib.prices import Deflator

FIGURES = """
QQA | system  | surplus                | plan       | 2023-24 | -5     | GBP m  | Board    |
QQA | system  | surplus                | outturn    | 2023-24 | -12.3  | GBP m  | Board    |
QQA | system  | surplus_before_support | outturn    | 2023-24 | -20    | GBP m  | Board    |
QQB | system  | surplus                | plan       | 2023-24 | -4     | GBP m  | Board    |
QQB | system  | surplus                | plan       | 2023-24 | -6.5   | GBP m  | Press    |
QQB | system  | surplus                | plan       | 2023-24 | -6.4   | GBP m  | Weekly   |
RRA | trust   | surplus                | outturn    | 2024-25 | 0.0012 | GBP bn | Board    |
QQA | system  | surplus                | draft plan | 2024-25 | -30    | GBP m  | Board    |
QQA | system  | surplus                | draft plan | 2024-25 | -2     | GBP m  | Board    | After support of 28m.
QQA | system  | beds                   | outturn    | 2024-25 | 900    | beds   | Board    |
"""


def typed(values, **basis):
    return Positions(pd.Series(values), Basis(**{"kind": "plan", **basis}), "2023-24")


def test_each_figure_is_named_and_put_in_millions(figures, rules):
    named = name_bases(figures(FIGURES), rules)
    assert len(named) == 9 and "beds" not in set(named["measure"])
    trust = named[named["place"] == "RRA"].iloc[0]
    assert (trust["scope"], round(trust["value"], 6), trust["fy"]) == ("provider", 1.2, 2025)
    assert named["support"].tolist() == [
        "not stated", "after", "before", "not stated", "not stated", "not stated", "not stated", "not stated", "after",
    ]  # fmt: skip
    assert named["cells"].iloc[1] == ("typed!!F3",)


def test_positions_on_one_basis_add_subtract_and_rank():
    a, b = typed({"QQA": -5.0, "QQB": 1.0}), typed({"QQB": 2.0, "QQA": -4.0})
    assert (a + b).values.tolist() == [-9.0, 3.0] and (a - b).values.tolist() == [-1.0, -1.0]
    assert (a < b).all() and not (a > b).any() and a.total() == -4.0


@pytest.mark.parametrize(
    "other",
    [{"kind": "outturn"}, {"support": "before"}, {"scope": "provider"}, {"prices": "2024-25 prices (a)"}, {"unit": "percent"}],
)
@pytest.mark.parametrize("work", [operator.add, operator.sub, operator.lt, operator.gt])
def test_positions_on_two_bases_are_refused(other, work):
    with pytest.raises(BasisError, match=rf"differ in {next(iter(other))}.*ask for bridge"):
        work(typed({"QQA": -5.0}), typed({"QQA": -5.0}, **other))


def test_positions_of_other_places_or_bare_numbers_are_refused():
    with pytest.raises(BasisError, match="QQB stands in only one"):
        typed({"QQA": -5.0}) - typed({"QQB": -5.0})
    with pytest.raises(BasisError, match="on which basis"):
        typed({"QQA": -5.0}) + 3.0


def test_a_gap_makes_the_total_a_gap():
    assert pd.isna(typed({"QQA": -5.0, "QQB": float("nan")}).total())


def test_taking_one_basis_names_the_choices_left(figures, rules):
    named = name_bases(figures(FIGURES), rules)
    assert take(named, "2023-24", kind="outturn", support="after").values.to_dict() == {"QQA": -12.3}
    with pytest.raises(BasisError, match=r"2 kinds of kind: \['outturn', 'plan'\]"):
        take(named, "2023-24", place="QQA")
    with pytest.raises(BasisError, match=r"QQB is printed with 3 values"):
        take(named, "2023-24", kind="plan")
    with pytest.raises(BasisError, match="No position is held for 2010-11"):
        take(named, "2010-11")


def test_contradictions_are_shown_never_settled(figures, rules):
    seen = compare_positions(figures(FIGURES), names=rules)
    assert len(seen.table) == 9
    row = seen.contradictions.iloc[0]
    assert (row["place"], row["lowest"], row["highest"], row["figures"]) == ("QQB", -6.5, -4.0, 3)
    assert "−£6.5m (Press)" in row["sources"] and "1 time two values" in seen.finding


def test_a_figure_told_twice_in_round_numbers_is_no_contradiction(figures, rules):
    twice = figures(
        "QQA | system | surplus | plan | 2023-24 | -650 | GBP m | A |\nQQA | system | surplus | plan | 2023-24 | -647.2 | GBP m | B |"
    )
    assert compare_positions(twice, names=rules).contradictions.empty


def test_gaps_are_shown_as_gaps(figures, rules):
    seen = compare_positions(figures(FIGURES), places=["QQA", "QQC"], first=2023, last=2025, names=rules)
    assert seen.coverage.loc["QQC"].tolist() == [0, 0, 0] and seen.coverage.loc["QQA"].tolist() == [0, 3, 2]
    assert seen.left_out == ("QQC",)
    with pytest.raises(BasisError, match="No published position is held for QQC"):
        compare_positions(figures(FIGURES), places=["QQC"], names=rules)


def test_real_terms_carry_their_edition_into_the_basis(figures, rules):
    by = Deflator("a", pd.Series({2024: 80.0, 2025: 100.0}))
    real = compare_positions(figures(FIGURES), price_year=2025, by=by, names=rules)
    assert real.table.query("place == 'QQA' and kind == 'plan'")["value"].tolist() == [-6.25]
    assert real.table["basis_name"].str.contains(r"2024-25 prices \(a\)").all()
    with pytest.raises(BasisError, match="by which deflator edition"):
        compare_positions(figures(FIGURES), price_year=2025, names=rules)


def test_per_head_and_share_of_allocation():
    plan = typed({"QQA": -12.0, "QQB": 6.0})
    heads = per_head(plan, pd.Series({"QQB": 300_000.0, "QQA": 600_000.0}), "need-weighted")
    assert heads.values.to_dict() == {"QQA": -20.0, "QQB": 20.0} and heads.basis.unit == "GBP per need-weighted head"
    assert share_of(plan, pd.Series({"QQA": 1200.0, "QQB": 600.0})).values.tolist() == [-1.0, 1.0]
    with pytest.raises(BasisError, match=r"allocation above zero: QQA \(0\), QQB \(nan\)"):
        share_of(plan, pd.Series({"QQA": 0.0}))
    with pytest.raises(BasisError, match="per need-weighted head already"):
        share_of(heads, pd.Series({"QQA": 1.0, "QQB": 1.0}))
    with pytest.raises(BasisError, match="differ in unit"):
        heads + plan
