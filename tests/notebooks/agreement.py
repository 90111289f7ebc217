"""A pytest plugin that has nbval compare what a report says, not how it is drawn.

Exhibits carry the table behind their drawing: those numbers are compared, within a tolerance, and the picture is not. Text is
compared word by word, its numbers within the tolerance. What differs from machine to machine is left out: addresses in
memory, paths in warnings, versions in the stamp. A magic that does not exist is a failure, which nbval alone lets pass.
"""

import math
import re

from nbval.plugin import IPyNbCell

from icslib.changes import TOLERANCE, compare_tables
from icslib.exhibits.core import MIME
from icslib.store.lineage import STAMP

NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?")
ADDRESS = re.compile(r"\bat 0x[0-9a-f]+")
SAID = re.compile(r"\b(?:\w+Warning|UsageError): .+")
WORDS = ("kind", "title", "subtitle", "unit", "notes", "alt", "columns")


def contents(outputs) -> list[tuple[str, object]]:
    """What the outputs of a cell say, in order: text, exhibits as records, stamps as the tables they name."""
    printed = "".join(output["text"] for output in outputs if output["output_type"] == "stream" and output["name"] == "stdout")
    stderr = "".join(output["text"] for output in outputs if output["output_type"] == "stream" and output["name"] == "stderr")
    found: list[tuple[str, object]] = [("print", printed)] if printed else []
    found += [("warning", line) for line in SAID.findall(stderr)]
    for output in outputs:
        if output["output_type"] == "error":
            found.append(("error", f"{output['ename']}: {output['evalue']}"))
        elif bundle := output.get("data"):
            if MIME in bundle:
                found.append(("exhibit", bundle[MIME]))
            elif STAMP in bundle:
                found.append(("stamp", repr(sorted(bundle[STAMP]["tables"].items()))))
            else:
                found.append(("text", bundle.get("text/plain", "")))
    return found


def compare_text(old: str, new: str, tolerance: float = TOLERANCE) -> str:
    """What differs between two texts whose numbers may be `tolerance` apart; empty if nothing does."""
    old, new = (ADDRESS.sub("", text) for text in (old, new))
    if NUMBER.split(old) != NUMBER.split(new):
        return f"{old[:200]!r} is now {new[:200]!r}"
    pairs = zip(NUMBER.findall(old), NUMBER.findall(new), strict=True)
    apart = [(a, b) for a, b in pairs if not math.isclose(*(float(one.replace(",", "")) for one in (a, b)), rel_tol=tolerance)]
    return ", ".join(f"{a} is now {b}" for a, b in apart)


def differences(old, new, tolerance: float = TOLERANCE) -> list[str]:
    """All that differs between the stored and the new outputs of a cell."""
    was, now = contents(old), contents(new)
    if [kind for kind, _ in was] != [kind for kind, _ in now]:
        return [f"It gave {[kind for kind, _ in was]}, and now {[kind for kind, _ in now]}: {now}"[:1000]]
    found = []
    for (kind, before), (_, after) in zip(was, now, strict=True):
        if kind != "exhibit":
            found.append(compare_text(before, after, tolerance))
            continue
        found += [compare_text(str(before[name]), str(after[name]), tolerance) for name in WORDS]
        figures, rows = compare_tables(before, after, tolerance)
        found += [f"{one['row']}, {one['column']}: {one['old']} is now {one['new']}" for one in figures]
        found += [f"{one['row']} is {one['what']}" for one in rows]
    return [one for one in found if one]


def compare_outputs(self, test, ref, skip_compare=None) -> bool:
    """Stand in for nbval's own comparison."""
    self.comparison_traceback = differences(ref, test)
    return not self.comparison_traceback


IPyNbCell.compare_outputs = compare_outputs
