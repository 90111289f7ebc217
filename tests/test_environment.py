"""Three files name our packages; they must name the same ones."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def bare(requirement: str) -> str:
    """A requirement's name as package indexes compare it."""
    return re.split(r"[<>=!~ \[;]", requirement.strip())[0].lower().replace("_", "-").replace(".", "-")


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [project["project"]["dependencies"], *project["project"]["optional-dependencies"].values()]
    return {bare(line) for group in [*groups, *project["dependency-groups"].values()] for line in group}


def conda() -> set[str]:
    lines = re.findall(r"^ +- ([\w.-]+[^\n:]*)$", (ROOT / "environment.yml").read_text(encoding="utf-8"), re.M)
    return {bare(line) for line in lines} - {"python", "pip", "conda-forge", "-e", ""}


def locked() -> dict[str, str]:
    return {bare(name): version for name, version in re.findall(r"^([\w.-]+)==([\w.]+)", LOCK, re.M)}


LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def test_conda_and_pip_users_get_the_same_packages():
    assert conda() == declared()


def test_the_lock_holds_every_declared_package():
    assert declared() <= set(locked())


def test_every_locked_version_satisfies_pyproject():
    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for line in project["project"]["dependencies"]:
        wanted = Requirement(line)
        assert wanted.specifier.contains(locked()[bare(wanted.name)]), line


def test_the_lock_has_hashes_and_no_index_address():
    names = re.findall(r"^[\w.-]+==", LOCK, re.M)
    assert LOCK.count("--hash=sha256:") >= len(names)
    assert "://" not in LOCK and "index-url" not in LOCK
