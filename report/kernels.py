"""The warm engine: kernels forked from one process that has the imports behind it.

A stock kernel spends two to three seconds importing what all chapters share. Here one
`forkserver` process imports it once, and each chapter's kernel is a fork of that process.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
from pathlib import Path

from jupyter_client import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from papermill.engines import NBClientEngine, papermill_engines

WARM, STOCK = "warm", "nbclient"


def serve(argv, cwd, env):
    """Become a kernel; runs in the forked process and does not return."""
    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    if (parent := os.getppid()) == 1:  # the build was killed meanwhile: nobody would end this one
        raise SystemExit(1)
    os.setsid()
    os.environ.clear()
    os.environ.update(env, JPY_PARENT_PID=str(parent))
    os.chdir(cwd)
    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(silence, descriptor)
    np.random.seed(0)  # forks share the parent's state
    # pyplot is loaded already, so the environment can no longer choose the backend
    IPKernelApp.launch_instance([*argv, "--matplotlib=inline"])


class ForkedProcess:
    """A forked kernel with the part of `subprocess.Popen` that a provisioner uses."""

    stdin = stdout = stderr = None

    def __init__(self, argv, cwd, env):
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["report.preload"])
        self.process = context.Process(target=serve, args=(argv, cwd, env), daemon=True)
        self.process.start()
        self.pid = self.process.pid

    def poll(self):
        """Return the exit code, or None while the kernel lives."""
        return self.process.exitcode

    def wait(self):
        """Wait for the kernel's end and return the exit code."""
        self.process.join()
        return self.process.exitcode

    def send_signal(self, number):
        """Send a signal to the kernel."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def terminate(self):
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self):
        """End the kernel."""
        self.send_signal(signal.SIGKILL)


class ForkedProvisioner(LocalProvisioner):
    """Starts a kernel by forking."""

    async def launch_kernel(self, cmd, **kwargs):
        """Fork a kernel for the command line that would start a stock one."""
        argv = cmd[cmd.index("-f"):]
        self.cwd = str(kwargs.get("cwd") or Path.cwd())
        self.process = ForkedProcess(argv, self.cwd, dict(kwargs.get("env") or os.environ))
        self.pid = self.process.pid
        return self.connection_info


class ForkedKernelManager(AsyncKernelManager):
    """Manages one forked kernel."""

    async def _async_pre_start_kernel(self, **kwargs):
        if self.provisioner is None:
            self.provisioner = ForkedProvisioner(
                parent=self, kernel_id=self.kernel_id, kernel_spec=self.kernel_spec)
        return await super()._async_pre_start_kernel(**kwargs)


class WarmEngine(NBClientEngine):
    """papermill's own engine on forked kernels."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, **kwargs):
        """Execute a notebook; see `papermill.engines.NBClientEngine`."""
        return super().execute_managed_notebook(
            nb_man, kernel_name, kernel_manager_class=ForkedKernelManager, **kwargs)


def register():
    """Make the warm engine known to papermill; return the name of the engine to use here."""
    papermill_engines.register(WARM, WarmEngine)
    can_fork = "forkserver" in multiprocessing.get_all_start_methods()
    return WARM if can_fork and sys.platform != "darwin" else STOCK
