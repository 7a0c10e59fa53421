"""The commands and their messages."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
import webbrowser
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
FAILED, BAD_STUDY, STOPPED = 1, 2, 130
console = Console(highlight=False, soft_wrap=True)


def parse(argv=None):
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m report", description="Run the chapters on a study and print the book.")
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build", help="make the book of a study")
    build.add_argument("study", nargs="?", default="data/ning2023", help="study folder")
    build.add_argument("--out", help="where the book goes (default: _build/STUDY)")
    build.add_argument("-p", "--parameter", action="append", default=[],
                       metavar="chapter.name=value", help="a chapter's parameter; repeatable")
    build.add_argument("--pdf", action=argparse.BooleanOptionalAction, default=True,
                       help="print the book as PDF too (default: yes)")
    build.add_argument("--profile", choices=["internal", "share"], default="",
                       help="share withholds small counts (default: `privacy` of study.yml)")
    build.add_argument("--fresh", action="store_true", help="execute chapters that are current too")
    build.add_argument("--workers", type=int, default=2, help="chapters executed at a time")
    build.add_argument("--dask", metavar="ADDRESS",
                       help="execute on a dask scheduler's workers (same files, same environment)")
    build.add_argument("--book", default=ROOT, type=Path, help=argparse.SUPPRESS)
    check = commands.add_parser("check", help="list all that is wrong with a study folder")
    check.add_argument("study", nargs="?", default="data/ning2023", help="study folder")
    check.add_argument("--json", action="store_true", help="print JSON, for programs")
    check.add_argument("--strict", action="store_true", help="exit 1 where there are warnings")
    check.add_argument("--book", default=ROOT, type=Path, help=argparse.SUPPRESS)
    new = commands.add_parser("init", help="write a study folder to be filled")
    new.add_argument("study", help="folder to write")
    new.add_argument("--from", dest="source", metavar="FILE_OR_FOLDER",
                     help="data whose columns are to be mapped; they are copied into the folder")
    show = commands.add_parser("open", help="show the book in a browser")
    show.add_argument("study", nargs="?", default="data/ning2023", help="study folder")
    show.add_argument("--out", help="where the book stands (default: _build/STUDY)")
    score = commands.add_parser("score", help="hold a built book against the printed numbers")
    score.add_argument("study", nargs="?", default="data/ning2023", help="study folder")
    score.add_argument("--out", help="where the book stands (default: _build/STUDY)")
    return parser.parse_args(argv)


def main(argv=None):
    """Run a command; return its exit status: 1 a chapter or page failed, 2 a bad study or call."""
    arguments = parse(argv)
    commands = {"build": build, "check": check, "open": show, "score": score,
                "init": init}
    try:
        return commands[arguments.command](arguments)
    except KeyboardInterrupt:
        console.print("Stopped; an earlier book is as it was.")
        return STOPPED
    except BrokenPipeError:  # who read along has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        console.print(f"{error.filename or arguments.study}: {error.strerror or error}",
                      markup=False, style="red")
        return FAILED


def find_out(arguments):
    """Tell where the book of a study goes."""
    return Path(arguments.out or f"_build/{Path(arguments.study).resolve().name}").resolve()


def check(arguments):
    """Print all findings of a study folder, and what each chapter will show of it."""
    from report.check import check_folder, draw_coverage, judge, spell_json

    findings, coverage = check_folder(arguments.study, arguments.book)
    status = judge(findings, arguments.strict)
    if arguments.json:
        print(spell_json(arguments.study, findings, coverage, status))
        return status
    if findings.empty:
        console.print(f"{arguments.study}: nothing wrong", markup=False)
    else:
        print_findings(findings)
    if coverage is not None:
        console.print()
        Console(highlight=False, width=max(console.width, 120)).print(draw_coverage(coverage),
                                                                      markup=False)
    return status


def init(arguments):
    """Write a study folder to be filled, or one that proposes how to read what there is."""
    from report.init import InitError, write_folder

    try:
        told = write_folder(arguments.study, arguments.source)
    except InitError as error:
        console.print(str(error), markup=False)
        return BAD_STUDY
    console.print(told, markup=False)
    return 0


def print_findings(findings):
    """Print findings as a table."""
    from report.check import draw_findings

    Console(highlight=False, width=max(console.width, 160)).print(draw_findings(findings),
                                                                  markup=False)


def build(arguments):
    """Make the book of a study."""
    began = time.perf_counter()
    from analysis.study import StudyError, read_study

    try:
        study = read_study(arguments.study)
    except StudyError as error:
        print_findings(error.findings)
        return BAD_STUDY
    from report.book import BookError
    from report.chapters import ParameterError
    from report.lock import BusyError
    from report.run import ChapterError

    try:
        print_book(arguments, study)
    except ParameterError as error:
        console.print(str(error), markup=False)
        return BAD_STUDY
    except (ChapterError, BookError, BusyError) as error:
        console.print(str(error), markup=False, style="red")
        console.print("No book made; an earlier one is as it was.")
        return FAILED
    except OSError as error:
        console.print(f"Cannot write the book: {error.strerror or error}; an earlier one is as it "
                      "was", markup=False, style="red")
        return FAILED
    console.print(f"{find_out(arguments) / 'html' / 'index.html'}  "
                  f"{time.perf_counter() - began:.1f} s", markup=False)
    return 0


def print_book(arguments, study):
    """Execute the chapters, stage them, print the pages and put them in place."""
    from report.absent import spell
    from report.book import print_html, publish, stage
    from report.chapters import find_missing, read_chapters, settle_parameters
    from report.lock import hold
    from report.made import describe, write_times
    from report.run import plan_jobs, run_jobs

    out_dir = find_out(arguments)
    chapters = read_chapters(arguments.book)
    parameters = settle_parameters(chapters, study.chapters, arguments.parameter)
    missing = {chapter: find_missing(chapter, study) for chapter in chapters}
    absent = {chapter: needs for chapter, needs in missing.items() if needs}
    for chapter, needs in absent.items():
        console.print(f"  {chapter.name:<12} left out: needs {spell(needs)}", markup=False)
    jobs = plan_jobs([c for c in chapters if c not in absent], arguments.book,
                     Path(arguments.study).resolve(), out_dir / ".press" / "chapters", parameters,
                     "nbclient" if arguments.dask else None, arguments.profile)
    shown = Progress(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(),
                     console=console, transient=True)
    with hold(out_dir / ".press"), shown as progress:
        task = progress.add_task("chapters", total=len(jobs) + 1)

        def tell(job, seconds, remarks):
            spent = "current" if seconds is None else f"{seconds:4.1f} s"
            console.print(f"  {job.chapter.name:<12} {spent}", markup=False)
            for line in remarks.splitlines():
                console.print(f"    {line}", markup=False, style="yellow")
            progress.advance(task)

        run_jobs(jobs, arguments.workers, arguments.fresh, arguments.dask, tell)
        progress.update(task, description="pages")
        began = time.perf_counter()
        new_dir = out_dir / ".press" / "new"
        shutil.rmtree(new_dir, ignore_errors=True)  # pages of a build that was killed
        made = describe(study, Path(arguments.study), arguments.book, jobs, arguments.profile)
        stage(arguments.book, new_dir / "book", jobs, absent, study, made)
        html_dir = print_html(new_dir / "book", study)
        write_times(made, html_dir)
        console.print(f"  {'pages':<12} {time.perf_counter() - began:4.1f} s")
        if arguments.pdf:
            progress.update(task, description="PDF")
            paper(html_dir, new_dir, study, made)
        publish(new_dir, out_dir, html_dir, f"{study.name}.pdf")


def paper(html_dir, new_dir, study, made):
    """Print the PDF; what goes wrong with it is said and leaves the pages standing."""
    from report.pdf import print_pdf

    began = time.perf_counter()
    for line in print_pdf(html_dir, new_dir / "book", study, made,
                          new_dir / f"{study.name}.pdf"):
        console.print(f"    {line}", markup=False, style="yellow")
    console.print(f"  {'PDF':<12} {time.perf_counter() - began:4.1f} s")


def score(arguments):
    """Print how the saved results stand to the printed numbers, and write the whole ledger."""
    from analysis import ledger
    from analysis.prose.published import score_table
    from analysis.study import StudyError, read_results, read_study

    try:
        study = read_study(arguments.study)
    except StudyError as error:
        print_findings(error.findings)
        return BAD_STUDY
    results = read_results(find_out(arguments))
    if study.published is None or not results:
        lack = (f"{arguments.study} has no published.csv" if study.published is None else
                f"no results in {find_out(arguments)}; `python -m report build` saves them")
        console.print(lack, markup=False)
        return FAILED
    joined = ledger.join(study.published, results)
    scored = score_table(joined)
    table = Table(*scored.columns, box=None, pad_edge=False, header_style="bold")
    for row in scored.itertuples(index=False):
        table.add_row(*row)
    console.print(table)
    path = find_out(arguments) / "ledger.csv"
    joined.to_csv(path, index=False, lineterminator="\n")
    console.print(str(path), markup=False)
    return 0


def show(arguments):
    """Show the book in a browser."""
    page = find_out(arguments) / "html" / "index.html"
    if not page.is_file():
        console.print(f"{page}: no book yet; `python -m report build {arguments.study}` makes it",
                      markup=False)
        return FAILED
    webbrowser.open(page.as_uri())
    return 0
