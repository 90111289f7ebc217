"""Parameters: read from the cell, checked before anything starts, taken from wherever analysts have their values."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from icslib.errors import ParameterError
from icslib.runs import check_values, find_notebook, read_parameters
from icslib.runs.parameters import describe

CELL = """
from datetime import date
from pathlib import Path
vintage: str = "2022-07"  # boundaries of this date
year: int = 2020  # year, by its March [2010..2026]
share: float = 0.5  # a share [0..1]
price: str = "real"  # prices [real | cash]
step: int = 1  # years at a time [1 | 5]
national: bool = False  # England too
system: str = ""  # one system; empty for all [place: system at vintage]
until: str = ""  # last day, empty for the newest [date]
day: date = date(2024, 3, 31)  # the day counted
lags: tuple[int, ...] = (0, 3)  # years later [0..10]
cap: float | None = None  # no cap if none
own: str = ""  # an analyst's own table [path]
"""


@pytest.fixture
def check(project):
    project.write("01-a", CELL)
    return lambda **values: check_values(find_notebook("01-a"), values)


def test_every_line_is_read_with_kind_default_words_and_constraint(project):
    project.write("01-a", CELL)
    by_name = {one.name: one for one in read_parameters(find_notebook("01-a"))}
    assert list(by_name)[:3] == ["vintage", "year", "share"]
    assert (by_name["year"].kind, by_name["year"].default, by_name["year"].low, by_name["year"].high) == (int, 2020, 2010, 2026)
    assert by_name["year"].description == "year, by its March"
    assert by_name["price"].choices == ("real", "cash")
    assert by_name["step"].choices == (1, 5)
    assert (by_name["system"].place_type, by_name["system"].at) == ("system", "vintage")
    assert by_name["lags"].default == (0, 3) and by_name["day"].default == date(2024, 3, 31)


def test_text_from_a_command_line_becomes_the_kind_declared(check):
    values = check(year="2024", share="0.25", national="true", lags="1,2,3", cap="none", day="2023-03-31")
    assert values["year"] == 2024 and values["share"] == 0.25 and values["national"] is True
    assert values["lags"] == (1, 2, 3) and values["cap"] is None and values["day"] == date(2023, 3, 31)


def test_dates_paths_numpy_and_pandas_values_survive(check, tmp_path):
    own = tmp_path / "own.csv"
    own.write_text("a\n")
    values = check(
        year=np.int64(2021),
        share=np.float64(0.1),
        until=date(2024, 1, 1),
        day=pd.Timestamp("2022-03-31"),
        lags=[np.int64(4)],
        own=own,
    )
    assert values["year"] == 2021 and type(values["year"]) is int
    assert values["until"] == "2024-01-01" and values["day"] == date(2022, 3, 31)
    assert values["lags"] == (4,) and values["own"] == str(own)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"yeer": 2020}, "Did you mean 'year'?"),
        ({"year": "twenty"}, "year = 'twenty' is not a whole number."),
        ({"year": 2020.5}, "is not a whole number"),
        ({"year": True}, "is a yes or no"),
        ({"year": 2031}, "is outside 2010 to 2026"),
        ({"share": float("nan")}, "is outside 0 to 1"),
        ({"lags": (1, 11)}, "is outside 0 to 10"),
        ({"price": "nominal"}, "is none of real, cash"),
        ({"step": 2}, "is none of 1, 5"),
        ({"national": "perhaps"}, "is not true or false"),
        ({"price": 3}, "is not text"),
        ({"day": "31 March"}, "is not a date such as 2024-03-31"),
        ({"until": "2024-02-30"}, "until = '2024-02-30'"),
        ({"own": "no/such.csv"}, "is not there"),
    ],
)
def test_a_wrong_value_is_one_sentence(check, values, said):
    with pytest.raises(ParameterError, match=r"^01-a: ") as fault:
        check(**values)
    assert said in str(fault.value)


def test_everything_wrong_is_said_at_once(check):
    with pytest.raises(ParameterError) as fault:
        check(year=1, prise="real")
    assert "year = 1" in str(fault.value) and "Did you mean 'price'?" in str(fault.value)


def test_a_place_is_looked_up_at_the_vintage_given_and_kept_as_its_code(check, register):
    assert check(system="Greater Manchester")["system"] == "QOP"
    assert check(system="QOP", vintage="2024-04")["system"] == "QOP"
    assert check(system="")["system"] == ""
    with pytest.raises(ParameterError, match=r"Nearest.*QOP"):
        check(system="Munchester")
    closed = next(code for code in register("2022-07") if code not in register("2026-04"))
    assert check(system=closed)["system"] == closed
    with pytest.raises(ParameterError, match=closed):
        check(system=closed, vintage="2026-04")


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("year: int", "is not 'name: kind = default"),
        ("for x in y: pass", "is not 'name: kind = default"),
        ("%matplotlib inline", "not plain Python"),
        ("year: whole = 3", "'whole' is not a kind"),
        ("year: int = 3  # [about five]", "constraint [about five]"),
        ("year: int = max(3, 4)", "cannot be read"),
        ("year: int = 2030  # [2010..2026]", "year = 2030 is outside"),
    ],
)
def test_a_cell_that_declares_wrongly_says_the_line(project, cell, said):
    project.write("01-a", cell)
    with pytest.raises(ParameterError) as fault:
        check_values(find_notebook("01-a"), {})
    assert said in str(fault.value)


def test_a_notebook_without_the_tag_is_an_error(project):
    project.write("01-a", "year: int = 3")
    path = project.home / "notebooks/01-a.ipynb"
    path.write_text(path.read_text().replace('"parameters"', '"other"'))
    with pytest.raises(ParameterError, match="no code cell is tagged 'parameters'"):
        read_parameters(find_notebook("01-a"))


def test_help_shows_each_parameter(project):
    project.write("01-a", CELL)
    text = describe(find_notebook("01-a"))
    assert "-p year=2020" in text and "year, by its March [2010 to 2026]" in text and "-p lags=0,3" in text


def test_a_path_kind_is_kept_as_a_path(project, tmp_path):
    project.write("02-b", "from pathlib import Path\nfolder: Path = Path('.')  # where")
    assert check_values(find_notebook("02-b"), {"folder": str(tmp_path)})["folder"] == Path(tmp_path)
