"""The parameters of a notebook: declared once, in its tagged cell, and checked before a kernel starts.

A line declares one parameter, and its comment may end in a constraint::

    first_fy: int = 2020        # first financial year, by its March [2010..2026]
    price: str = "real"         # prices of the day or of one year [real | cash]
    system: str = ""            # one system, by code or name; empty for all [place: system at vintage]
    until: date = date(2024, 3, 31)   # last day counted

Kinds are ``int``, ``float``, ``str``, ``bool``, ``date``, ``Path``, and ``tuple``, ``list`` or ``... | None`` of these.
Constraints are a range, a choice, ``date``, ``path``, or a place, at a vintage that another parameter may give.
"""

import ast
import io
import re
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

from ..errors import IcsError, ParameterError
from .notebook import Notebook, suggest

KINDS = {"int": int, "float": float, "str": str, "bool": bool, "date": date, "Path": Path, "tuple": tuple, "list": list}
WORDS = {
    int: "a whole number",
    float: "a number",
    str: "text",
    bool: "true or false",
    date: "a date such as 2024-03-31",
    Path: "a path",
}
CONSTRAINT = re.compile(r"\[([^\[\]]+)\]\s*$")
RANGE = re.compile(r"(-?[\d.]*?)\s*\.\.\s*(-?[\d.]*)")
PLACE = re.compile(r"place:\s*(\w+)(?:\s+at\s+(\S+))?")


@dataclass(frozen=True)
class Parameter:
    """One declared parameter: name, kind, default, what it is, and what it may be."""

    name: str
    kind: Any
    default: Any
    description: str = ""
    constraint: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple = ()
    place_type: str = ""
    at: str = ""

    @property
    def note(self) -> str:
        """What it is, and what it may be."""
        return self.description + (f" [{self.constraint}]" if self.constraint else "")

    @property
    def words(self) -> str:
        """The kind in plain words."""
        inner = [part for part in get_args(self.kind) if part is not Ellipsis and part is not type(None)]
        if get_origin(self.kind) in (tuple, list):
            return f"a list, each {WORDS[inner[0]]}" if inner else "a list"
        return WORDS.get(self.kind) or " or ".join(WORDS[part] for part in inner) or "a list"

    def check(self, value, others: Mapping):
        """Hold `value` to the constraint; places come back as codes, paths as absolute paths."""
        if isinstance(value, (tuple, list)):
            return type(value)(self.check(item, others) for item in value)
        if value is None or (value == "" and self.default == ""):
            return value
        if (self.low is not None and not value >= self.low) or (self.high is not None and not value <= self.high):
            raise ValueError(f"is outside {self.constraint}")
        if self.choices and value not in self.choices:
            raise ValueError(f"is none of {', '.join(map(str, self.choices))}")
        if self.place_type:
            return _find_place(value, self.place_type, others.get(self.at, self.at))
        if self.constraint == "date" and isinstance(value, str):
            return date.fromisoformat(value).isoformat()
        if self.constraint == "path" or isinstance(value, Path):
            path = Path(value).expanduser().resolve()
            if not path.exists():
                raise ValueError(f"is not there (looked at {path})")
            return type(value)(path) if isinstance(value, str) else path
        return value


@lru_cache(maxsize=64)
def _codes(place_type: str, vintage: str) -> frozenset[str]:
    from .. import register

    return frozenset(register.places(at=vintage or None, type=place_type)["code"])


def _find_place(text: str, place_type: str, vintage: str) -> str:
    from .. import register

    try:
        if text in _codes(place_type, vintage):
            return text
        return register.find_place(text, at=vintage or None, place_type=place_type).code
    except IcsError as fault:
        raise ValueError(f"is no {place_type.replace('_', ' ')}: {str(fault).rstrip('.')}") from None


@lru_cache(maxsize=64)
def read_parameters(notebook: Notebook) -> list[Parameter]:
    """Parameters declared in the tagged cell of `notebook`, in order."""
    where = f"{notebook.path.name}, parameters cell"
    text = notebook.parameters_cell
    try:
        body = ast.parse(text).body
        comments = {
            token.start[0]: token.string
            for token in tokenize.generate_tokens(io.StringIO(text).readline)
            if token.type == tokenize.COMMENT
        }
    except (SyntaxError, tokenize.TokenError) as fault:
        raise ParameterError(
            f"{where}: not plain Python ({fault}). It may hold only lines 'name: kind = default  # description [constraint]'."
        ) from None
    found = []
    for line in body:
        kind: ast.expr | None
        match line:
            case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant(value=str())):
                continue
            case ast.AnnAssign(target=ast.Name(id=name), annotation=told, value=ast.expr() as value):
                kind = told
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                kind = None
            case _:
                raise ParameterError(
                    f"{where}, line {line.lineno}: {ast.unparse(line)!r} is not 'name: kind = default  # description "
                    "[constraint]'."
                )
        try:
            default = _read_value(value)
            found.append(
                _declare(name, _read_kind(kind) if kind else type(default), default, comments.get(line.end_lineno or 0, ""))
            )
        except (ValueError, KeyError, TypeError, SyntaxError) as fault:
            raise ParameterError(f"{where}, line {line.lineno}: {ast.unparse(line)!r} cannot be read: {fault}.") from None
    return found


def _read_kind(node: ast.expr):
    match node:
        case ast.Constant(value=None):
            return type(None)
        case ast.Constant(value=str(text)):
            return _read_kind(ast.parse(text, mode="eval").body)
        case ast.Constant(value=value) if value is Ellipsis:
            return ...
        case ast.Name(id=name) | ast.Attribute(attr=name):
            if name not in KINDS:
                raise ValueError(f"{name!r} is not a kind; the kinds are {', '.join(KINDS)}")
            return KINDS[name]
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _read_kind(left) | _read_kind(right)
        case ast.Subscript(value=outer, slice=ast.Tuple(elts=inner)):
            return _read_kind(outer)[tuple(map(_read_kind, inner))]
        case ast.Subscript(value=outer, slice=inner):
            return _read_kind(outer)[_read_kind(inner)]
    raise ValueError(f"{ast.unparse(node)!r} is not a kind")


def _read_value(node: ast.expr):
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args) if KINDS.get(name) in (date, Path):
            return KINDS[name](*map(ast.literal_eval, args))
        case ast.Tuple(elts=items):
            return tuple(map(_read_value, items))
        case ast.List(elts=items):
            return list(map(_read_value, items))
    return ast.literal_eval(node)


def _declare(name: str, kind, default, comment: str) -> Parameter:
    comment = comment.lstrip("# ").strip()
    found = CONSTRAINT.search(comment)
    rule = found[1].strip() if found else ""
    told: dict[str, Any] = {"name": name, "kind": kind, "default": default, "constraint": rule}
    told["description"] = (comment[: found.start()] if found else comment).strip()
    if not rule or rule in ("date", "path"):
        return Parameter(**told)
    if place := PLACE.fullmatch(rule):
        return Parameter(**told, place_type=place[1], at=place[2] or "")
    if span := RANGE.fullmatch(rule):
        low, high = (float(end) if end else None for end in span.groups())
        return Parameter(**{**told, "constraint": rule.replace("..", " to ")}, low=low, high=high)
    if "|" in rule:
        plain = next((part for part in (int, float) if part is kind), str)
        return Parameter(**told, choices=tuple(plain(choice.strip()) for choice in rule.split("|")))
    raise ValueError(f"constraint [{rule}] is none of [low..high], [a | b], [place: system], [date], [path]")


def _plain(value, kind):
    """Take what a command line, numpy or pandas may give to plain Python, before its kind is checked."""
    if hasattr(value, "dtype") and hasattr(value, "item") and getattr(value, "ndim", 1) == 0:
        value = value.item()
    kinds = {kind, *get_args(kind)}
    if isinstance(value, bool) and bool not in kinds:
        raise ValueError("is a yes or no, and this parameter is not")
    if isinstance(value, str):
        if type(None) in kinds and value.strip().lower() in ("", "none"):
            return None
        if (get_origin(kind) or kind) in (tuple, list):
            return [part.strip() for part in value.split(",") if part.strip()]
    if str in kinds and isinstance(value, (date, Path)):
        return str(value)
    return value


@lru_cache(maxsize=64)
def make_model(notebook: Notebook):
    """A pydantic model of the parameters of `notebook`, one field each; unknown names are refused."""
    from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, ValidationInfo, create_model

    def field(parameter: Parameter):
        def held(value, info: ValidationInfo):
            return parameter.check(value, info.data)

        kind: Any = Annotated[parameter.kind, BeforeValidator(partial(_plain, kind=parameter.kind)), AfterValidator(held)]
        return kind, Field(default=parameter.default, description=parameter.description)

    settings = ConfigDict(extra="forbid", frozen=True, validate_default=True, title=notebook.name)
    return create_model("Parameters", __config__=settings, **{one.name: field(one) for one in read_parameters(notebook)})


def check_values(notebook: Notebook, values: Mapping[str, object]) -> dict[str, Any]:
    """All parameters of `notebook` with `values` put in and checked; one error lists everything that is wrong."""
    from pydantic import ValidationError

    try:
        return dict(make_model(notebook)(**values))
    except ValidationError as wrong:
        by_name = {one.name: one for one in read_parameters(notebook)}
        said = [_say(fault, by_name) for fault in wrong.errors(include_url=False)]
        raise ParameterError(f"{notebook.name}: {' '.join(said)}") from None


def _say(fault: Mapping, parameters: Mapping[str, Parameter]) -> str:
    name = str(fault["loc"][0])
    if fault["type"] == "extra_forbidden":
        return f"{name!r} is not a parameter. {suggest(name, list(parameters))}"
    if fault["type"] == "value_error":
        return f"{name} = {fault['input']!r} {fault['ctx']['error']}."
    return f"{name} = {fault['input']!r} is not {parameters[name].words}."


def describe(notebook: Notebook) -> str:
    """The parameters of `notebook` as lines for ``icslib run NOTEBOOK --help``."""
    rows = [(f"  -p {one.name}={write_value(one.default)}", one.note) for one in read_parameters(notebook)]
    width = max((len(left) for left, _ in rows), default=0)
    return "\n".join([f"{notebook.name} takes:", *(f"{left:{width}}  {right}" for left, right in rows)])


def write_value(value) -> str:
    """A value as it is written on a command line.

    >>> write_value((1, 2)), write_value(date(2024, 3, 31)), write_value(None)
    ('1,2', '2024-03-31', 'none')
    """
    if isinstance(value, (tuple, list)):
        return ",".join(map(write_value, value))
    return "none" if value is None else str(value)
