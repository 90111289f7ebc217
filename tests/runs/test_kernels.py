"""The warm kernel by name, from stock papermill: inline figures, given parameters, a child of its own, sockets of its own."""

import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import nbformat
import papermill
import pytest
from jupyter_client.provisioning import KernelProvisionerFactory

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def _registered(monkeypatch):
    """What installing the package does: the kernel's name, and where its provisioner is."""
    points = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["jupyter_client.kernel_provisioners"]
    group = KernelProvisionerFactory.GROUP_NAME
    for name, where in points.items():
        monkeypatch.setitem(KernelProvisionerFactory.instance().provisioners, name, EntryPoint(name, where, group))
    monkeypatch.setenv("JUPYTER_PATH", str(ROOT / "kernel/share/jupyter"))


@pytest.mark.usefixtures("_registered")
def test_stock_papermill_runs_on_it(tmp_path):
    cells = [
        nbformat.v4.new_code_cell("year = 2020", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("import matplotlib.pyplot as plt\nplt.plot([year, 1]);"),
        nbformat.v4.new_code_cell("import os, sys\nprint(year, hash('a'), os.getpid(), 'left' in globals())\nleft = 1"),
        nbformat.v4.new_code_cell(
            "from ipykernel.connect import get_connection_info\nprint(get_connection_info(unpack=True)['ip'])"
        ),
    ]
    page = nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "p", "language": "python"}}
    )
    nbformat.write(page, tmp_path / "in.ipynb")
    seen = []
    for year in (2011, 2012):
        ran = papermill.execute_notebook(
            tmp_path / "in.ipynb",
            tmp_path / f"{year}.ipynb",
            {"year": year},
            kernel_name="icslib-warm",
            progress_bar=False,
            cwd=str(tmp_path),
        )
        assert "image/png" in ran.cells[2].outputs[0].data
        seen.append((*ran.cells[3].outputs[0].text.split(), ran.cells[4].outputs[0].text.strip()))
    years, hashes, pids, left, sockets = zip(*seen, strict=True)
    assert years == ("2011", "2012") and left == ("False", "False")
    assert hashes[0] == hashes[1] and pids[0] != pids[1]
    assert sockets[0] != sockets[1] and not Path(sockets[0]).parent.exists()
