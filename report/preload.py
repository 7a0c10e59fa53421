"""What every chapter imports, imported once in the process that its kernels are forked from.

Must not import papermill: its event loop and threads do not survive a fork.
"""

import contextlib
import importlib
import pkgutil

import ipykernel.kernelapp  # noqa: F401
import matplotlib_inline.backend_inline  # noqa: F401

import analysis

for module in pkgutil.walk_packages(analysis.__path__, "analysis."):
    # a module that does not import is reported by the chapter that needs it
    with contextlib.suppress(Exception):
        importlib.import_module(module.name)
