"""Reports as they would have been on a day: only figures that were known then."""

import pandas as pd
import pytest

import icslib as ics
from icslib.errors import StoreError
from icslib.store.known import known_at


def observations(**columns):
    frame = pd.DataFrame({"source": "finances_national", "basis": "outturn", "published": "", **columns})
    return frame.assign(end=pd.to_datetime(frame["end"]), start=pd.to_datetime(frame["end"]) - pd.Timedelta(days=364))


def test_publication_decides_and_where_none_is_stated_the_period_does():
    frame = observations(
        end=["2023-03-31", "2023-03-31", "2023-03-31", "2024-03-31", "2024-03-31"],
        published=["2023-06-01", "2023", "", "", ""],
        basis=["outturn", "outturn", "outturn", "plan", "outturn"],
    )
    kept = {
        day: known_at(frame, day).index.size for day in ("2023-03-30", "2023-04-15", "2023-06-01", "2023-12-31", "2024-03-31", "")
    }
    assert kept == {"2023-03-30": 0, "2023-04-15": 2, "2023-06-01": 3, "2023-12-31": 4, "2024-03-31": 5, "": 5}


def test_a_day_that_is_none_is_an_error():
    with pytest.raises(StoreError, match="is not a day"):
        known_at(observations(end=["2023-03-31"]), "last spring")


def test_what_is_loaded_obeys_the_day_asked_for(monkeypatch):
    everything = ics.load("finances_national")
    monkeypatch.setenv("ICSLIB_AS_OF", "2019-12-31")
    then = ics.load("finances_national")
    assert 0 < len(then) < len(everything)
    assert (then["published"].str[:4].astype(int) <= 2019).all()


def test_a_table_of_which_nothing_was_known_is_a_sentence(monkeypatch):
    monkeypatch.setenv("ICSLIB_AS_OF", "2000-01-01")
    with pytest.raises(StoreError, match="Nothing in provider_plans was known on the day"):
        ics.load("provider_plans")
