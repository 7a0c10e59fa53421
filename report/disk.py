"""A disk that is full or cannot be written, as a child process tells of it."""

from __future__ import annotations

import errno
import os
import re

#: a quota and a limit on the size of files are full disks too
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
TOLD = re.compile(r"\[Errno ([0-9]+)\]|OSError\(([0-9]+),")


def find_full_disk(said):
    """Return the error of a full disk that a text of messages tells of, or None.

    Examples
    --------
    >>> find_full_disk("WARNING: OSError(28, 'No space left on device')").strerror
    'No space left on device'
    >>> find_full_disk("[Errno 2] No such file or directory") is None
    True
    """
    codes = {int(a or b) for a, b in TOLD.findall(said)}
    return next((OSError(code, os.strerror(code)) for code in FULL if code in codes), None)
