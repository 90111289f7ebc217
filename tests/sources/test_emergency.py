from dataclasses import replace

import pytest
from drawing import draw, header, source, whole

from icslib import catalog, store
from icslib.errors import DriftError, SheetError
from icslib.sources.emergency import tidy_emergency
from icslib.sources.monthly_series import tidy_monthly_series

TITLES = " | ".join(header("emergency"))
MEASURES = [name for name in header("emergency").values() if name not in ("", "period", "place")]
UNBOOKED = [name for name in header("emergency_history").values() if name not in ("", "place", "month", "break")]


def row(name: str, number: int, period: str = "MSitAE-APRIL-2024") -> str:
    return f"{period} | {name} | NHS ENGLAND LONDON | {name} | " + " | ".join([str(number)] * len(MEASURES))


def total(word: str, number: int) -> str:
    return f"{word} | {word} | {word} | {word} | " + " | ".join([str(number)] * len(MEASURES))


@pytest.mark.parametrize("word", ["Total", "TOTAL", "Total "])
def test_the_total_row_is_england_however_it_is_spelt(word):
    frame = tidy_emergency({"": draw("\n".join([TITLES, row("RAA", 3), row("RBB", 4), total(word, 7)]))}, source("emergency"))
    one = frame[frame["measure"] == "ae_unbooked_type_1"]
    assert one[["place", "place_type", "value"]].values.tolist() == [
        ["RAA", "provider", 3],
        ["RBB", "provider", 4],
        ["E92000001", "england", 7],
    ]
    assert set(frame["period"]) == {"2024-04"}


def test_stray_columns_are_known_and_a_new_one_is_drift():
    lines = [TITLES + " | | a", row("RAA", 3) + " | |", total("Total", 3) + " | |"]
    assert len(tidy_emergency({"": draw("\n".join(lines))}, source("emergency"))) == 2 * len(MEASURES)
    lines[0] = TITLES + " | | Virtual"
    with pytest.raises(DriftError, match="'Virtual'"):
        tidy_emergency({"": draw("\n".join(lines))}, source("emergency"))


def test_missing_providers_are_noticed():
    with pytest.raises(SheetError, match=r"add up to 3\.00 but 9\.00 is printed"):
        tidy_emergency({"": draw("\n".join([TITLES, row("RAA", 3), total("Total", 9)]))}, source("emergency"))


def test_the_excerpts_are_refused(official, monkeypatch):
    from icslib.sheets import open_pages

    monkeypatch.setenv("ICSLIB_OFFICIAL", str(official))
    for excerpt in catalog.of_table("emergency_excerpt"):
        with pytest.raises(SheetError, match="A row is missing"):
            tidy_emergency(open_pages(catalog.need_file(excerpt)), replace(excerpt, table="emergency"))


def test_history_flags_the_change_of_collection_and_counts_no_booked_attendances():
    titles = "org_code | month_key | methodology_break | " + " | ".join([*UNBOOKED, "att_type2", "att_other"])
    page = whole(
        "emergency_history",
        "\n".join(
            [
                titles,
                "RAA | 202510 | false | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 1 | 0",
                "RAA | 202511 | true | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 0 | 1",
            ]
        ),
    )
    frame = tidy_monthly_series({"": page}, source("emergency_history")).query("measure == 'ae_unbooked'")
    assert frame[["period", "value", "flag"]].values.tolist() == [["2025-10", 2, ""], ["2025-11", 2, "break in series"]]


def test_types_that_do_not_make_all_attendances_are_an_error():
    page = whole(
        "emergency_history",
        "org_code | month_key | att_type1 | att_type2 | att_other | att_all\nRAA | 202510 | 1 | 2 | 3 | 7",
        rest="[x]",
    )
    with pytest.raises(SheetError, match=r"row 2, by type: the rows add up to 6\.00 but 7\.00"):
        tidy_monthly_series({"": page}, source("emergency_history"))


def test_systems_get_their_ods_code_and_na_is_not_zero():
    page = whole(
        "emergency_systems",
        """
icb22_code | total_attendances | attendances_over_4hours | total_emergency_admissions | emergency_admissions_over_4hours | date
E54000040  | 10                | NA                      | 3                          | 1                                | April 2022
""",
    )
    frame = tidy_monthly_series({"": page}, source("emergency_systems")).set_index("measure")
    assert set(frame["place"]) == {"QOX"} and set(frame["period"]) == {"2022-04"}
    assert frame.loc["ae_over_4_hours", "flag"] == "not available"


def test_april_2024_as_printed_and_the_three_series_against_each_other():
    emergency = store.load("emergency").query("period == '2024-04'")
    england = emergency.query("place_type == 'england'").set_index("measure")["value"]
    assert england[["ae_unbooked_type_1", "ae_unbooked_type_2", "ae_unbooked_other"]].tolist() == [1_341_059, 50_804, 771_286]
    everything = england.filter(regex="^ae_(un)?booked_(type_[12]|other)$").sum()
    systems = store.load("emergency_systems").query("period == '2024-04' and measure == 'ae_attendances'")
    assert systems["value"].sum() == pytest.approx(everything)
    history = (
        store.load("emergency_history").query("period == '2024-04' and measure == 'ae_unbooked'").set_index("place")["value"]
    )
    ours = emergency[emergency["measure"].str.fullmatch("ae_unbooked_(type_[12]|other)")].groupby("place")["value"].sum()
    assert history.sum() == ours.drop("E92000001").sum()
    differ = (history - ours.drop("E92000001")).pipe(lambda gap: gap[gap != 0])
    assert sorted(differ.dropna().index) == ["RA7", "RAL", "RWW"]  # successors that hold the figures of RVJ, RAP and RY2
