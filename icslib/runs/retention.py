"""Old pages of a report, kept beside the new one: the newest few, named by when they were made."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from .. import paths


def set_aside(page: Path, keep: int) -> None:
    """Copy `page` to ``old/`` before it is replaced, and keep the newest `keep` of its copies."""
    if not page.is_file():
        return
    made = datetime.fromtimestamp(page.stat().st_mtime, UTC).strftime("%Y-%m-%dT%H%M%S")
    with paths.written_aside(page.parent / "old" / f"{page.stem}--made-{made}{page.suffix}") as aside:
        shutil.copyfile(page, aside)
    copies = sorted((page.parent / "old").glob(f"{page.stem}--made-*{page.suffix}"))
    for old in copies[:-keep]:
        old.unlink()
