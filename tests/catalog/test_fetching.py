"""Fetching against a server of our own that misbehaves on demand."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from icslib import catalog
from icslib.catalog.fetching import Fetched

BYTES = b"code,value\n" + b"RAA,1\n" * 30_000


class Publisher(BaseHTTPRequestHandler):
    """Serves BYTES; each path has its own fault."""

    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("Range")))
        getattr(self, "_" + self.path.strip("/").split(".")[0])()

    def log_message(self, *args):
        pass

    def _send(self, body: bytes, code: int = 200, kind: str = "text/csv", length: int | None = None, **headers):
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _good(self):
        self._send(BYTES)

    def _changed(self):
        self._send(BYTES.replace(b"RAA,1", b"RAA,2", 1))

    def _gone(self):
        self._send(b"no", 404)

    def _page(self):
        self._send(b"<html>We have moved</html>", kind="text/html; charset=utf-8")

    def _soft(self):
        self._send(b"\n<!DOCTYPE html><title>Not found</title>")

    def _away(self):
        self._send(b"", 302, Location="https://elsewhere.example/file.csv")

    def _moved(self):
        self._send(b"", 302, Location="/good.csv")

    def _plain(self):
        self._send(b"", 302, Location="http://plain.example/file.csv")

    def _circle(self):
        self._send(b"", 302, Location="/circle.csv")

    def _huge(self):
        self._send(b"x", length=10**9)

    def _endless(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/csv")
        self.end_headers()
        for _ in range(200):
            self.wfile.write(b"x" * 50_000)

    def _cut(self):
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        if start:
            self._send(BYTES[start:], 206)
        else:
            self._send(BYTES[:50_000], length=len(BYTES))

    def _restated(self):
        """Cut at first; by the time the rest is asked for, the file is another."""
        new = BYTES.replace(b",1", b",2")
        if self.headers.get("Range"):
            self._send(new[49152:], 206)
        elif len(self.server.asked) == 1:
            self._send(BYTES[:50_000], length=len(BYTES))
        else:
            self._send(new)


@pytest.fixture
def publisher():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    server.asked, server.handle_error = [], lambda *args: None
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def fetch(publisher, tmp_path, monkeypatch):
    """Fetch one path of the server as the only source of a project; gives the report and the official folder."""
    raw = tmp_path / "data" / "raw"
    raw.mkdir(parents=True)
    monkeypatch.setenv("ICSLIB_HOME", str(tmp_path))
    monkeypatch.setenv("ICSLIB_OFFICIAL", str(raw / "official"))

    def one(path: str, url: str = "") -> Fetched:
        url = url or f"http://127.0.0.1:{publisher.server_address[1]}/{path}.csv"
        raw.joinpath("catalog.toml").write_text(
            f'[t]\npublisher = "P"\ntitle = "T"\naddress = "A"\nlicence = "L"\n[[t.editions]]\nfile = "t.csv"\n'
            f'sha256 = "{hashlib.sha256(BYTES).hexdigest()}"\nsize = {len(BYTES)}\ndownload = "{url}"\n'
        )
        return catalog.fetch(["t"])

    one.folder = raw / "official" / "t"
    return one


def said(report: Fetched) -> tuple[str, str]:
    return report.files.loc[0, "status"], report.files.loc[0, "message"]


def test_the_right_bytes_are_filed_and_then_left_alone(fetch, publisher):
    assert said(fetch("good"))[0] == "fetched"
    assert [path.read_bytes() == BYTES for path in fetch.folder.iterdir()] == [True]
    assert said(fetch("good"))[0] == "present"
    assert len(publisher.asked) == 1


def test_a_redirect_on_the_same_host_is_followed(fetch):
    assert fetch("moved").ok


def test_a_changed_file_is_kept_beside_and_named(fetch):
    status, message = said(fetch("changed"))
    assert status == "changed"
    assert "the publisher has changed the file" in message and "icslib add" in message
    kept = next(fetch.folder.iterdir())
    assert kept.name.startswith("t.") and b"RAA,2" in kept.read_bytes()


def test_a_cut_download_is_kept_and_resumed(fetch, publisher):
    status, message = said(fetch("cut"))
    assert status == "failed"
    assert "broke off after 49,152 bytes" in message and "run the same again" in message
    assert said(fetch("cut"))[0] == "fetched"
    assert publisher.asked[1][1] == "bytes=49152-"
    assert [path.read_bytes() == BYTES for path in fetch.folder.iterdir()] == [True]


def test_a_file_that_changed_while_it_was_cut_is_not_put_together_of_two(fetch):
    assert said(fetch("restated"))[0] == "failed"
    assert said(fetch("restated"))[0] == "changed"
    assert [path.read_bytes() == BYTES.replace(b",1", b",2") for path in fetch.folder.iterdir()] == [True]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("gone", "answers 404"),
        ("page", "gives a page, not the file"),
        ("soft", "gives a page, not the file"),
        ("away", "sends on to another host, elsewhere.example"),
        ("plain", "is not https"),
        ("circle", "sends on more than 5 times"),
        ("huge", "is 1,000,000,000 bytes, and at most"),
        ("endless", "went on past"),
    ],
)
def test_what_is_not_the_file_is_refused_and_nothing_is_kept(fetch, path, words):
    status, message = said(fetch(path))
    assert status == "failed"
    assert words in message
    assert not fetch.folder.exists() or list(fetch.folder.iterdir()) == []


def test_only_https_is_fetched_from_afar(fetch):
    assert "is not https" in said(fetch("", url="http://example.org/file.csv"))[1]


def test_a_server_that_does_not_answer_is_a_sentence(fetch, publisher):
    port = publisher.server_address[1]
    publisher.shutdown()
    publisher.server_close()
    status, message = said(fetch("", url=f"http://127.0.0.1:{port}/good.csv"))
    assert status == "failed" and "does not answer" in message
