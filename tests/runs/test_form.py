"""The form: a field for every parameter, checked as everywhere, the report as a link."""

import ipywidgets as widgets
import pytest

from icslib.runs import form

CELL = """
year: int = 2020  # year [2010..2026]
share: float = 0.5  # any
price: str = "real"  # prices [real | cash]
national: bool = False  # England too
system: str = ""  # one system [place: system]
lags: tuple[int, ...] = (0, 3)  # years later
"""


@pytest.mark.usefixtures("register")
def test_fields_fit_the_parameters_and_the_button_runs(project, capsys):
    project.write("01-a", CELL, "year, price, national, lags")
    made = form("01-a")
    fields = {box.children[0].description: box.children[0] for box in made.children if isinstance(box, widgets.VBox)}
    kinds = [type(field).__name__ for field in fields.values()]
    assert kinds == ["BoundedIntText", "FloatText", "Dropdown", "Checkbox", "Combobox", "Text"]
    assert (fields["year"].min, fields["year"].max) == (2010, 2026)
    assert "NHS Greater Manchester Integrated Care Board" in fields["system"].options
    fields["price"].value, fields["lags"].value = "cash", "1, 2"
    made.press(None)
    assert (project.reports / "01-a--price=cash--lags=1,2.html").is_file()
    fields["lags"].value = "one"
    made.press(None)
    assert "01-a: lags = 'one' is not a list, each a whole number." in capsys.readouterr().out
    assert len(list(project.reports.glob("*.html"))) == 2
