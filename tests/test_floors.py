"""The house: a room imports only from floors below it, and importing the package is cheap."""

import ast
import subprocess
import sys
from pathlib import Path

import icslib

HOUSE = Path(icslib.__file__).parent
FLOORS = {
    8: {"__init__", "__main__"},
    7: {"cli"},
    6: {"runs"},
    5: {"render", "claims", "changes"},
    4: {"exhibits", "store"},
    3: {"sources", "deficits", "savings", "workforce", "lag", "objectives", "oversight", "profile"},
    2: {"panel", "stats", "register", "expectations"},
    1: {"tidy", "catalog", "sheets", "prices"},
    0: {"numbers", "periods", "style", "paths", "results"},
    -1: {"errors"},  # the ground: imports nothing, may be used by all
}
FLOOR_OF = {room: floor for floor, rooms in FLOORS.items() for room in rooms}


def room_of(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> set[tuple[str, ...]]:
    """Every icslib module a file imports, as dotted parts below the package."""
    package = ("icslib", *path.relative_to(HOUSE).parent.parts)
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            stem = (*base, *(node.module or "").split(".")) if node.module else base
            found |= {(*stem, alias.name) for alias in node.names} if stem[:1] == ("icslib",) else set()
        elif isinstance(node, ast.Import):
            found |= {tuple(alias.name.split(".")) for alias in node.names if alias.name.split(".")[0] == "icslib"}
    return {parts[1:] for parts in found if len(parts) > 1}


FILES = sorted(HOUSE.rglob("*.py"))


def test_every_room_has_a_floor():
    assert {room_of(path) for path in FILES} <= set(FLOOR_OF)


def test_a_room_imports_only_from_floors_below():
    wrong = [
        f"{path.relative_to(HOUSE)} imports {'.'.join(parts)}"
        for path in FILES
        for parts in imports_of(path)
        if parts[0] in FLOOR_OF and parts[0] != room_of(path) and FLOOR_OF[parts[0]] >= FLOOR_OF[room_of(path)]
    ]
    assert not wrong


def test_no_reader_imports_another():
    readers = {path.stem for path in (HOUSE / "sources").glob("*.py")} - {"__init__"}
    wrong = [
        f"{path.name} imports {'.'.join(parts)}"
        for path in (HOUSE / "sources").glob("[a-z]*.py")
        for parts in imports_of(path)
        if parts[0] == "sources" and len(parts) > 1 and parts[1] in readers
    ]
    assert not wrong


def test_analyses_open_no_files_and_the_data_side_knows_no_statistics():
    analyses = {"deficits", "savings", "workforce", "lag", "objectives", "oversight", "stats", "panel"}
    data_side = {"catalog", "sheets", "sources", "store"}
    for path in FILES:
        rooms = {parts[0] for parts in imports_of(path)}
        if room_of(path) in analyses:
            assert not rooms & data_side, f"{path.name} reaches for {rooms & data_side}"
        if room_of(path) in data_side:
            assert not rooms & (analyses - {"panel"}), f"{path.name} reaches for {rooms & analyses}"


def test_importing_the_package_is_lazy():
    heavy = ["pandas", "numpy", "matplotlib", "statsmodels", "pyfixest", "papermill", "nbconvert", "pydantic", "duckdb"]
    code = f"import sys, icslib; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_loads():
    for name in icslib.__all__:
        assert getattr(icslib, name) is not None
