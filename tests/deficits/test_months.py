"""The path through a year: each figure keeps the cell it was printed in."""

import pandas as pd

import icslib as ics


def test_the_outturn_links_to_its_own_cell_and_not_to_the_figure_to_date():
    to_date = pd.DataFrame({"place": ["E", "E"], "fy": [2023, 2024], "month": [6, 6], "value": [-650.0, -900.0], "cells": [("f!!E2",), ("f!!E3",)]})
    end = pd.DataFrame({"place": ["E"], "fy": [2023], "value": [-530.0], "cells": [("f!!E9", "f!!E10")]})
    path = ics.month_path(to_date, end)
    assert path.table["cells:to_date"].tolist() == [("f!!E2",), ("f!!E3",)] and "cells" not in path.table
    assert path.table["cells:outturn"].iloc[0] == ("f!!E9", "f!!E10")
    assert ics.plot(path).record()["cells"] == {"cells:to_date": [["f!!E2"], ["f!!E3"]], "cells:outturn": [["f!!E10", "f!!E9"], []]}
