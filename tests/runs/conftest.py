"""A small project of our own, with notebooks drawn in the test."""

import json
from pathlib import Path

import pytest


class Project:
    """A folder with a catalog, notebooks and reports; `write` draws a notebook, prose and code by turns."""

    def __init__(self, home: Path):
        self.home, self.reports = home, home / "reports"
        for folder in ("data/raw", "data/processed", "notebooks", "reports"):
            (home / folder).mkdir(parents=True)
        (home / "data/raw/catalog.toml").write_text("")

    def write(self, name: str, parameters: str, *code: str, prose: str = "What is it?") -> str:
        cells = [{"cell_type": "markdown", "id": "p-01", "metadata": {}, "source": f"# {name}\n{prose}"}]
        for number, text in enumerate((parameters, *code), start=2):
            tags = {"tags": ["parameters"]} if number == 2 else {}
            cells.append(
                {
                    "cell_type": "code",
                    "id": f"p-{number:02}",
                    "metadata": tags,
                    "source": text,
                    "outputs": [],
                    "execution_count": None,
                }
            )
        spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        page = {"cells": cells, "metadata": spec, "nbformat": 4, "nbformat_minor": 5}
        (self.home / f"notebooks/{name}.ipynb").write_text(json.dumps(page))
        return name

    def files(self) -> dict[str, bytes]:
        """Every report, by name, with its bytes."""
        return {path.name: path.read_bytes() for path in sorted(self.reports.iterdir()) if path.suffix in (".ipynb", ".html")}


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    monkeypatch.setenv("ICSLIB_HOME", str(tmp_path))
    return Project(tmp_path)


@pytest.fixture
def register(project):
    """The shipped register of places, lent to the small project; gives the codes of systems at a vintage."""
    import icslib.register

    (project.home / "data/raw/reference").symlink_to(Path(__file__).resolve().parents[2] / "data/raw/reference")
    return lambda at: sorted(icslib.register.places(at=at, type="system")["code"])
