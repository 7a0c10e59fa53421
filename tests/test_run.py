import nbformat
import pytest
from small_book import FILES, change, write_book

from analysis.study import read_study
from report import kernels
from report.chapters import (
    ParameterError,
    convert,
    find_missing,
    read_chapters,
    read_contents,
    read_parameters,
    settle_parameters,
    write_parameters,
)
from report.run import ChapterError, plan_jobs, run_jobs

SOURCE = """\
study_dir = "../data/ning2023"  # the study folder
entry_p = 0.15  # largest p that enters
times = [12,
         24]  # months: μ
"""


@pytest.fixture
def book(tmp_path):
    return write_book(tmp_path / "book")


@pytest.fixture
def small_run(book, tiny_study, tmp_path):
    """Run chapters of the small book on the tiny study; return the jobs and what was told."""
    def start(*names, user=(), **options):
        chapters = [c for c in read_chapters(book) if not names or c.name in names]
        parameters = settle_parameters(chapters, {}, user)
        jobs = plan_jobs(chapters, book, tiny_study, tmp_path / "work", parameters,
                         options.pop("engine", None))
        told = {}
        run_jobs(jobs, tell=lambda job, *what: told.update({job.chapter.name: what}), **options)
        return {job.chapter.name: job for job in jobs}, told

    return start


def read_page(job):
    return nbformat.read(job.folder / f"{job.chapter.file}.ipynb", as_version=4)


def texts(job):
    """List what a page shows: sources and outputs."""
    notebook = read_page(job)
    outputs = [o for c in notebook.cells for o in c.get("outputs", [])]
    shown = [o.get("text", "") + str(o.get("data", {}).get("text/markdown", "")) for o in outputs]
    return [c.source for c in notebook.cells] + shown


# parameters

def test_parameters_are_read_and_written_with_their_comments():
    assert read_parameters(SOURCE) == {"study_dir": "../data/ning2023", "entry_p": 0.15,
                                       "times": [12, 24]}
    written = write_parameters(SOURCE, {"entry_p": 0.1, "times": [6]})
    assert written.splitlines() == ['study_dir = "../data/ning2023"  # the study folder',
                                    "entry_p = 0.1  # largest p that enters",
                                    "times = [6]  # months: μ"]


@pytest.mark.parametrize(("text", "default", "value"), [
    ("0.1", 0.15, 0.1), ("1", 0.15, 1.0), ("3", 2, 3), ("true", False, True), ("no", True, False),
    ("12", "x", "12"), ("6,12", [12], [6, 12]), ("[a, b]", ["c"], ["a", "b"]),
    ("OS", ["c"], ["OS"]), (2, 0.5, 2.0), ([1], [2], [1]), ("5", None, 5)])
def test_a_value_takes_the_type_of_the_default(text, default, value):
    converted = convert(text, default, "chapter.name")
    assert converted == value
    assert type(converted) is type(value)


@pytest.mark.parametrize(("text", "default"), [
    ("x", 0.15), ("0.5", 2), ("2", True), ("yes", 1), ("true", 0.5), ("", 1), ("[1", 2)])
def test_a_value_of_another_type_is_refused(text, default):
    with pytest.raises(ParameterError, match=r"chapter\.name"):
        convert(text, default, "chapter.name")


@pytest.mark.parametrize(("asked", "hint"), [
    ("counting.conf_levl=0.9", "did you mean 'conf_level'"),
    ("countng.conf_level=0.9", "did you mean 'counting'"),
    ("counting.study_dir=elsewhere", "no parameter 'study_dir'"),
    ("intro.anything=1", "it has none"),
    ("conf_level=0.9", "chapter.name=value"),
    ("counting.conf_level", "chapter.name=value")])
def test_unknown_names_are_refused_with_the_nearest(book, asked, hint):
    with pytest.raises(ParameterError, match=hint):
        settle_parameters(read_chapters(book), {}, [asked])


def test_the_user_outdoes_the_study_and_the_study_the_default(book):
    settled = settle_parameters(read_chapters(book), {"counting": {"conf_level": 0.9},
                                                      "second": {"conf_level": 0.8}},
                                ["counting.conf_level=0.5"])
    assert [settled[c]["conf_level"] for c in ("counting", "second", "liver")] == [0.5, 0.8, 0.95]
    with pytest.raises(ParameterError, match="levl"):
        settle_parameters(read_chapters(book), {"second": {"conf_levl": 0.8}}, [])


# chapters

def test_chapters_come_in_the_order_of_the_contents(book):
    assert read_contents(book) == ["intro", "chapters/counting", "chapters/second",
                                   "chapters/liver", "glossary", "made"]
    chapters = {c.name: c for c in read_chapters(book)}
    assert list(chapters) == ["intro", "counting", "second", "liver"]
    assert chapters["intro"].late
    assert not chapters["second"].late
    assert chapters["liver"].title == "Liver"


def test_a_chapter_needs_a_column_with_a_value(book, tiny_study, minimal_study):
    liver = next(c for c in read_chapters(book) if c.name == "liver")
    assert find_missing(liver, read_study(tiny_study)) == []
    assert find_missing(liver, read_study(minimal_study)) == list(liver.needs)


# running

def test_the_page_shows_the_effective_parameters_once(small_run):
    jobs, _ = small_run("counting", user=["counting.conf_level=0.8", "counting.endpoints=OS"])
    shown = texts(jobs["counting"])
    cells = [text for text in shown if "conf_level =" in text]
    assert len(cells) == 1
    assert "conf_level = 0.8  # level of the limits" in cells[0]
    assert "The level is 0.8 for ['OS']." in "".join(shown)


def test_pages_hold_nothing_of_the_clock_or_the_machine(small_run, tmp_path):
    jobs, _ = small_run("counting")
    notebook = read_page(jobs["counting"])
    assert not {"papermill", "press"} & set(notebook.metadata)
    assert all(set(cell.metadata) <= {"tags"} for cell in notebook.cells)
    assert str(tmp_path) not in nbformat.writes(notebook)


def test_chapters_run_again_only_when_something_changed(small_run, book, tiny_study):
    def reran(told):
        return {name for name, (seconds, _) in told.items() if seconds is not None}

    everything = {"counting", "second", "liver", "intro"}
    assert reran(small_run()[1]) == everything
    assert reran(small_run()[1]) == set()
    assert reran(small_run(user=["second.conf_level=0.9"])[1]) == {"second", "intro"}
    small_run()
    change(book / "chapters" / "second.md", "Nothing more", "Something more")
    assert reran(small_run()[1]) == {"second", "intro"}
    change(tiny_study / "patients.csv", "A1,North,61", "A1,North,62")
    assert reran(small_run()[1]) == everything
    assert reran(small_run("counting", fresh=True)[1]) == {"counting"}


def test_a_late_chapter_reads_what_the_others_saved(small_run):
    jobs, _ = small_run()
    assert "('counting', 'patients')" in "".join(texts(jobs["intro"]))
    assert not list((jobs["intro"].folder / "results").iterdir())


@pytest.mark.parametrize("engine", [kernels.WARM, kernels.STOCK])
def test_a_failing_chapter_names_cell_line_and_error(small_run, book, engine):
    change(book / "chapters" / "second.md", 'page.say("Nothing more.")', "study.patients['no']")
    with pytest.raises(ChapterError) as error:
        small_run("counting", "second", engine=engine)
    message = str(error.value)
    line = 1 + FILES["chapters/second.md"].split('page.say("Nothing')[0].count("\n")
    assert f"second: cell 4 failed (chapters/second.md, line {line})" in message
    assert "KeyError: 'no'" in message
    assert "Traceback" not in message
    assert "counting" not in message


def test_what_a_chapter_writes_to_stderr_is_told_and_not_printed(small_run, book):
    change(book / "chapters" / "second.md", 'page.say("Nothing more.")',
           "import warnings\nwarnings.warn('careful', stacklevel=1)")
    jobs, told = small_run("second")
    assert "careful" in told["second"][1]
    assert not [o for c in read_page(jobs["second"]).cells for o in c.get("outputs", [])]


def test_a_kernel_that_dies_is_a_failed_chapter(small_run, book):
    change(book / "chapters" / "second.md", 'page.say("Nothing more.")', "import os\nos._exit(3)")
    with pytest.raises(ChapterError, match="second"):
        small_run("second")


def test_warm_and_stock_kernels_print_the_same_page(small_run):
    warm = texts(small_run("counting", engine=kernels.WARM, fresh=True)[0]["counting"])
    stock = texts(small_run("counting", engine=kernels.STOCK, fresh=True)[0]["counting"])
    assert warm == stock


def test_chapters_run_on_a_dask_cluster(small_run):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=1, threads_per_worker=2, processes=False,
                                  dashboard_address=None) as cluster:
        jobs, told = small_run("counting", engine=kernels.STOCK, fresh=True,
                               scheduler=cluster.scheduler_address)
    assert told["counting"][0] is not None
    assert (jobs["counting"].folder / "results" / "counting" / "patients.csv").is_file()
