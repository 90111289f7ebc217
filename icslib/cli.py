"""The ``icslib`` command: parses arguments, calls one function, prints.

Exit codes: 0 all done; 1 some run or check failed, the rest finished; 2 the request itself is wrong.
"""

import argparse
import sys
from collections.abc import Sequence

from .errors import IcsError


def _sources(args: argparse.Namespace) -> int:
    from . import catalog

    print(catalog.list_sources()[["id", "publisher", "title", "published", "licence"]].to_string(index=False))
    return 0


def make_parser() -> argparse.ArgumentParser:
    """All commands and their arguments."""
    parser = argparse.ArgumentParser(prog="icslib", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    sources = commands.add_parser("sources", help="list the sources, with publisher, date and licence")
    sources.set_defaults(call=_sources)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; an error of ours is one sentence on stderr."""
    args = make_parser().parse_args(argv)
    try:
        return args.call(args)
    except IcsError as fault:
        print(f"icslib: {fault}", file=sys.stderr)
        return fault.exit_code
