"""The lineage chart: its title, its table and its words come from the register."""

import icslib as ics


def test_a_lineage_is_drawn_with_its_table():
    drawn = ics.plot(ics.lineage_of("QNQ"))
    assert (
        drawn.title
        == "Frimley passed to Hampshire and Isle of Wight (23.1%), Thames Valley (56.0%), Surrey and Sussex (20.9%) in 2026"
    )
    assert drawn.data["share of the older place"].tolist() == ["23.1%", "56.0%", "20.9%"]
    assert "S0E4D" in drawn.alt and "2026-04-01" in drawn.alt
    assert drawn.svg().count("56.0%") >= 1 and drawn.sources == ("reference_lsoa21_2024",)
    assert ics.table(ics.lineage_of("R0A")).data["from"].str[:3].tolist() == ["RM4", "RM2", "RW3", "RW6"]


def test_a_place_without_succession_says_so():
    drawn = ics.plot(ics.lineage_of("QKK"))
    assert drawn.title.endswith("has no succession in our files") and drawn.data.empty and drawn.svg()
