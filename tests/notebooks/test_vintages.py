"""The notebooks on the boundaries of other dates, by one parameter; the default date is that of the committed reports. CI runs this."""

import nbformat
import pytest

from icslib import register
from icslib.runs import Options, expand, find_notebook, run_jobs

ASKED = ["01-deficits", "02-workforce-gaps", "03-outcome-lag"]
OTHER = ["2024-04", "2026-04"]


@pytest.mark.slow
def test_the_notebooks_run_green_and_speak_of_the_systems_of_their_date(tmp_path):
    """The number of systems is that of the register at the date, wherever a page counts all of them."""
    jobs = [job for name in ASKED for job in expand(find_notebook(name), {}, {"vintage": OTHER})]
    batch = run_jobs(jobs, Options(), tmp_path)
    assert len(batch.reports) == 6 and not batch.failed, [(report.name, report.why) for report in batch.failed]
    for job in jobs:
        page = nbformat.read(tmp_path / f"{job.name}.ipynb", 4)
        outputs = [
            out for cell in page.cells[:-1] for out in cell.get("outputs", [])
        ]  # the stamp names files, some of the 42 of their day
        said = " ".join(str(out.get("data", {}).get("text/plain", "")) for out in outputs)
        assert str(register.count_systems(job.given["vintage"])) in said, job.name
        assert job.given["vintage"] != "2026-04" or "42 systems" not in said, job.name
