"""Periods: every maker's label is read back as the same days; every printed form is dated."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icslib.errors import PeriodError
from icslib.periods import calendar_year, day, financial_year, find_period, join_periods, month, parse_period, quarter
from icslib.periods.kinds import calendar_quarter, months, span, to_month, week, years

YEARS = st.integers(1950, 2090)
MADE = st.one_of(
    YEARS.map(financial_year),
    YEARS.map(calendar_year),
    st.builds(month, YEARS, st.integers(1, 12)).filter(lambda made: (made.start.year + 1) % 100 != made.start.month),
    st.builds(quarter, YEARS, st.integers(1, 4)),
    st.builds(to_month, YEARS, st.integers(1, 12)),
    st.builds(calendar_quarter, YEARS, st.integers(1, 4)),
    st.builds(week, YEARS, st.integers(1, 52)),
    st.builds(lambda first, more: span(first, first + more), YEARS, st.integers(2, 9)),
    st.builds(lambda first, more: years(first, first + more), YEARS, st.integers(1, 9)),
    st.builds(
        lambda first, number, more: months((first, number), (first + more, number)), YEARS, st.integers(1, 12), st.integers(1, 3)
    ),
    st.dates(date(1950, 1, 1), date(2090, 1, 1)).map(day),
)


@given(MADE)
def test_a_label_is_read_back_as_the_same_days(made):
    assert parse_period(made.label) == made


@given(MADE)
def test_a_period_begins_before_it_ends(made):
    assert made.start <= made.end


@given(YEARS)
def test_every_dress_of_a_financial_year(fy):
    made, short = financial_year(fy), f"{fy % 100:02d}"
    for text in (
        f"{fy - 1}-{short}",
        f"{fy - 1}/{short}",
        f"{fy - 1}–{short}",
        f"{fy - 1}/{fy}",
        f"FY{fy - 1}-{short}",
        f"{fy - 1} - {short}",
    ):
        assert parse_period(text) == made, text
    assert parse_period(f"April {fy - 1} to March {fy}") == made == parse_period(f"year ending 31 March {fy}")


@given(st.dates(date(1951, 1, 1), date(2090, 1, 1)))
def test_every_dress_of_a_day_and_of_a_month(when):
    for form in ("%d/%m/%Y", "%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%Y%m%d", "%Y-%m-%d 00:00:00"):
        assert parse_period(when.strftime(form)) == day(when), form
    assert parse_period(datetime(when.year, when.month, when.day)) == day(when) == parse_period(when)
    for form in ("%B %Y", "%b %Y", "%Y-%b", "%b-%Y", "%Y%m", "MSitAE-%B-%Y", "RTT-%B-%Y", "%Y-%b".upper()):
        written = when.strftime(form)
        assert parse_period(written) == month(when.year, when.month), written


@pytest.mark.parametrize(
    ("text", "label"),
    [("2015 - 17", "2015 to 2017"), ("X2009.2011", "2009 to 2011"), ("MSitAE-OCTOBER-2024", "2024-10"), ("2017-SEP", "2017-09"), ("202104", "2021-04"),
     ("30/04/2024", "2024-04-30"), ("2022/23 Q1", "2022-23 Q1"), ("Q1 2022/23", "2022-23 Q1"), ("Month 6 2022/23", "2022-23 M6"), ("201011_201112", "2010-11 to 2011-12"),
     ("201213", "2012-13"), ("1997/98 to 2008/09", "1997-98 to 2008-09"), ("31 March 19", "2019-03-31"), ("Apr-24", "2024-04"), ("1999/00", "1999-00"), ("2019.0", "2019"),
     ("2010 - 12", "2010 to 2012"), ("2010-12", "2010-12"), ("2010-11", "2010-11"), ("2024-04", "2024-04"), ("Sept 2019", "2019-09")],
)  # fmt: skip
def test_forms_that_occur_in_official_files(text, label):
    assert parse_period(text).label == label


def test_a_bare_quarter_or_month_needs_its_year():
    assert parse_period("Q4", fy=2024) == quarter(2024, 4) and parse_period("M6", fy=2023) == to_month(2023, 6)
    for text in ("Q4", "M6", "M13"):
        with pytest.raises(PeriodError):
            parse_period(text)


@pytest.mark.parametrize(
    "text", ["Ambleton", "", "31/13/2020", "2021-22 M13", "Orchard 2000", "12", "E01000001", "2020-02-30", "(2019)", "Q5 2020/21"]
)
def test_what_is_no_period_is_an_error(text):
    with pytest.raises(PeriodError, match="not a period"):
        parse_period(text)


def test_a_period_inside_a_title():
    assert find_period("Closing balance @ 31/03/2019 (£)").label == "2019-03-31"
    assert find_period("% change 2016/17-2018/19").label == "2016-17 to 2018-19"
    assert find_period("Repaid in year 2018-19, £000").label == "2018-19"
    assert find_period("Year to March 2024, outturn").label == "2023-24"
    for text in ("Total over 3 years", "Age 1948 to 1954 or 1955 to 1964", "RJ1/2019", "£2016-17", "MAY NOT USE"):
        assert find_period(text) is None, text


@given(YEARS, st.integers(1, 4), st.integers(1, 12))
def test_a_year_and_its_part_are_the_part_of_that_year(year, number, count):
    name = date(2000, count, 1).strftime("%B")
    assert join_periods([f"{year - 1}/{year % 100:02d}", f"Q{number}"]) == quarter(year, number)
    assert join_periods([f"Quarter {number}", str(year)]) == calendar_quarter(year, number)
    assert join_periods([name, str(year)]) == month(year, count) == join_periods([str(year), f"Month {count}"])
    assert join_periods([f"{year - 1}-{year % 100:02d}", f"{name} [p]"]).start >= date(year - 1, 4, 1)


@pytest.mark.parametrize(
    ("texts", "label"),
    [(["2021", "As at 31 March"], "2021-03-31"), (["2023/24 (provisional)"], "2023-24"), (["2024", "Week 7"], "2024-W07"),
     (["2023-24", "January"], "2024-01"), (["Q1 (Apr to Jun)", "2023/24"], "2023-24 Q1")],
)  # fmt: skip
def test_texts_that_date_each_other(texts, label):
    assert join_periods(texts).label == label


def test_texts_that_name_no_period_together():
    assert (
        join_periods(["Q1", "Beds"]) is None
        and join_periods([]) is None
        and join_periods(["31 February", "2023"]).label == "2023"
    )
    for text, label in [
        ("6 months to September 2023", "2023-04 to 2023-09"),
        ("Deaths, England, 2022", "2022"),
        ("Apr-Jun 2023", "2023-04 to 2023-06"),
    ]:
        assert find_period(text).label == label
