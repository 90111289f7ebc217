"""A page of what changed between two runs."""

from pathlib import Path

from .page import write_page


def write_diff(compared: dict[str, dict], html: Path, old: str, new: str, tolerance: float) -> Path:
    """Write what :func:`icslib.changes.compare_files` found as one static page, and give its path."""
    changed = sum(one["any"] for one in compared.values())
    return write_page(html, "diff.html.j2", compared=compared, changed=changed, old=old, new=new, tolerance=f"{tolerance:g}")
