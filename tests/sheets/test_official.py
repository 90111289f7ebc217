"""Every official file on this machine is read without configuration; what must hold of each."""

import re

import numpy as np
import pytest

from icslib import read_sheet
from icslib.numbers import parse_number
from icslib.sheets import Reading, column_letter, open_pages

KINDS = {".csv", ".xlsx", ".xls", ".ods", ".xlsb", ".rda", ".zip"}
LARGE = 400_000  # bytes; larger files, and further months of a monthly file, only in the slow suite


def files(official, slow: bool) -> list:
    found = [path for path in sorted(official.rglob("*")) if path.suffix.lower() in KINDS and path.name != "INDEX.csv"]
    first = {re.sub(r"\d+", "", path.name): path for path in reversed(found) if path.stat().st_size <= LARGE}
    return [path for path in found if (path in first.values()) != slow]


def check(reading: Reading) -> None:
    """Every figure is what its cell prints, every total and odd cell is accounted for."""
    letters = {column_letter(i + 1): i for i in range(1000)}
    for table in reading.tables:
        tidy = table.tidy
        page = reading.grid[table.sheet]
        for line in tidy.iloc[:: max(1, len(tidy) // 40)].itertuples():
            value, flag = parse_number(page.cell(line.row - 1, letters[line.column]))
            assert flag == line.flag and (value == line.value or np.isnan([value, line.value]).all()), line
        assert not set(table.frame.index) & set(table.totals.index)
    unread = sum(int((roles == "U").sum()) for roles in reading.roles.values())
    logged = reading.log["decision"].str.contains("no figure and no known mark").sum()
    assert unread <= logged, f"{unread} cells were neither read nor logged"


def test_one_of_each_small_official_file_is_read(official):
    for path in files(official, slow=False):
        check(read_sheet(path))


@pytest.mark.slow
def test_all_other_official_files_are_read(official):
    for path in files(official, slow=True):
        check(read_sheet(path))


def find(official, name: str):
    path = next((path for path in official.rglob(name)), None)
    if path is None:
        pytest.skip(f"{name} is not among the official files here")
    return path


def test_emergency_providers_add_up_to_the_printed_total(official):
    reading = read_sheet(find(official, "ae_activity_2024-05.csv"))
    assert reading.totals[["row", "agrees", "columns_compared"]].values.tolist() == [[199, True, 18]]


def test_waiting_lists_by_region_add_up_in_every_month(official):
    reading = read_sheet(find(official, "healthyr_england_rtt_region.csv"))
    assert len(reading.totals) == 518 and reading.totals["agrees"].all()


def test_estate_results_are_not_counted_twice(official):
    reading = read_sheet(find(official, "HospitalEstatesAndFacilitiesStatistics_12611.XLS"), sheet="Site Data")
    totals, frame = reading.totals, reading.table
    assert len(totals) == 239 and totals["agrees"].eq(True).sum() == 238  # one printed total is itself wrong
    assert not frame["Organisation Code"].str.endswith("Result").any()


def test_loan_balances_have_a_total_without_a_label(official):
    reading = read_sheet(find(official, "BBC_NHS debt 2018_19.xlsx"), sheet="IRSL (TOTAL)")
    assert reading.totals[["row", "by", "agrees"]].values.tolist() == [[115, "sum", True]] and len(reading.table) == 113


def test_accounts_layout_has_its_tables_units_and_years(official):
    reading = read_sheet(find(official, "NHSE_2023-24_provider_TAC_illustrative.xlsx"), sheet="TAC02 SoCI")
    assert len(reading.tables) == 2 and reading.units["unit"].eq("GBP thousand").all()
    assert reading.units["period"].tolist() == ["2023-24", "2022-23"] * 2


def test_a_row_of_mixed_cells_in_r_data_keeps_its_place(official):
    page = next(iter(open_pages(find(official, "IMD_imd2025_england_icb24.rda")).values()))
    assert len(page.grid) == 43 and page.row_text(0)[0].startswith("icb")
