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
    with pytest.raises(StoreError, match=r"no table 'lones'\. Nearest: loans"):
        store.sql("select * from lones")
    with pytest.raises(StoreError, match="syntax error"):
        store.sql("selct 1")
    assert store.sql("SELECT * FROM Loans WHERE place = 'none'").empty and len(store.sql("describe loans")) > 16
    assert "loans" in store.sql("show tables;")["name"].tolist()


@pytest.mark.parametrize(
    "query",
    ["", "drop table loans", "create table x as select 1", "select 1; select 2", "copy (select 1) to 'x'", "set threads=1", 3],
)
def test_sql_is_one_select(query):
    with pytest.raises(StoreError, match=r"One select is answered|A question is text"):
        store.sql(query)


@pytest.mark.parametrize(
    "place", ["'/etc/hostname'", "read_text('/etc/hostname')", "'https://example.org/x.csv'", "glob('/*')", "frame"]
)
def test_sql_reaches_no_file_no_network_and_no_variable(place):
    frame = store.load("loans")
    with pytest.raises(StoreError, match=r"disabled|no table"):
        store.sql(f"select * from {place}")
    assert len(frame)


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
