"""Shared by all tests: where official files are, if this machine has them."""

import os
from pathlib import Path

import pytest

# Tests run side by side; as many threads each would wait for one another.
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

ROOT = Path(__file__).resolve().parent.parent


def _find_official() -> Path | None:
    asked = os.environ.get("ICSLIB_OFFICIAL")
    places = [Path(asked)] if asked else [ROOT / "data" / "raw" / "official", ROOT.parent / "shared" / "data"]
    return next((place for place in places if place.is_dir() and any(place.iterdir())), None)


@pytest.fixture(scope="session")
def official() -> Path:
    """The folder of official files; tests that need it are skipped where there is none."""
    folder = _find_official()
    if folder is None:
        pytest.skip("no official files here: fetch them with 'icslib fetch' or set ICSLIB_OFFICIAL to a folder of them")
    return folder


@pytest.fixture(autouse=True)
def _home(monkeypatch):
    """Every test works on this checkout unless it says otherwise."""
    monkeypatch.setenv("ICSLIB_HOME", str(ROOT))
