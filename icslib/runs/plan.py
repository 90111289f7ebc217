"""What to run: jobs, each one notebook with one set of values, and the plan file that lists them all.

``reports/plan.toml`` holds one table a report. A list under ``each`` makes one report for every
value, ``"all"`` one for every place or choice the parameter may take::

    [[report]]
    notebook = "06-system-profile"
    each = {system = "all", vintage = ["2022-07", "2024-04"]}
    parameters = {first_fy = 2018}
"""

import hashlib
import itertools
import re
import shlex
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from .. import paths
from ..errors import IcsError, ParameterError
from .notebook import Notebook, find_notebook
from .parameters import check_values, read_parameters, write_value


@dataclass(frozen=True)
class Job:
    """One report to make: a notebook, the values given to it, and the day whose knowledge it uses (``""``: all there is).

    ``refused`` says what is wrong with the values, where a plan asks for what cannot be made.
    """

    notebook: Notebook
    given: Mapping[str, Any] = field(default_factory=dict)
    as_of: str = ""
    refused: str = ""

    def __post_init__(self):
        if self.as_of:
            try:
                date.fromisoformat(self.as_of)
            except ValueError as fault:
                raise IcsError(f"--as-of {self.as_of!r}: {fault}. Write a day such as 2024-03-31.") from None

    @cached_property
    def name(self) -> str:
        """Name of the output, without suffix: the notebook, then every value that is not the default.

        Long or unusual values are cut to what every file system takes, and a short hash keeps them apart.
        """
        parts = [f"{name}={write_value(value)}" for name, value in self.given.items()]
        parts += [f"as-of={self.as_of}"] if self.as_of else []
        plain = "--".join([self.notebook.name, *(re.sub(r"[^\w.=+,-]", "_", part) for part in parts)])
        if len(plain) > 150 or plain != "--".join([self.notebook.name, *parts]):
            plain = f"{plain[:150]}--{hashlib.sha256(repr(parts).encode()).hexdigest()[:8]}"
        return plain

    @property
    def command(self) -> str:
        """The command line that makes this report alone."""
        given = [part for key, value in self.given.items() for part in ("-p", f"{key}={write_value(value)}")]
        as_of = ["--as-of", self.as_of] if self.as_of else []
        return shlex.join(["icslib", "run", self.notebook.address, *given, *as_of])


def make_job(notebook: Notebook, values: Mapping[str, Any], shown: Collection[str] = (), as_of: str = "") -> Job:
    """Check `values` and keep those that differ from their default, or are in `shown`."""
    whole = check_values(notebook, values)
    defaults = {one.name: one.default for one in read_parameters(notebook)}
    return Job(notebook, {name: value for name, value in whole.items() if name in shown or value != defaults[name]}, as_of)


def expand(
    notebook: Notebook, values: Mapping[str, Any] | None = None, each: Mapping[str, Any] | None = None, as_of: str = ""
) -> list[Job]:
    """One job for every combination of the values in `each`; ``"all"`` stands for all a parameter may take."""
    values, each = values or {}, each or {}
    known = {one.name: one for one in read_parameters(notebook)}
    if strangers := [name for name in each if name not in known]:
        check_values(notebook, dict.fromkeys(strangers))
    vintage = {**{one.name: one.default for one in known.values()}, **values}
    spread = [_all_values(notebook, known[name], vintage) if options == "all" else options for name, options in each.items()]
    jobs = [
        make_job(notebook, {**values, **dict(zip(each, chosen, strict=True))}, each, as_of)
        for chosen in itertools.product(*spread)
    ]
    return list({job.name: job for job in jobs}.values())


def _all_values(notebook: Notebook, parameter, others: Mapping[str, Any]) -> Sequence:
    if parameter.place_type:
        from .. import register

        found = register.places(at=others.get(parameter.at, parameter.at) or None, type=parameter.place_type)
        return sorted(found["code"])
    if parameter.choices:
        return parameter.choices
    if parameter.low is not None and parameter.high is not None and parameter.kind is int:
        return range(int(parameter.low), int(parameter.high) + 1)
    raise ParameterError(
        f"{notebook.name}: {parameter.name!r} is neither a place, a choice nor a range, so 'each' of it needs a list."
    )


def read_plan() -> list[Job]:
    """All jobs of the plan file, in its order; a report whose values are refused is among them, says so, and stops no other."""
    path = paths.reports("plan.toml")
    try:
        plan = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise IcsError(f"{path}: cannot be read as a plan ({fault}). It holds [[report]] tables with a notebook each.") from None
    jobs: dict[str, Job] = {}
    for number, table in enumerate(plan.get("report", []), start=1):
        if "notebook" not in table or (extra := table.keys() - {"notebook", "parameters", "each", "as_of"}):
            wrong = "no notebook" if "notebook" not in table else f"unknown {sorted(extra)}"
            raise IcsError(f"{path}, report {number}: {wrong}. A report has a notebook, and may have parameters, each and as_of.")
        notebook, as_of = find_notebook(table["notebook"]), str(table.get("as_of", ""))
        values, each = table.get("parameters", {}), table.get("each", {})
        try:
            found = expand(notebook, values, each, as_of)
        except ParameterError as fault:
            found = [Job(notebook, {**values, **each}, as_of, str(fault))]
        jobs |= {job.name: job for job in found if job.name not in jobs}
    if not jobs:
        raise IcsError(f"{path}: no [[report]] in it, so there is nothing to run.")
    return list(jobs.values())
