"""The notebooks on the boundaries of other dates, by one parameter; the default date is that of the committed reports."""

import nbformat
import pytest

from icslib import register
from icslib.runs import Options, expand, find_notebook, run_jobs

ASKED = ["01-deficits", "02-workforce-gaps", "03-outcome-lag"]
OTHER = ["2024-04", "2026-04"]


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Executed pages by notebook and vintage, cells that no vintage can change run once."""
    folder = tmp_path_factory.mktemp("reports")
    jobs = [job for name in ASKED for job in expand(find_notebook(name), {}, {"vintage": OTHER})]
    batch = run_jobs(jobs, Options(), folder)
    assert not batch.failed, [(report.name, report.why) for report in batch.failed]
    return {(job.notebook.name, job.given["vintage"]): nbformat.read(folder / f"{job.name}.ipynb", 4) for job in jobs}


def test_they_run_green(reports):
    assert set(reports) == {(name, vintage) for name in ASKED for vintage in OTHER}
    for page in reports.values():
        assert not [out for cell in page.cells for out in cell.get("outputs", []) if out["output_type"] == "error"]


def test_the_pages_speak_of_the_systems_of_their_date(reports):
    """The number of systems is that of the register at the date, wherever a page counts all of them."""
    for (name, vintage), page in reports.items():
        outputs = [out for cell in page.cells[:-1] for out in cell.get("outputs", [])]  # the stamp names files, some of the 42 of their day
        said = " ".join(str(out.get("data", {}).get("text/plain", "")) for out in outputs)
        assert str(register.count_systems(vintage)) in said, (name, vintage)
        if vintage == "2026-04":
            assert "42 systems" not in said, (name, vintage)
