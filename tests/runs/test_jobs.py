"""The plan: one job a combination, names that tell the parameters, a command that makes it alone."""

import pytest

from icslib.errors import IcsError, ParameterError
from icslib.runs import expand, find_notebook, read_plan
from icslib.runs.plan import make_job

CELL = "year: int = 2020  # year [2019..2021]\nprice: str = 'real'  # [real | cash]\nnote: str = ''  # any words\nsystem: str = ''  # [place: system at 2022-07]"


@pytest.fixture
def page(project):
    return find_notebook(project.write("01-a", CELL))


def test_defaults_give_the_plain_name_and_others_tell_themselves(page):
    assert make_job(page, {}).name == "01-a"
    assert make_job(page, {"year": "2020", "price": "real"}).name == "01-a"
    assert make_job(page, {"price": "cash", "year": 2021}).name == "01-a--year=2021--price=cash"


def test_values_that_no_file_name_can_hold_stay_apart(page):
    names = {make_job(page, {"note": note}).name for note in ("a/b", "a:b", "a b", "a_b", "x" * 400, "x" * 401)}
    assert len(names) == 6
    assert all("/" not in name and len(name) < 200 for name in names)


def test_the_command_makes_the_same_job_again(page):
    job = make_job(page, {"note": "it's", "year": 2021})
    assert job.command == """icslib run 01-a -p year=2021 -p 'note=it'"'"'s'"""


def test_each_takes_ranges_choices_lists_and_tells_even_the_default(page):
    names = [job.name for job in expand(page, {"note": "n"}, {"year": "all", "price": ["real"]})]
    assert names == [f"01-a--year={year}--price=real--note=n" for year in (2019, 2020, 2021)]


def test_each_place_is_every_place_at_the_vintage(page, register):
    names = [job.name for job in expand(page, {}, {"system": "all"})]
    assert names == [f"01-a--system={code}" for code in register("2022-07")]
    assert len(names) == 42


def test_each_of_anything_needs_a_list(page):
    with pytest.raises(ParameterError, match="needs a list"):
        expand(page, {}, {"note": "all"})
    with pytest.raises(ParameterError, match="Did you mean 'year'"):
        expand(page, {}, {"yaer": [1]})


def test_a_plan_is_a_grid_without_doubles(project, page):
    project.reports.joinpath("plan.toml").write_text(
        '[[report]]\nnotebook = "01-a"\n[[report]]\nnotebook = "01-a"\neach = {year = [2019, 2021], price = "all"}\n[[report]]\nnotebook = "01-a"\n'
    )
    assert [job.name for job in read_plan()] == [
        "01-a", "01-a--year=2019--price=real", "01-a--year=2019--price=cash", "01-a--year=2021--price=real", "01-a--year=2021--price=cash",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[report]]\nnotebook = '01-b'", "Did you mean '01-a'"),
        ("[[report]]\nnotbook = '01-a'", "no notebook"),
        ("[[report]]\nnotebook = '01-a'\nyears = 3", "unknown"),
        ("[[report]\n", "cannot be read as a plan"),
        ("", "nothing to run"),
    ],
)
def test_a_wrong_plan_is_a_sentence(project, page, text, said):
    project.reports.joinpath("plan.toml").write_text(text)
    with pytest.raises(IcsError, match=said):
        read_plan()
