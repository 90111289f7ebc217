"""The claims ledger: each verdict on typed figures, and every shipped verdict recomputed another way."""

import numpy as np
import pandas as pd
import pytest

from icslib import paths
from icslib.claims import FORMULAS, VERDICTS, check_claims
from icslib.claims.wording import write_figure
from icslib.cli import main
from icslib.errors import StoreError
from icslib.exhibits import plot, table


def rows(**columns):
    size = max(len(v) for v in columns.values() if isinstance(v, list))
    frame = pd.DataFrame({"place": "E92000001", "unit": "percent", "rounding": 1.0, "period": "2022", "basis": "outturn", "flag": "", "publisher": "A Paper",
                          "address": "https://example.org/other", "published": "2022-10", "source": "held", "sheet": "", "column": "G", **columns})  # fmt: skip
    return frame.assign(row=range(2, size + 2), start=pd.Timestamp("2022-01-01"))


def ledger(
    claimed,
    held,
    formula="take",
    operands="held: measure=rate",
    flag="",
    rounding=1.0,
    held_flag="",
    address="https://example.org/other",
):
    claims = rows(
        measure=["said"],
        value=[claimed],
        claim=["C1"],
        statement=["It is so"],
        flag=[flag],
        rounding=[rounding],
        address=["https://example.org/claim"],
    )
    figures = rows(measure=["rate"] * len(held), value=held, flag=[held_flag] * len(held), address=[address] * len(held))
    rules = pd.DataFrame(
        {"claim": ["C1"], "formula": [formula], "operands": [operands], "reason": [""], "nearest": [""], "since": [""]}
    )
    return check_claims(claims, rules, {"held": figures, "nao_claims": claims}.__getitem__).table.loc["C1"]


@pytest.mark.parametrize(("claimed", "ours", "words", "why"), [
    (10.0, 10.4, {}, "ours, rounded as the statement is, gives it"),
    (10.0, 10.6, {}, "both fit once rounding is allowed for: ours may be 10.1% to 11.1%"),
    (10.0, 12.0, {"flag": "at least"}, "ours is no less, as said"),
    (25.0, 27.0, {"flag": "about"}, "ours is within a tenth of it"),
    (10.0, 8.0, {}, "ours is 2.0 points less, more than rounding leaves open"),
    (10.0, 12.0, {"held_flag": "revised"}, "ours is 2.0 points more, a revision since"),
])  # fmt: skip
def test_a_verdict_says_why(claimed, ours, words, why):
    assert ledger(claimed, [ours], **words)["why"] == why


@pytest.mark.parametrize(("value", "unit", "said"), [
    (9000.0, "GBP m", "£9bn"), (4602.06, "GBP m", "£4.6bn"), (5670.0, "GBP m", "£5.67bn"), (-1250.0, "GBP m", "−£1.25bn"),
    (651.0, "GBP m", "£651m"), (31.0, "systems", "31 systems"), (2.7, "percent", "2.7%"), (3_146_943.0, "people", "3,146,943 people"),
])  # fmt: skip
def test_figures_are_written_as_a_reader_says_them(value, unit, said):
    assert write_figure(value, unit) == said


def test_the_short_list_tells_what_holds_what_does_not_and_what_keeps_the_rest(whole):
    first, *off, kept, plain = whole.findings
    counts, reasons = whole.counts, whole.table.query("verdict == 'cannot be checked'")["reason"].value_counts()
    assert first == (
        f"Of {len(whole.table)} statements: {counts['reproduced'] + counts['consistent']} hold ({counts['reproduced']} reproduced, "
        f"{counts['consistent']} consistent), {counts['differs']} do not, {counts['cannot be checked']} cannot be checked."
    )
    assert (
        "“The largest system has 3.5m people” (Medscape UK) does not hold: we find 3,146,943 people." in off[0]
        and len(off) == counts["differs"]
    )
    assert all(f"for {count}, {reason}" in kept for reason, count in reasons[reasons >= 3].items())
    assert f"the other {reasons[reasons < 3].sum()} " in kept and "not doubted" in plain


@pytest.mark.parametrize(("claimed", "ours", "words", "verdict"), [
    (10.0, 10.4, {}, "reproduced"),
    (10.0, 10.6, {}, "consistent"),  # 10.6 may be 10.1, and 10 may be 10.5
    (10.0, 12.0, {}, "differs"),
    (10.0, 12.0, {"held_flag": "revised"}, "superseded"),
    (10.0, 12.0, {"flag": "at least"}, "consistent"),
    (10.0, 9.0, {"flag": "at least"}, "differs"),
    (25.0, 27.0, {"flag": "about"}, "consistent"),
    (25.0, 29.0, {"flag": "about"}, "differs"),
])  # fmt: skip
def test_a_verdict_allows_for_rounding_and_for_what_the_words_leave_open(claimed, ours, words, verdict):
    row = ledger(claimed, [ours], **words)
    assert row["verdict"] == verdict
    assert row["apart"] == pytest.approx(ours - claimed)


def test_the_page_that_made_the_claim_never_answers_it():
    with pytest.raises(StoreError, match="from another page"):
        ledger(10.0, [10.0], address="https://example.org/claim")


def test_without_a_formula_a_claim_cannot_be_checked():
    row = ledger(10.0, [10.0], formula="")
    assert row["verdict"] == "cannot be checked" and np.isnan(row["ours"])


def test_least_and_most_of_several():
    assert ledger(3.0, [3.2, 9.0], formula="least")["verdict"] == "reproduced"
    assert ledger(3.0, [3.2, 9.0], formula="most")["verdict"] == "differs"


def test_figures_that_differ_in_kind_are_not_taken_for_one():
    mixed = rows(measure=["rate", "rate"], value=[1.0, 2.0], basis=["plan", "outturn"])
    claims = rows(measure=["said"], value=[1.0], claim=["C1"], statement=["It is so"], address=["https://example.org/claim"])
    rules = pd.DataFrame(
        {"claim": ["C1"], "formula": ["take"], "operands": ["held: measure=rate"], "reason": "", "nearest": "", "since": ""}
    )
    with pytest.raises(StoreError, match="differ in basis"):
        check_claims(claims, rules, {"held": mixed}.__getitem__)
    with pytest.raises(StoreError, match="do not match: C1, C9"):
        check_claims(claims, rules.assign(claim="C9"), {"held": mixed}.__getitem__)


def test_formulas_by_hand():
    assert FORMULAS["share"](1.0, 4.0) == 25.0
    assert FORMULAS["rise"](55.0, 165.0) == pytest.approx(50.0)
    assert FORMULAS["growth"](107.0, 100.0) == pytest.approx(7.0)
    assert FORMULAS["real growth"](107.1, 100.0, 5.0) == pytest.approx(2.0)
    assert FORMULAS["back"](100.0, 50.0, 20.0, 25.0, 50.0) == pytest.approx(16 + 20)


@pytest.fixture(scope="module")
def whole():
    return check_claims()


@pytest.fixture(scope="module")
def shipped(whole):
    return whole.table


def raw(name):
    return pd.read_csv(paths.raw("figures", f"{name}.csv"))


def test_every_claim_has_a_verdict_and_what_cannot_be_checked_says_why(shipped):
    assert len(shipped) == len(raw("nao_claims")) and set(shipped["verdict"]) <= set(VERDICTS)
    unchecked = shipped[shipped["verdict"] == "cannot be checked"]
    assert (unchecked["reason"] != "").all() and unchecked["ours"].isna().all()
    checked = shipped[shipped["verdict"] != "cannot be checked"]
    assert checked["ours"].notna().all() and (checked["why"] != "").all() and (unchecked["why"] == "").all()


def test_each_checked_figure_is_recomputed_from_the_transcriptions(shipped):
    """By other code: plain look-ups in the CSV files, one for each claim that has a figure of ours."""
    england = "place == 'E92000001' and "
    pick = lambda name, query: raw(name).query(england + query)["value"]  # noqa: E731
    target = pick("finances_national", "measure == 'efficiency_target' and period == '2022-23' and publisher == 'HFMA'").item()
    people = raw("allocations").query("measure == 'registered_population' and period == '2022-23'")["value"]
    budget = pick("allocations", "measure == 'ccg_icb_allocation_total' and period == '2022-23'").item()
    backlog = raw("backlog_national").set_index(["measure", "period"])["value"]
    total = (
        raw("backlog_national").query("measure == 'backlog_total' and period == '2021-22' and prices == 'cash'")["value"].item()
    )
    high = (
        raw("backlog_national")
        .query("measure == 'backlog_high_risk' and period == '2021-22' and prices == 'cash'")["value"]
        .item()
    )
    both = total * backlog["backlog_high_and_significant_share", "2021-22"] / 100
    years = "2020-21 to 2021-22"
    before = high / (1 + backlog["backlog_high_risk_growth", years] / 100) + (both - high) / (
        1 + backlog["backlog_significant_risk_growth", years] / 100
    )
    rate = pick(
        "vacancies_national",
        "measure == 'vacancy_rate' and staff_group == 'all' and period == '2022-06-30' and publisher.str.contains('Express')",
    ).item()
    power = (
        raw("local_government")
        .query("measure == 'core_spending_power' and period in ('2021-22', '2022-23')")
        .set_index("period")["value"]
    )
    prices = (
        raw("gdp_deflator")
        .query("measure == 'gdp_deflator_change' and edition == 'OBR November 2025' and period == '2022-23'")["value"]
        .item()
    )
    ours = {
        "C02": 25.0, "C05": target, "C06": 100 * target / budget, "C08": 100 * target / budget, "C11": 100 * 2000 / target, "C19": rate, "C20": 9200.0,
        "C21": before, "C25": 100 * 2000 / target, "C28": 1_915_645.0, "C33": 9200.0, "C34": before, "C36": rate, "C37": 50.0,
        "C38": people.min(), "C39": people.max(), "C44": people.min(), "C45": people.max(),
        "C47": 133.0, "C51": 18.0, "C61": 100 * (power["2022-23"] / power["2021-22"] - 1),
        "C62": 100 * (power["2022-23"] / power["2021-22"] / (1 + prices / 100) - 1),
    }  # fmt: skip
    for claim, value in ours.items():
        assert shipped.loc[claim, "ours"] == pytest.approx(value), claim
    checked = set(shipped.index[shipped["ours"].notna()])
    assert checked == set(ours) | {"C26", "C27", "C35"}


def test_the_waiting_list_is_that_of_the_official_months(shipped):
    from icslib import store

    waiting = store.load("waiting_england").query("measure == 'rtt_waiting'").set_index("period")["value"]
    in_2022 = waiting[waiting.index.str.startswith("2022-")]
    assert shipped.loc["C26", "ours"] == in_2022.min() and shipped.loc["C27", "ours"] == in_2022.max()
    assert shipped.loc["C35", "ours"] == waiting["2022-12"]


def test_every_figure_of_the_ledger_can_be_traced(shipped):
    from icslib import store

    traced = store.trace(shipped[shipped["ours"].notna()])
    assert traced["value"].notna().all() and len(traced) > 30


def test_the_command_prints_the_ledger(capsys, monkeypatch, whole):
    monkeypatch.setattr("icslib.claims.check_claims", lambda: whole)
    assert main(["claims"]) == 0
    said = capsys.readouterr().out
    assert "C19  REPRODUCED" in said and "statements:" in said
    assert main(["claims", "--verdict", "differs"]) == 0
    said = capsys.readouterr().out
    assert "DIFFERS" in said and "REPRODUCED" not in said


def test_the_ledger_is_drawn_and_set_out(whole):
    assert "reproduced" in plot(whole).alt
    assert len(table(whole, verdict="reproduced").data) == whole.counts["reproduced"]
