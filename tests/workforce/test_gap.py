"""The gap: series apart, editions kept, posts only from one page, bounds from rounding."""

import numpy as np
import pandas as pd
import pytest

from icslib import store
from icslib.errors import BasisError
from icslib.workforce.gap import measure_gap

COLUMNS = ["measure", "staff_group", "end", "value", "rounding", "flag", "address", "published"]


def typed(*rows, **columns):
    frame = pd.DataFrame(rows, columns=COLUMNS)
    fixed = {
        "place": "E92000001",
        "basis": "outturn",
        "publisher": "P",
        "source": "s",
        "sheet": "",
        "column": "G",
        "row": range(2, len(frame) + 2),
    }
    return frame.assign(**fixed, **columns)


COUNT = ("vacancies", "nurses", "2022-06-30", 1_000.0, 1.0, "", "a", "2022-09")
RATE = ("vacancy_rate", "nurses", "2022-06-30", 10.0, 0.1, "", "a", "2022-09")


def test_a_count_and_a_rate_of_one_page_imply_posts_with_the_interval_of_their_rounding():
    row = measure_gap(typed(COUNT, RATE)).table.iloc[0]
    assert (row["posts"], row["in_post"]) == (10_000.0, 9_000.0)
    assert row["posts_low"] == pytest.approx(999.5 / 0.1005) and row["posts_high"] == pytest.approx(1000.5 / 0.0995)
    assert row["cells"] == ("s!!G2", "s!!G3")


def test_a_count_and_a_rate_of_two_pages_imply_nothing():
    other = (*RATE[:6], "b", "2023-01")
    row = measure_gap(typed(COUNT, other)).table.iloc[0]
    assert row["vacancies"] == 1_000 and row["rate"] == 10 and np.isnan(row["posts"])


def test_a_restatement_is_used_and_the_first_edition_kept():
    later = ("vacancies", "nurses", "2022-06-30", 980.0, 1.0, "revised", "b", "2023-09")
    gap = measure_gap(typed(COUNT, later))
    assert gap.table.iloc[0]["vacancies"] == 980 and len(gap.editions) == 2
    assert gap.facts.set_index("theirs")["stands"].to_dict() == {1_000.0: "restated since", 980.0: "ours"}


def test_an_exact_figure_stands_before_a_bound_printed_later():
    bound = ("vacancies", "nurses", "2022-06-30", 900.0, 100.0, "at least", "b", "2024-01")
    gap = measure_gap(typed(COUNT, bound))
    assert gap.table.iloc[0]["vacancies"] == 1_000
    assert measure_gap(typed(bound)).table.iloc[0]["qualifier"] == "at least"


def test_temporary_cover_is_a_share_of_vacancies():
    cover = ("temporary_workforce", "nurses", "2022-06-30", 800.0, 1.0, "", "a", "2022-09")
    assert measure_gap(typed(COUNT, cover)).table.iloc[0]["covered"] == 80.0


def test_groups_are_never_joined_and_missing_quarters_show():
    gap = measure_gap(typed(COUNT, ("vacancies", "nurses and midwives", "2021-12-31", 5.0, 1.0, "", "a", "2022")))
    assert list(gap.coverage.columns) == ["2021-12", "2022-03", "2022-06"]
    assert gap.coverage.loc["nurses"].tolist() == ["", "", "count"]


def test_other_series_and_bases_are_refused():
    with pytest.raises(BasisError, match="choose one"):
        measure_gap(typed(COUNT, RATE, series=["stock", "adverts"]))
    with pytest.raises(BasisError, match="Keep outturn"):
        measure_gap(typed(COUNT).assign(basis="plan"))
    with pytest.raises(BasisError, match="No vacancies of Y56"):
        measure_gap(typed(COUNT), place="Y56")


def test_the_published_key_facts_are_those_we_give():
    table = measure_gap(store.load("vacancies_national")).table.set_index(["staff_group", "day"])
    assert table.loc[("registered nursing and midwifery", "2017-06-30"), "vacancies"].item() == 38_328
    assert table.loc[("all", "2022-06-30"), "rate"].item() == 9.7
    low, high = table.loc[("all", "2022-06-30"), ["posts_low", "posts_high"]].to_numpy().ravel()
    assert low < 132_139 / 0.097 < high


def test_a_region_of_one_day_is_told_without_a_highest():
    gap = measure_gap(store.load("vacancies_national"), "Y56")
    assert gap.place == "Y56" and gap.facts["stands"].tolist().count("ours") == 4
    assert "quarters we hold" not in gap.finding and "at least 20,000 at the end of June 2022." in gap.finding
