import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_book import run_limited, write_book

from report import kernels
from report.cli import main
from report.lock import BusyError, hold, put, recover
from report.made import TIMES

ROOT = Path(__file__).parents[1]
HOLD = "import sys, time; from pathlib import Path; from report.lock import hold\n" \
       "with hold(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)\n"


@pytest.fixture
def holder(tmp_path):
    """A process that holds the lock of a build."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / "out" / ".press")],
                               cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def build(study, book, out):
    return main(["build", str(study), "--book", str(book), "--out", str(out), "--no-pdf"])


def read_pages(out):
    """Return all files of a book with their bytes; the run times are those of the last run."""
    return {p: p.read_bytes() for name in ("html", "results", "book")
            for p in (out / name).rglob("*") if p.is_file() and p.name != TIMES}


def test_a_second_build_says_so_and_stops(holder, tiny_study, tmp_path, capsys):
    assert build(tiny_study, write_book(tmp_path / "book"), tmp_path / "out") == 1
    assert "another build of this study is at work" in capsys.readouterr().out
    assert not (tmp_path / "out" / "html").exists()


def test_a_lock_dies_with_its_process(holder, tmp_path):
    with pytest.raises(BusyError), hold(tmp_path / "out" / ".press"):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with hold(tmp_path / "out" / ".press"):
        pass


def test_a_place_is_never_empty(tmp_path):
    for name in ("new", "html", "aside"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    put(tmp_path / "new", tmp_path / "html", tmp_path / "aside" / "html")
    assert (tmp_path / "html" / "new").exists()


def test_what_a_kill_left_aside_comes_back(tmp_path):
    (tmp_path / "old" / "html").mkdir(parents=True)
    recover(tmp_path / "old", tmp_path)
    assert (tmp_path / "html").is_dir()


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [3.0, 9.0])
def test_a_killed_build_leaves_the_earlier_book_and_the_next_one_works(
        tiny_study, tmp_path, seconds):
    book, out = write_book(tmp_path / "book"), tmp_path / "out"
    assert build(tiny_study, book, out) == 0
    before = read_pages(out)
    process = subprocess.Popen(
        [sys.executable, "-m", "report", "build", str(tiny_study), "--book", str(book), "--out",
         str(out), "--no-pdf", "--fresh"], cwd=ROOT, start_new_session=True,
        stdout=subprocess.DEVNULL)
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert read_pages(out) == before
    stale = out / ".press" / "new" / "_build" / "html" / "stale.html"
    stale.parent.mkdir(parents=True, exist_ok=True)
    stale.touch()
    assert build(tiny_study, book, out) == 0
    assert read_pages(out) == before


def test_a_kernel_whose_build_was_killed_does_not_stay(monkeypatch):
    monkeypatch.setattr(kernels.os, "getppid", lambda: 1)
    with pytest.raises(SystemExit):
        kernels.serve([], ".", {})


def test_an_output_that_cannot_be_written_is_one_line(tiny_study, tmp_path, capsys):
    (tmp_path / "file").touch()
    assert build(tiny_study, write_book(tmp_path / "book"), tmp_path / "file" / "out") == 1
    said = capsys.readouterr().out
    assert len(said.strip().splitlines()) <= 2
    assert "Cannot write the book" in said
    assert "Traceback" not in said


@pytest.mark.slow
def test_a_full_disk_is_one_line_and_the_earlier_book_stands(tiny_study, tmp_path):
    book, out = write_book(tmp_path / "book"), tmp_path / "out"
    assert build(tiny_study, book, out) == 0
    before = read_pages(out)
    # too little for a chapter's figure, and for the scripts of the pages
    for size, fresh in ((1_000, ["--fresh"]), (60_000, [])):
        done = run_limited(size, "build", tiny_study, "--book", book, "--out", out, "--no-pdf",
                           *fresh)
        said = [line for line in done.stdout.splitlines() if "Cannot write the book" in line]
        assert (done.returncode, len(said), done.stderr) == (1, 1, "")
        assert "Traceback" not in done.stdout
        assert len(done.stdout.splitlines()) < 10
        assert read_pages(out) == before
    assert build(tiny_study, book, out) == 0
