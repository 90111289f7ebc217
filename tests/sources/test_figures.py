"""Our transcriptions of published figures: the reader on typed rows, and the rules that every shipped row keeps."""

import pandas as pd
import pytest

from icslib import catalog, paths
from icslib.catalog import Source
from icslib.errors import SheetError
from icslib.periods import parse_period
from icslib.sheets import open_pages
from icslib.sources.figures import tidy_figures

TITLES = "place,place_name,place_type,measure,staff_group,value,lower,upper,unit,rounding,period,basis,flag,publisher,title,address,published,doubt,note"
TYPED = f"""{TITLES}
E92000001,England,england,vacancies,all,132139,,,FTE,1,2022-06-30,outturn,,A Paper,A page,https://example.org/a,2022-09-01,,
QOP,Greater Manchester,system,effect,all,0.2,0.1,0.3,years,0.1,2014 to 2019,outturn,,A Journal,A paper,https://example.org/b,2022-10,The page breaks off.,Five years
QOP,Greater Manchester,system,surplus,,-5.7,,,GBP m,0.1,2022-23,draft plan,about,A Paper,A page,https://example.org/c,,,
"""
SOURCE = Source("typed", "typed", "several", "typed", "x", "none", "", 0, "typed.csv", reader="figures")
TABLES = ["nao_claims", "vacancies_national", "finances_by_ics", "finances_national", "outcomes_published", "allocations",
          "backlog_national", "gdp_deflator", "local_government", "national_local", "ics_waves"]  # fmt: skip


def read(text=TYPED):
    return tidy_figures(open_pages(text.encode(), "typed.csv"), SOURCE)


def test_a_row_becomes_an_observation_that_knows_its_line_and_its_publisher():
    first, second, third = read().to_dict("records")
    assert (first["value"], first["period"], first["start"].date().isoformat()) == (132139.0, "2022-06-30", "2022-06-30")
    assert (first["source"], first["sheet"], first["row"], first["column"]) == ("typed", "", 2, "F")
    assert (first["publisher"], first["title"], first["address"], first["staff_group"]) == (
        "A Paper",
        "A page",
        "https://example.org/a",
        "all",
    )
    assert (second["lower"], second["upper"], second["doubt"]) == (0.1, 0.3, "The page breaks off.")
    assert (third["value"], third["basis"], third["flag"], third["rounding"]) == (-5.7, "draft plan", "about", 0.1)


def test_a_row_without_a_figure_is_named():
    with pytest.raises(SheetError, match="row 2: vacancies has no readable value"):
        read(TYPED.replace("132139", "many"))


@pytest.mark.parametrize("name", TABLES)
def test_every_shipped_row_can_be_followed_to_a_public_page(name):
    rows = pd.read_csv(paths.raw("figures", f"{name}.csv"), dtype=str, keep_default_na=False)
    assert rows["address"].str.match(r"https?://[\w.-]+\.\w+/").all()
    assert not rows["address"].str.contains("rssing|cloudfront|vdocument|docest|players.bio|daily8|nova88|newsio").any()
    assert (rows[["publisher", "title", "place", "basis", "unit", "period"]] != "").all().all()
    for label in rows["period"].unique():
        parse_period(label)
    assert pd.to_numeric(rows["value"]).notna().all()
    assert (pd.to_numeric(rows["rounding"]) >= 0).all()


@pytest.mark.parametrize("name", TABLES)
def test_the_catalog_holds_the_transcription_as_it_is(name):
    source = catalog.get(name)
    path = paths.raw("figures", f"{name}.csv")
    assert (path.stat().st_size, catalog.hash_file(path)) == (source.size, source.sha256), (
        f"{name}.csv was edited: write size {path.stat().st_size} and sha256 {catalog.hash_file(path)} into data/raw/catalog.toml"
    )


@pytest.mark.parametrize("name", TABLES)
def test_a_figure_printed_twice_by_one_page_is_held_once(name):
    rows = pd.read_csv(paths.raw("figures", f"{name}.csv"), dtype=str, keep_default_na=False)
    what = [c for c in rows if c not in ("lower", "upper", "rounding", "note", "doubt", "published", "publisher", "title")]
    assert not rows.duplicated(what).any()


def test_weighted_people_sum_to_registered_people_in_each_year():
    rows = pd.read_csv(paths.raw("figures", "allocations.csv"))
    systems = rows[(rows["place_type"] == "system") & rows["measure"].isin(["registered_population", "weighted_population"])]
    sums = systems.pivot_table(index="period", columns="measure", values="value", aggfunc="sum")
    assert (systems.groupby(["period", "measure"])["place"].nunique() == 42).all()
    assert (sums["weighted_population"] / sums["registered_population"] - 1).abs().max() < 1e-3


def test_deficits_are_negative_where_the_words_say_deficit():
    rows = pd.read_csv(paths.raw("figures", "finances_national.csv"))
    said = rows[(rows["measure"] == "surplus") & rows["title"].str.contains("deficit", case=False)]
    assert len(said) and (said["value"] <= 0).all()
