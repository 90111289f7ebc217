import pytest

from icslib import store
from icslib.errors import StoreError


def test_sql_reads_tables_and_measures_and_nothing_else():
    made = store.sql(
        "select m.label, count(*) as n from loans join measures m using (measure) where place = 'RJZ' group by all order by 1"
    )
    assert "Loan balance at the end of the year" in set(made["label"])
    with pytest.raises(StoreError, match="file system operations are disabled"):
        store.sql("select * from read_csv('pyproject.toml')")
    with pytest.raises(StoreError, match="The store has the tables"):
        store.sql("select * from no_such_table")


def test_revisions_show_how_a_figure_was_restated():
    made = store.revisions("preventable_mortality", "E92000001")
    assert list(made.columns) == ["older", "newer", "change"]
    assert made.loc["2014"].tolist() == pytest.approx([146.6, 147.6, 1.0])
    assert len(made) == 9
    assert store.revisions("smoking", "QOX").empty


def test_revisions_of_what_is_not_there():
    with pytest.raises(StoreError, match="No processed table holds 'smokng'"):
        store.revisions("smokng", "QOX")
    with pytest.raises(StoreError, match="no figures for 'QZZZ'"):
        store.revisions("smoking", "QZZZ")
