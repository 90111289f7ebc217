"""Read a file from an address: https only, a size limit, no page where a file was meant."""

import urllib.error
import urllib.parse
import urllib.request

from ..errors import SheetError

LARGEST = 300_000_000
LOCAL = {"localhost", "127.0.0.1", "::1"}


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, request, answer, code, message, headers, newurl):
        check_address(newurl)
        return super().redirect_request(request, answer, code, message, headers, newurl)


def check_address(address: str) -> None:
    """Refuse anything but https, except to a server on this machine."""
    parts = urllib.parse.urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
        raise SheetError(f"{address} is not an https address. Download the file yourself, or give its https address.")


def read_address(address: str, largest: int = LARGEST) -> bytes:
    """Give the bytes behind `address`; an error says what the server answered."""
    check_address(address)
    request = urllib.request.Request(address, headers={"User-Agent": "icslib"})
    try:
        with urllib.request.build_opener(_SafeRedirects).open(request, timeout=60) as answer:
            raw = answer.read(largest + 1)
            said = answer.headers.get("Content-Length")
    except urllib.error.URLError as fault:
        raise SheetError(
            f"{address} gave no file: {getattr(fault, 'reason', fault)}. Look whether the publisher moved it."
        ) from fault
    except OSError as fault:
        raise SheetError(f"{address} broke off: {fault}. Try again.") from fault
    if len(raw) > largest:
        raise SheetError(f"{address} is larger than {largest // 1_000_000} MB. Download it yourself if that is right.")
    if said and said.isdigit() and len(raw) < int(said):
        raise SheetError(f"{address} broke off after {len(raw):,} of {int(said):,} bytes. Try again.")
    return raw
