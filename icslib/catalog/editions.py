"""A new edition of a publication, written into the catalog beside the old ones."""

import json
import re
from pathlib import Path

from .. import paths
from ..errors import CatalogError
from .files import hash_file
from .records import Source, of_table, read_catalog


def add_edition(table: str, edition: str, file: Path) -> Source:
    """Write `file` into the catalog as an edition of `table` and return its record; the ids of the old editions stay.

    What the publisher says of it (date, address of the file) is left to be filled in by hand.
    """
    known = of_table(table)
    if not known:
        raise CatalogError(
            f"{table!r} is not a publication of the catalog. Describe it there first: docs/add-a-source.md shows how."
        )
    if any(source.edition == edition for source in known):
        raise CatalogError(
            f"{table} already has an edition {edition!r}. Give the new one a name of its own, such as {edition}-revised."
        )
    path = paths.raw("catalog.toml")
    text = path.read_text(encoding="utf-8")
    mark = f"[[{table}.editions]]"
    if len(known) == 1 and f"id = {json.dumps(known[0].id)}" not in text:
        text = text.replace(mark, f"{mark}\nid = {json.dumps(known[0].id)}", 1)
    block = {"edition": edition, "file": file.name, "sha256": hash_file(file), "size": file.stat().st_size}
    written = "\n".join([mark, *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in block.items())])
    after = text.rindex(mark)
    following = re.compile(r"^(?=\[)", re.M).search(text, after + len(mark))
    spot = following.start() if following else len(text)
    text = text[:spot].rstrip("\n") + f"\n{written}\n\n" + text[spot:]
    with paths.written_aside(path) as aside:
        aside.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
        made = read_catalog(aside)
    return made[f"{table}-{edition}"]
