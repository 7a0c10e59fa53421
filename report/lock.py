"""One build at a time for each study, and the swap that puts a new book in the place of the old."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import contextmanager

AT_CWD, EXCHANGE = -100, 2


class BusyError(Exception):
    """Another process builds the same book."""


@contextmanager
def hold(folder):
    """Hold the lock of a build's folder; it ends with the process, however that ends.

    Parameters
    ----------
    folder : Path
        Folder of the build; made where there is none.

    Raises
    ------
    BusyError
        When another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as file:
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError("another build of this study is at work; wait for it") from None
        yield


def put(made, place, aside):
    """Put a new file or folder in the place of an earlier one, which moves aside.

    Where the system can exchange two names there is no moment without either; elsewhere
    `recover` brings back what a kill between two steps left aside.
    """
    if not place.exists():
        made.rename(place)
    elif not exchange(made, place):
        place.rename(aside)
        made.rename(place)


def exchange(one, other):
    """Exchange two names at one stroke; say whether the system can."""
    swap = getattr(ctypes.CDLL(None), "renameat2", None) if sys.platform == "linux" else None
    return swap is not None and swap(AT_CWD, os.fsencode(one), AT_CWD, os.fsencode(other),
                                          EXCHANGE) == 0


def recover(aside, out_dir):
    """Put back what a killed build had moved aside and not replaced."""
    for path in aside.iterdir() if aside.is_dir() else ():
        if not (out_dir / path.name).exists():
            path.rename(out_dir / path.name)
