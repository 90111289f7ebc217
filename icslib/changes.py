"""What changed between two runs of a report: figures, places, charts, prose, and why.

Both are executed notebooks. Exhibits are paired by the id of their cell, rows by their words, so an added place is
an added place and not a shifted table. What comes out is plain JSON: the report shows it as a section, ``icslib diff``
as a page.
"""

import difflib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .errors import RenderError
from .exhibits.core import IN_SHORT, MIME
from .exhibits.svg import take_svg
from .store.lineage import STAMP

TOLERANCE = 1e-6  # of the larger of the two figures
MOST = 30  # changes of a kind that are told one by one: the biggest figures, the first of the rest
AROUND = 24  # words and spaces told on either side of what is reworded
PICTURES = 6  # charts shown before and now
KINDS = ("figures", "rows", "exhibits", "charts", "prose")


def compare_reports(old: bytes, new: bytes, tolerance: float = TOLERANCE) -> dict:
    """Compare two executed notebooks.

    Parameters
    ----------
    old, new : the bytes of the .ipynb files
    tolerance : figures that differ by no more than this share of the larger are the same

    Returns
    -------
    dict
        ``any`` (bool), ``summary`` (a sentence), ``causes`` (sentences), ``figures`` (one entry a changed value, the biggest
        change first: ``exhibit, anchor, row, column, old, new``), ``rows`` (``exhibit, anchor, row, what`` is new or dropped),
        ``exhibits`` (new or dropped), ``charts`` (``exhibit, anchor``, and ``old, new`` as SVG for the first whose figures
        changed), ``prose`` (``where`` and ``pieces`` of same, gone, new), and ``more``: how many of each kind are not told.

    Raises
    ------
    RenderError
        If one of them is not a notebook.
    """
    before, after = _read(old, "older"), _read(new, "newer")
    found: dict[str, Any] = {"figures": [], "rows": [], "exhibits": [], "charts": []}
    for key in dict.fromkeys([*before["exhibits"], *after["exhibits"]]):
        was, now = before["exhibits"].get(key), after["exhibits"].get(key)
        if was is None or now is None:
            found["exhibits"].append({"title": (was or now)["record"]["title"], "what": "dropped" if now is None else "new"})
            continue
        about = {"exhibit": now["record"]["title"], "anchor": f"{now['record']['kind']}-{key}"}
        figures, rows = compare_tables(was["record"], now["record"], tolerance)
        found["figures"] += [{**about, **one} for one in figures]
        found["rows"] += [{**about, **one} for one in rows]
        if was["html"] != now["html"] and (drawn := [take_svg(side["html"]) for side in (was, now)])[0] != drawn[1]:
            shown = (figures or rows) and sum("old" in one for one in found["charts"]) < PICTURES
            found["charts"].append({**about, **(dict(zip(("old", "new"), drawn, strict=True)) if shown else {})})
    found["prose"] = _compare_prose(before["prose"], after["prose"])
    found["causes"] = _causes(before, after)
    found["any"] = any(found[kind] for kind in KINDS)
    found["figures"].sort(key=_size, reverse=True)
    told = {kind: found[kind][:MOST] for kind in KINDS}
    return {"summary": _summarise(found), **found, **told, "more": {kind: len(found[kind]) - len(told[kind]) for kind in KINDS}}


def compare_tables(old: dict, new: dict, tolerance: float = TOLERANCE) -> tuple[list[dict], list[dict]]:
    """Changed values and new or dropped rows between two records of one exhibit."""
    shared = [name for name in new["columns"] if name in old["columns"]]
    keys = _key_columns(old, new, shared)
    was, now = _rows_by_key(old, keys), _rows_by_key(new, keys)
    rows = [{"row": name, "what": "dropped"} for name in was if name not in now]
    rows += [{"row": name, "what": "new"} for name in now if name not in was]
    figures = [
        {"row": row, "column": name, "old": was[row][name], "new": now[row][name]}
        for row in now if row in was
        for name in shared if name not in keys and not _same(was[row][name], now[row][name], tolerance)
    ]  # fmt: skip
    return figures, rows


def compare_files(old: Path, new: Path, tolerance: float = TOLERANCE) -> dict[str, dict]:
    """Compare two reports, or all reports of the same name in two folders; by report name.

    A path may name the notebook or its page. A report that is in one folder only is named as new or dropped.
    """
    if old.is_dir() and new.is_dir():
        names = sorted({path.name for folder in (old, new) for path in folder.glob("*.ipynb")})
        pairs = {name.removesuffix(".ipynb"): (old / name, new / name) for name in names}
        if not pairs:
            raise RenderError(
                f"Neither {old} nor {new} holds an executed notebook (.ipynb). Give two reports or two folders of reports."
            )
    else:
        pairs = {new.stem: (old.with_suffix(".ipynb"), new.with_suffix(".ipynb"))}
        for path in pairs[new.stem]:
            if not path.is_file():
                raise RenderError(
                    f"{path} is not there. Give two executed reports (.ipynb or .html beside it), or two folders of them."
                )
    return {
        name: compare_reports(a.read_bytes(), b.read_bytes(), tolerance) if a.is_file() and b.is_file() else _alone(b.is_file())
        for name, (a, b) in pairs.items()
    }


def _alone(new: bool) -> dict:
    empty: dict[str, Any] = {kind: [] for kind in ("causes", *KINDS)}
    return {"summary": f"The report is {'new' if new else 'dropped'}.", **empty, "any": True, "more": dict.fromkeys(KINDS, 0)}


def _read(data: bytes, which: str) -> dict[str, Any]:
    """Exhibits by cell, prose by cell, code by cell, parameters and stamp of one executed notebook."""
    try:
        notebook = json.loads(data)
        cells = notebook["cells"]
    except (ValueError, KeyError, TypeError) as fault:
        raise RenderError(
            f"The {which} report is not a notebook that can be read ({fault}). Compare two executed .ipynb files."
        ) from fault
    read: dict[str, Any] = {"exhibits": {}, "prose": {}, "code": {}, "stamp": {}}
    read["parameters"] = notebook.get("metadata", {}).get("papermill", {}).get("parameters", {})
    for spot, cell in enumerate(cells):
        name, source = cell.get("id", f"cell-{spot}"), _text(cell["source"])
        tags = cell.get("metadata", {}).get("tags", [])
        if cell["cell_type"] == "markdown":
            read["prose"][name] = source
        elif "injected-parameters" not in tags:
            read["code"][name] = source
        for output in cell.get("outputs", []):
            bundle = output.get("data", {})
            if MIME in bundle:
                place = sum(key == name or key.startswith(f"{name}-") for key in read["exhibits"])
                key = name if not place else f"{name}-{place + 1}"
                read["exhibits"][key] = {"record": bundle[MIME], "html": _text(bundle.get("text/html", ""))}
            elif IN_SHORT in bundle:
                read["prose"][f"in short ({name})"] = "\n".join(bundle[IN_SHORT])
            elif STAMP in bundle:
                read["stamp"] = {f"table {name}": seen[:12] for name, seen in bundle[STAMP]["tables"].items()} | {
                    f"version of {name.split(' ')[0]}": f"{name} {version}".strip()
                    for name, version in bundle[STAMP]["versions"].items()
                }
    return read


def _causes(before: dict, after: dict) -> list[str]:
    said = []
    for name in dict.fromkeys([*before["parameters"], *after["parameters"]]):
        was, now = (side["parameters"].get(name, "the default") for side in (before, after))
        if was != now:
            said.append(f"Parameter {name} was {was}, is {now}.")
    changed = [name for name in {**before["code"], **after["code"]} if before["code"].get(name) != after["code"].get(name)]
    if changed:
        said.append(f"Code changed in {len(changed)} cell{'s' * (len(changed) != 1)}: {', '.join(changed)}.")
    for name in dict.fromkeys([*before["stamp"], *after["stamp"]]):
        was, now = before["stamp"].get(name), after["stamp"].get(name)
        if was != now:
            what = "no longer read" if now is None else "newly read" if was is None else f"revised (was {was}, is {now})"
            said.append(f"{name[:1].upper()}{name[1:]} is {what}.")
    return said


def _compare_prose(old: dict[str, str], new: dict[str, str]) -> list[dict]:
    names = (name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name))
    return [{"where": name, "pieces": compare_words(old.get(name, ""), new.get(name, ""))} for name in names]


def compare_words(old: str, new: str) -> list[tuple[str, str]]:
    """Two texts as runs of words that are the same, gone or new; long runs of the same are cut in their middle.

    >>> compare_words("31 of 42 in deficit", "33 of 42 in deficit")
    [('gone', '31'), ('new', '33'), ('same', ' of 42 in deficit')]
    """
    a, b = re.findall(r"\s+|\S+", old), re.findall(r"\s+|\S+", new)
    pieces = []
    for what, a1, a2, b1, b2 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if what == "equal":
            kept = a[a1:a2] if a2 - a1 <= 2 * AROUND else [*a[a1 : a1 + AROUND], "… ", *a[a2 - AROUND : a2]]
            pieces.append(("same", "".join(kept)))
            continue
        pieces += [(kind, "".join(words)) for kind, words in (("gone", a[a1:a2]), ("new", b[b1:b2])) if words]
    return pieces


def _key_columns(old: dict, new: dict, shared: list[str]) -> list[str]:
    """Columns that name a row in both tables: those of text and, as far as needed, of whole numbers. None: by place."""
    both = [name for kind in (str, int) for name in shared if _holds(old, name, kind) and _holds(new, name, kind)]
    tried = (both[:count] for count in range(1, len(both) + 1))
    return next((keys for keys in tried if all(len(_rows_by_key(side, keys)) == len(side["rows"]) for side in (old, new))), [])


def _holds(record: dict, name: str, kind: type) -> bool:
    spot = record["columns"].index(name)
    values = [row[spot] for row in record["rows"]]
    return all(isinstance(value, kind) and not isinstance(value, bool) for value in values if value is not None) and any(values)


def _rows_by_key(record: dict, keys: list[str]) -> dict[str, dict]:
    named = (dict(zip(record["columns"], row, strict=True)) for row in record["rows"])
    if not keys:
        return {f"row {spot}": row for spot, row in enumerate(named, 1)}
    return {", ".join(str(row[name]) for name in keys): row for row in named}


def _same(old: Any, new: Any, tolerance: float) -> bool:
    if isinstance(old, (int, float)) and isinstance(new, (int, float)):
        return abs(old - new) <= tolerance * max(abs(old), abs(new))
    return old == new


def _size(one: dict) -> float:
    """How much a value changed, as a share of the larger; one that came or went is the biggest change, words are the smallest."""
    old, new = one["old"], one["new"]
    if not isinstance(old, (int, float)) or not isinstance(new, (int, float)):
        return 3.0 if (old is None) != (new is None) else 0.0
    return abs(new - old) / (max(abs(old), abs(new)) or 1.0)


def _summarise(found: dict) -> str:
    if not found["any"]:
        return "No figure, row, chart or sentence changed."
    exhibits = len({one["anchor"] for one in found["figures"]})
    said: Iterable[tuple[int, str, str]] = (
        (len(found["figures"]), "figure changed", f"figures changed in {exhibits} exhibit{'s' * (exhibits != 1)}"),
        (sum(one["what"] == "new" for one in found["rows"]), "new row", "new rows"),
        (sum(one["what"] == "dropped" for one in found["rows"]), "dropped row", "dropped rows"),
        (len(found["exhibits"]), "exhibit new or dropped", "exhibits new or dropped"),
        (len(found["charts"]), "chart redrawn", "charts redrawn"),
        (len(found["prose"]), "passage reworded", "passages reworded"),
    )
    return "; ".join(f"{count} {one if count == 1 else many}" for count, one, many in said if count) + "."


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
