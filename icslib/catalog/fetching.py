"""Fetch official files: from where the catalog says, exactly the bytes it says, or a sentence that says why not.

Only https (or this machine, for tests), only the host of the catalog, never more bytes than expected by far. A cut
download is resumed. A file that the publisher has changed is kept beside the old, and named, for ``icslib add``.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pandas as pd

from .. import paths
from ..errors import CatalogError, IcsError
from ..results import Result
from .files import find_file, hash_file
from .records import Source, get, sources

WAIT = (10, 60)  # seconds to connect, and between two pieces
SPARE = 1 << 20  # bytes by which a changed file may outgrow twice its old size
HOPS = 5
PIECE = 1 << 12  # small, so that little is lost when a download is cut
PAGE = "{} gives a page, not the file: a notice, a form, or a new address. Nothing was kept; open it in a browser."
HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, eq=False)
class Fetched(Result):
    """One row a source: ``id``, ``status`` (present, fetched, changed, failed), ``message``."""

    files: pd.DataFrame

    @property
    def ok(self) -> bool:
        """True if every file is here and is the one the catalog means."""
        return self.files["status"].isin(["present", "fetched"]).all()

    @property
    def finding(self) -> str:
        """How many files are here, and what went wrong with the others."""
        counts = ", ".join(f"{n} {status}" for status, n in self.files["status"].value_counts(sort=False).items())
        wrong = self.files[~self.files["status"].isin(["present", "fetched"])]
        return f"{len(self.files)} file{'s' * (len(self.files) != 1)}: {counts}." + "".join(
            f"\n{row.id}: {row.message}" for row in wrong.itertuples()
        )


class Changed(CatalogError):
    """The address answers with other bytes than the catalog knows."""

    exit_code = 1


def fetch(ids: Iterable[str] | None = None) -> Fetched:
    """Fetch the files of these sources (all if None) into the official folder; what is there already is left alone."""
    wanted = [source for source in sources().values() if source.download] if ids is None else [get(id) for id in ids]
    rows = []
    for source in wanted:
        try:
            rows.append((source.id, *_one(source, paths.official())))
        except Changed as fault:
            rows.append((source.id, "changed", str(fault)))
        except (IcsError, OSError) as fault:
            rows.append((source.id, "failed", str(fault)))
    return Fetched(pd.DataFrame(rows, columns=["id", "status", "message"]))


def _one(source: Source, folder: Path) -> tuple[str, str]:
    here = find_file(source)
    if here is not None:
        return "present", str(here)
    if not source.download:
        raise CatalogError(
            f"the catalog has no address for its file. Take it from {source.via or source.address} and run 'icslib add FILE'."
        )
    import pooch

    folder = folder / source.table
    part = folder / f".{source.id}.part"

    def download(url: str, target: str, _pooch: object) -> None:
        resumed = part.exists()
        _stream(url, part, limit=2 * source.size + SPARE)
        if resumed and hash_file(part) != source.sha256:  # the head may be of a file that has changed since: begin again
            part.unlink()
            _stream(url, part, limit=2 * source.size + SPARE)
        seen = hash_file(part)
        if seen != source.sha256:
            with part.open("rb") as stream:
                head = stream.read(200).lstrip().lower()
            if head.startswith((b"<!doctype html", b"<html")) and not source.file.endswith((".html", ".htm")):
                part.unlink()
                raise CatalogError(PAGE.format(url))
            kept = folder / f"{Path(source.file).stem}.{seen[:8]}{Path(source.file).suffix}"
            os.replace(part, kept)
            raise Changed(
                f"the publisher has changed the file: sha256 {seen[:12]}… where the catalog says {source.sha256[:12]}…. It is kept as {kept}; "
                f"run 'icslib add \"{kept}\"' to take it in as a new edition beside the old."
            )
        os.replace(part, target)

    path = pooch.retrieve(
        source.download, f"sha256:{source.sha256}", fname=f"{source.id}-{source.file}", path=folder, downloader=download
    )
    return "fetched", path


def _stream(url: str, part: Path, limit: int) -> None:
    """Write what `url` gives to `part`, going on where an earlier try was cut."""
    import requests

    have = part.stat().st_size if part.exists() else 0
    try:
        with _open(url, {"Range": f"bytes={have}-"} if have else {}) as answer:
            mode = "ab" if answer.status_code == 206 else "wb"
            have = have if mode == "ab" else 0
            whole = have + int(answer.headers.get("Content-Length", 0))
            if whole > limit:
                raise CatalogError(
                    f"{url} is {whole:,} bytes, and at most {limit:,} were expected. Nothing was kept; look at the page in a browser."
                )
            with part.open(mode) as stream:
                for piece in answer.iter_content(PIECE):
                    have += len(piece)
                    if have > limit:
                        break
                    stream.write(piece)
    except requests.RequestException as fault:
        got = part.stat().st_size if part.exists() else 0
        said = f"broke off after {got:,} bytes ({type(fault).__name__}). What came is kept: run the same again to go on."
        silent = f"does not answer ({type(fault).__name__}). Is this machine on line? If so, open the address in a browser."
        raise CatalogError(f"{url} {said if got else silent}") from fault
    if have > limit:
        part.unlink()
        raise CatalogError(f"{url} went on past {limit:,} bytes. Nothing was kept; look at the page in a browser.")
    if whole and have < whole:
        raise CatalogError(f"{url} broke off after {have:,} of {whole:,} bytes. What came is kept: run the same again to go on.")


def _open(url: str, headers: dict[str, str]):
    """The answer of the first address that is no redirect; only https, and only the host asked for."""
    import requests

    asked = urlsplit(url)
    for _ in range(HOPS):
        at = urlsplit(url)
        if at.scheme != "https" and at.hostname not in HERE:
            raise CatalogError(f"{url} is not https, so it is not fetched. Put the https address into the catalog.")
        if at.netloc != asked.netloc:
            raise CatalogError(
                f"{asked.geturl()} sends on to another host, {at.netloc}. If that is the publisher's, put the new address into the catalog."
            )
        answer = requests.get(url, headers={"User-Agent": "icslib", **headers}, stream=True, timeout=WAIT, allow_redirects=False)
        if answer.is_redirect:
            url = urljoin(url, answer.headers["Location"])
            answer.close()
            continue
        if answer.status_code == 416 and headers:  # all of it is there already, or it shrank: begin again
            answer.close()
            headers = {}
            continue
        if answer.status_code not in (200, 206):
            answer.close()
            raise CatalogError(
                f"{url} answers {answer.status_code} {answer.reason}. The publisher has moved or withdrawn the file; look for its new address."
            )
        if "text/html" in answer.headers.get("Content-Type", "") and not at.path.endswith((".html", ".htm")):
            answer.close()
            raise CatalogError(PAGE.format(url))
        return answer
    raise CatalogError(f"{asked.geturl()} sends on more than {HOPS} times. Look at it in a browser.")
