"""The parameters of a notebook as a form in JupyterLab: fill in, press the button, follow the link."""

from datetime import date
from typing import Any

from ..errors import IcsError
from .batch import run
from .notebook import find_notebook
from .parameters import Parameter, read_parameters, write_value


def form(notebook: str):
    """A form with one field a parameter of `notebook`, and a button that checks them and makes the report.

    Returns
    -------
    ipywidgets.VBox
        Its ``values()`` gives what is filled in now, and ``press(None)`` does what the button does.
    """
    import ipywidgets as widgets
    from IPython.display import display

    found = find_notebook(notebook)
    fields = {one.name: _field(one, widgets) for one in read_parameters(found)}
    button = widgets.Button(description="Make the report", button_style="primary")
    answer = widgets.Output()

    def values() -> dict[str, Any]:
        return {name: field.value for name, field in fields.items()}

    def press(_) -> None:
        answer.clear_output()
        button.disabled = True
        with answer:
            try:
                display(run(notebook, **values()))
            except IcsError as fault:
                print(fault)
            finally:
                button.disabled = False

    button.on_click(press)
    rows = [widgets.VBox([fields[one.name], widgets.Label(one.note)]) for one in read_parameters(found)]
    box = widgets.VBox([*rows, button, answer])
    box.press, box.values = press, values
    return box


def _field(one: Parameter, widgets):
    """The widget that fits the kind and the constraint."""
    told = {"description": one.name.replace("_", " "), "style": {"description_width": "10rem"}}
    if one.place_type:
        from .. import register

        names = sorted(register.places(type=one.place_type)["name"].unique())
        return widgets.Combobox(value=str(one.default), options=names, ensure_option=False, **told)
    if one.choices:
        return widgets.Dropdown(value=one.default, options=list(one.choices), **told)
    if one.low is not None and one.high is not None:
        bounded = widgets.BoundedIntText if one.kind is int else widgets.BoundedFloatText
        return bounded(value=one.default, min=one.kind(one.low), max=one.kind(one.high), **told)
    plain = {bool: widgets.Checkbox, date: widgets.DatePicker, int: widgets.IntText, float: widgets.FloatText}
    if one.kind in plain:
        return plain[one.kind](value=one.default, **told)
    return widgets.Text(value=write_value(one.default), **told)
