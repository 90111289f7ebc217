"""The ``icslib`` command: parses arguments, calls one function, prints.

Exit codes: 0 all done; 1 some run or check failed, the rest finished; 2 the request itself is wrong.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from .errors import IcsError, ParameterError


def _sources(args: argparse.Namespace) -> int:
    from . import catalog

    print(catalog.list_sources()[["id", "publisher", "title", "published", "licence"]].to_string(index=False))
    return 0


def _run(args: argparse.Namespace) -> int:
    from . import runs
    from .runs.parameters import describe

    if args.help:
        print(args.usage() + "\n\n".join(describe(runs.find_notebook(name)) for name in args.notebooks))
        return 0
    given = dict(_split(one) for one in args.parameter)
    each = {name: values.split(",") if values else "all" for name, _, values in (one.partition("=") for one in args.each)}
    jobs = runs.select_jobs(args.notebooks, given, each, failed=args.failed, as_of=args.as_of)
    options = runs.Options(
        jobs=args.jobs, force=args.force, seconds=args.timeout, megabytes=args.memory, cluster=args.cluster,
        kernel=args.kernel, keep=args.keep,
    )  # fmt: skip
    if args.plan:
        for job, what, why in runs.plan_batch(jobs, options):
            print(f"{what:7} {job.name}: {why}")
        return 0
    try:
        batch = runs.run_jobs(jobs, options, progress=partial(print, file=sys.stderr, flush=True))
    except KeyboardInterrupt:
        print("icslib: stopped. Finished reports are in place; run again to go on from there.", file=sys.stderr)
        return 1
    print(batch)
    return 1 if batch.failed or batch.trouble else 0


def _split(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ParameterError(f"-p {text!r}: a parameter is given as name=value.")
    return name, value


def _add_run(commands) -> None:
    run = commands.add_parser("run", help="make reports: those of the plan, or of the notebooks named", add_help=False)
    run.add_argument(
        "notebooks", nargs="*", metavar="NOTEBOOK", help="a notebook by name or path; all of reports/plan.toml if none"
    )
    run.add_argument("-h", "--help", action="store_true", help="show this, and the parameters of the notebooks named")
    run.add_argument("-p", "--parameter", action="append", default=[], metavar="NAME=VALUE", help="give a parameter (repeatable)")
    run.add_argument(
        "--each", action="append", default=[], metavar="NAME[=A,B]", help="one report for every value of a parameter"
    )
    run.add_argument("--plan", action="store_true", help="print what would be done, and why, and do nothing")
    run.add_argument("--force", action="store_true", help="run even what is up to date")
    run.add_argument("--failed", action="store_true", help="only what failed last time")
    run.add_argument("--jobs", type=int, default=0, metavar="N", help="runs at once (one a core)")
    run.add_argument("--timeout", type=float, default=600, metavar="SECONDS", help="time one run may take (600)")
    run.add_argument("--memory", type=float, default=0, metavar="MB", help="memory one run may take (its share of the machine)")
    run.add_argument("--cluster", default="", metavar="ADDRESS", help="a Dask scheduler to run on, such as tcp://host:8786")
    run.add_argument("--kernel", default="", metavar="NAME", help="a Jupyter kernel to run in, instead of a warm child process")
    run.add_argument("--as-of", default="", metavar="DATE", help="use the editions known at this date")
    run.add_argument("--keep", type=int, default=0, metavar="N", help="keep the last N pages of each report that is replaced")
    run.set_defaults(call=_run, usage=run.format_help)


def _build(args: argparse.Namespace) -> int:
    from . import store

    report = store.build(args.ids or None, check=args.check)
    for row in report.tables.itertuples():
        print(f"{row.status:8} {row.table:28} {row.rows:>8,}  {row.message if report.ok else ''}".rstrip())
    print(report)
    return 0 if report.ok else 1


def _check(args: argparse.Namespace) -> int:
    args.ids, args.check = [], True
    return _build(args)


def _fetch(args: argparse.Namespace) -> int:
    from . import catalog

    fetched = catalog.fetch(args.ids or None)
    print(fetched)
    return 0 if fetched.ok else 1


def _add(args: argparse.Namespace) -> int:
    from . import store

    added = store.add(args.file, args.edition)
    print(added)
    if added.stub:
        print("A reader could begin so; fill in what is left open (…), then run 'icslib add' again.")
        print(*(f"\nTo the end of {path}:\n\n{text}" for path, text in added.stub.items()), sep="\n")
    return 0 if added.source else 1


def _trace(args: argparse.Namespace) -> int:
    from .render.lineage import trace_exhibit

    cells = trace_exhibit(args.report, " ".join(args.exhibit))
    if args.csv:
        print(cells.to_csv(index=False), end="")
    else:
        for _, row in cells.drop_duplicates("source").iterrows():
            print(
                f"{row['title']} ({row['publisher']}; published {row['published']}; {row['licence']})\n  {row['file']}, sha256 {row['sha256']}\n  {row['address']}"
            )
        print(cells[["source", "sheet", "cell", "value", "unit"]].to_string(index=False))
    return 0


def _export(args: argparse.Namespace) -> int:
    from . import paths, store
    from .render import export_report

    report = Path(args.what).suffix or paths.reports(f"{args.what}.ipynb").is_file()
    print(export_report(args.what, args.file) if report else store.export(args.what, args.file))
    return 0


def _add_files(commands) -> None:
    fetch = commands.add_parser("fetch", help="fetch official files from the publishers' addresses, checked by sha256")
    fetch.add_argument("ids", nargs="*", metavar="ID", help="sources; all if none")
    fetch.set_defaults(call=_fetch)
    add = commands.add_parser("add", help="take in a file: say which source and edition it is, file it, rebuild its table")
    add.add_argument("file", metavar="FILE")
    add.add_argument("--edition", metavar="NAME", help="name of a new edition; needed where the file does not print its year")
    add.set_defaults(call=_add)
    trace = commands.add_parser("trace", help="the cells behind a figure or table of a report")
    trace.add_argument("report", metavar="REPORT")
    trace.add_argument("exhibit", nargs="+", metavar="EXHIBIT", help="as the page names it: figure 2, table 1")
    trace.add_argument("--csv", action="store_true", help="every column, as CSV")
    trace.set_defaults(call=_trace)
    export = commands.add_parser(
        "export",
        help="write a processed table or a report's tables as an accessible spreadsheet, or a report as PDF or Word document",
    )
    export.add_argument("what", metavar="WHAT", help="a processed table or a report, by name")
    export.add_argument("file", type=Path, metavar="FILE", help="ending in .csv (a table), .xlsx, .ods, .docx or .pdf (a report)")
    export.set_defaults(call=_export)


def _claims(args: argparse.Namespace) -> int:
    from .claims import check_claims

    print("\n".join(check_claims().lines(args.verdict)))
    return 0


def _add_claims(commands) -> None:
    claims = commands.add_parser(
        "claims", help="the claims ledger: the NAO's statements of October 2022 and what our figures give"
    )
    claims.add_argument(
        "--verdict",
        default="",
        choices=["reproduced", "consistent", "differs", "superseded", "cannot be checked"],
        help="only these",
    )
    claims.set_defaults(call=_claims)


def _diff(args: argparse.Namespace) -> int:
    from . import changes
    from .render import write_diff

    compared = changes.compare_files(args.old, args.new, args.tolerance)
    for name, found in compared.items():
        print(f"{name}: {found['summary']}", *found["causes"], sep="\n  ")
    if args.html:
        print(f"See {write_diff(compared, args.html, str(args.old), str(args.new), args.tolerance)}")
    return int(any(found["any"] for found in compared.values()))


def _add_diff(commands) -> None:
    diff = commands.add_parser(
        "diff", help="what changed between two reports, or two folders of reports; exit code 1 if anything did"
    )
    diff.add_argument(
        "old", type=Path, metavar="OLD", help="the report before: an executed notebook, its page, or a folder of them"
    )
    diff.add_argument("new", type=Path, metavar="NEW", help="the report now")
    diff.add_argument("--html", type=Path, metavar="FILE", help="write the whole comparison as a page")
    diff.add_argument(
        "--tolerance", type=float, default=1e-6, metavar="SHARE", help="share of a figure below which it is the same (0.000001)"
    )
    diff.set_defaults(call=_diff)


def _places(args: argparse.Namespace) -> int:
    from . import register

    if args.export:
        print(*register.export_register(args.export), sep="\n")
    elif args.place:
        print(register.describe_place(args.place, args.at, args.type))
    else:
        frame = register.places(args.at, args.type)
        print(frame[["code", "name", "place_type", "valid_from", "valid_to"]].to_string(index=False, na_rep=""))
    return 0


def _add_places(commands) -> None:
    places = commands.add_parser("places", help="what a place was, became and lies in; or every place of a type at a date")
    places.add_argument("place", nargs="?", metavar="CODE", help="a code or a name; all places if none")
    places.add_argument("--at", metavar="DATE", help="as it was then, such as 2022-07")
    places.add_argument("--type", metavar="TYPE", help="system, trust, local_authority, sub_icb, ccg, region, practice ...")
    places.add_argument(
        "--export",
        type=Path,
        metavar="FOLDER",
        help="write the register as places.csv and succession.csv, with their columns described",
    )
    places.set_defaults(call=_places)


def make_parser() -> argparse.ArgumentParser:
    """All commands and their arguments."""
    parser = argparse.ArgumentParser(prog="icslib", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    sources = commands.add_parser("sources", help="list the sources, with publisher, date and licence")
    sources.set_defaults(call=_sources)
    build = commands.add_parser("build", help="make processed tables from the official files at hand")
    build.add_argument("ids", nargs="*", metavar="ID", help="tables or sources; all if none")
    build.add_argument("--check", action="store_true", help="write nothing; prove that what is shipped is what the readers make")
    build.set_defaults(call=_build)
    check = commands.add_parser("check", help="the same as build --check: files whole, tables proved")
    check.set_defaults(call=_check)
    _add_files(commands)
    _add_run(commands)
    _add_claims(commands)
    _add_diff(commands)
    _add_places(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; an error of ours is one sentence on stderr."""
    args = make_parser().parse_args(argv)
    try:
        return args.call(args)
    except BrokenPipeError:  # the reader had enough: icslib trace ... | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except IcsError as fault:
        print(f"icslib: {fault}", file=sys.stderr)
        return fault.exit_code
