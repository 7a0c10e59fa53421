"""Executing chapters: what is stale, in which order, with which parameters."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

import analysis
from report import kernels
from report.chapters import write_parameters
from report.disk import find_full_disk

ENVIRONMENT = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
               "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
PRODUCTS = ("figures", "results")


class ChapterError(Exception):
    """A chapter that failed: its name, the cell and the error."""


@dataclass(frozen=True)
class Job:
    """One chapter to execute.

    Attributes
    ----------
    chapter : Chapter
    study_dir, work_dir : Path
        The study; the folder that holds one executed chapter each.
    book_dir : Path
        The folder of the chapters' texts, from which a reader would start them.
    values : dict
        Effective parameters.
    key : str
        Hash of all that the chapter's page depends on.
    engine : str
        papermill's name of the engine.
    profile : str
        `internal` or `share`, where it is not to be as the study says.
    """

    chapter: object
    study_dir: Path
    work_dir: Path
    book_dir: Path
    values: dict
    key: str
    engine: str
    profile: str = ""

    @property
    def folder(self):
        """Where the executed chapter, its figures and its results stand."""
        return self.work_dir / self.chapter.name

    @property
    def seconds(self):
        """How long the chapter took when it was executed last."""
        return float((self.folder / "seconds").read_text())

    @property
    def is_current(self):
        """Whether the chapter stands executed already."""
        key = self.folder / "key"
        return key.is_file() and key.read_text() == self.key


def hash_files(*folders):
    """Hash names and contents of all files in some folders, caches aside."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()


def plan_jobs(chapters, book_dir, study_dir, work_dir, parameters, engine=None, profile=""):
    """Make a job of each chapter; the key of a late one covers the others' keys."""
    engine = engine or kernels.register()
    common = hash_files(study_dir, Path(analysis.__file__).parent, Path(__file__).parent)
    common += sys.version
    jobs = []
    for chapter in sorted(chapters, key=lambda c: c.late):
        values = parameters[chapter.name]
        facts = [common, chapter.text, repr(sorted(values.items())), profile]
        facts += [job.key for job in jobs if chapter.late]
        key = hashlib.sha256("\0".join(facts).encode()).hexdigest()
        jobs.append(Job(chapter, Path(study_dir), Path(work_dir), Path(book_dir), values, key,
                        engine, profile))
    return jobs


def execute(job):
    """Execute one chapter in a folder of its own; return (seconds, what it wrote to stderr).

    Raises
    ------
    ChapterError
    OSError
        When the disk is full.
    """
    began = time.perf_counter()
    chapter, folder = job.chapter, job.work_dir / f"{job.chapter.name}.new"
    shutil.rmtree(folder, ignore_errors=True)
    source = folder / f"{chapter.file}.ipynb"
    source.parent.mkdir(parents=True)
    lend_results(job, folder)
    if job.profile:
        (folder / "profile").write_text(job.profile)
    nbformat.write(number_cells(chapter), source)
    given = {"study_dir": os.path.relpath(job.study_dir, source.parent),
             "out_dir": os.path.relpath(folder, source.parent)}
    given = {name: value for name, value in given.items() if name in chapter.defaults}
    try:
        notebook = papermill.execute_notebook(
            source, None, parameters=given | job.values, engine_name=job.engine,
            progress_bar=False, resources={"metadata": {"path": str(source.parent)}})
    except PapermillExecutionError as error:
        if full := find_full_disk(f"{error.ename}: {error.evalue}"):
            raise full from None
        raise ChapterError(describe(chapter, error)) from None
    except (DeadKernelError, CellTimeoutError) as error:
        raise ChapterError(f"{chapter.name}: {error} (out of memory?)") from None
    remarks = finish(notebook, job)
    nbformat.write(notebook, source)
    return_results(folder)
    seconds = time.perf_counter() - began
    (folder / "seconds").write_text(f"{seconds:.2f}")
    (folder / "key").write_text(job.key)
    shutil.rmtree(job.folder, ignore_errors=True)
    folder.rename(job.folder)
    return seconds, remarks


def number_cells(chapter):
    """Return the chapter's notebook with cell ids that do not change from run to run."""
    notebook = chapter.notebook
    for i, cell in enumerate(notebook.cells):
        cell["id"] = f"{chapter.name}-{i}"
    return notebook


def lend_results(job, folder):
    """Show a late chapter what the others saved."""
    (folder / "results").mkdir()
    if job.chapter.late:
        for results in job.work_dir.glob("*/results/*"):
            if ".new" not in results.parts[-3] and results.name != job.chapter.name:
                (folder / "results" / results.name).symlink_to(results.resolve())


def return_results(folder):
    """Take back what `lend_results` lent."""
    for path in (folder / "results").iterdir():
        if path.is_symlink():
            path.unlink()


def describe(chapter, error):
    """Say which cell of a chapter failed, and how, in a few lines."""
    cells = [cell.source for cell in chapter.notebook.cells]
    number = cells.index(error.source) if error.source in cells else error.cell_index
    line = chapter.text[:chapter.text.find(error.source)].count("\n") + 1
    code = [line for line in error.source.splitlines() if line.strip()]
    return (f"{chapter.name}: cell {number + 1} failed ({chapter.file}.md, line {line})\n"
            + "\n".join(f"    {line}" for line in code[:8])
            + f"\n  {error.ename}: {error.evalue}")


def finish(notebook, job):
    """Make an executed notebook fit to print; return what it wrote to stderr.

    The injected parameters go, the parameters cell shows the effective values, and nothing of
    the clock or the machine stays.
    """
    notebook.cells = [cell for cell in notebook.cells
                      if "injected-parameters" not in cell.metadata.get("tags", [])]
    shown = job.values | {"study_dir": show_folder(job)}
    if out_dir := job.chapter.defaults.get("out_dir"):
        shown["out_dir"] = str(Path(out_dir).with_name(job.study_dir.name))
    remarks = []
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = write_parameters(cell.source, shown)
        for name in ("papermill", "execution", "exception"):
            cell.metadata.pop(name, None)
        if cell.cell_type == "code":
            remarks += [o.text for o in cell.outputs if o.get("name") == "stderr"]
            cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
    for name in ("papermill", "press", "jupytext"):
        notebook.metadata.pop(name, None)
    return "".join(remarks)


def show_folder(job):
    """Name the study's folder as a reader would, and no folder of this machine."""
    if job.study_dir.is_relative_to(job.book_dir):
        return os.path.relpath(job.study_dir, (job.book_dir / job.chapter.file).parent)
    return job.study_dir.name


@contextmanager
def open_executor(workers, scheduler=None):
    """Open what chapters are executed on: threads here, or a dask cluster's workers."""
    if scheduler is None:
        with ThreadPoolExecutor(workers) as executor:
            yield executor
    else:
        from distributed import Client

        with Client(scheduler) as client:
            yield client.get_executor(pure=False)


def run_jobs(jobs, workers=2, fresh=False, scheduler=None, tell=lambda job, seconds, remarks: None):
    """Execute the chapters that are stale, the late ones after the others.

    Parameters
    ----------
    jobs : list of Job
    workers : int
        Chapters executed at a time.
    fresh : bool
        Execute all.
    scheduler : str, optional
        Address of a dask scheduler whose workers share this file system and environment.
    tell : callable
        Called with each finished job, its seconds (None if it was current) and its remarks.

    Raises
    ------
    ChapterError
        Of all chapters that failed.
    """
    os.environ.update(ENVIRONMENT)
    root = str(Path(analysis.__file__).parents[1])
    if root not in (path := os.environ.get("PYTHONPATH", "").split(os.pathsep)):
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [root, *path]))
    logging.getLogger("papermill").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="papermill")
    failures = []
    with open_executor(workers, scheduler) as executor:
        for wave in ([j for j in jobs if not j.chapter.late], [j for j in jobs if j.chapter.late]):
            stale = [job for job in wave if fresh or not job.is_current]
            for job in wave:
                if job not in stale:
                    tell(job, None, "")
            tasks = {executor.submit(execute, job): job for job in stale}
            for task in as_completed(tasks):
                try:
                    tell(tasks[task], *task.result())
                except ChapterError as error:
                    failures.append(str(error))
            if failures:
                raise ChapterError("\n".join(failures))
