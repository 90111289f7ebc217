"""A notebook on disk, read as plain JSON: cheap enough to look at before anything is run."""

import hashlib
import json
from functools import cached_property
from pathlib import Path

from .. import paths
from ..errors import IcsError, ParameterError, RunError


class Notebook:
    """One notebook: its name, its cells, and fingerprints of its code and of the whole page."""

    def __init__(self, path: Path):
        self.path = path
        self.name = path.stem
        try:
            self.text = path.read_text(encoding="utf-8")
            self.cells: list[dict] = json.loads(self.text)["cells"]
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise RunError(
                f"{path}: not a notebook that can be read ({fault}). Restore it, or save it again from Jupyter."
            ) from None

    @property
    def address(self) -> str:
        """What finds it again: its name if it is one of the project's, else its path."""
        return self.name if self.path.parent == paths.notebooks().resolve() else str(self.path)

    def tagged(self, tag: str) -> list[dict]:
        """Cells that carry `tag`."""
        return [cell for cell in self.cells if tag in cell.get("metadata", {}).get("tags", [])]

    @cached_property
    def parameters_cell(self) -> str:
        """Source of the one code cell tagged ``parameters``; none or several is an error."""
        found = [cell for cell in self.tagged("parameters") if cell["cell_type"] == "code"]
        if len(found) != 1:
            seen = "no code cell is" if not found else f"{len(found)} code cells are"
            raise ParameterError(
                f"{self.path.name}: {seen} tagged 'parameters'. Tag the one cell that sets them, in Jupyter's property inspector."
            )
        return source(found[0])

    @cached_property
    def code(self) -> str:
        """Fingerprint of what is run: the code cells in order, and the tags that change how they run."""
        run = [
            (source(cell).rstrip(), sorted({"parameters", "raises-exception"} & set(cell.get("metadata", {}).get("tags", []))))
            for cell in self.cells
            if cell["cell_type"] == "code"
        ]
        return hashlib.sha256(json.dumps(run).encode()).hexdigest()

    @cached_property
    def page(self) -> str:
        """Fingerprint of the whole page: prose, code, ids and tags, but no outputs and no editor's traces."""
        kept = [(cell["cell_type"], cell.get("id"), cell.get("metadata", {}), source(cell)) for cell in self.cells]
        return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def source(cell: dict) -> str:
    """Text of a cell; on disk it is one text or a list of lines."""
    text = cell["source"]
    return text if isinstance(text, str) else "".join(text)


def find_notebook(name: str | Path) -> Notebook:
    """The notebook called `name` in ``notebooks/``, or at the path `name`; an error suggests the nearest."""
    given = Path(name)
    folder = paths.notebooks()
    tries = [given if given.suffix == ".ipynb" else given.with_name(f"{given.name}.ipynb")]
    tries.append(folder / tries[0])
    for path in tries:
        if path.is_file():
            return Notebook(path.resolve())
    known = sorted(path.stem for path in folder.glob("*.ipynb"))
    raise IcsError(f"No notebook {str(name)!r} in {folder}. {suggest(given.stem, known)}")


def suggest(text: str, known: list[str]) -> str:
    """Say the nearest of `known` names, then all of them.

    >>> suggest("sytem", ["system", "year"])
    "Did you mean 'system'? There are: system, year."
    """
    from rapidfuzz import process

    if not known:
        return "There are none."
    near = process.extractOne(text, known, score_cutoff=60)
    return (f"Did you mean {near[0]!r}? " if near else "") + f"There are: {', '.join(known)}."
