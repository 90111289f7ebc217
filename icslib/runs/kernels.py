"""A Jupyter kernel that starts warm, by name: ``papermill in.ipynb out.ipynb -k icslib-warm``, or any other Jupyter client.

A provisioner is how Jupyter starts the process of a kernel. This one forks it from the warm server instead of starting Python
anew, and gives it sockets in a folder of its own: no port that another kernel may take first. One process that runs many
notebooks, such as a loop over papermill, pays for the imports once.
"""

import os
import shutil
import signal
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from . import warm

PRELOAD = ["zmq", "tornado.ioloop", "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "ipykernel.iostream"]


class Running:
    """A child process in the shape that Jupyter expects of one."""

    stdin = stdout = stderr = None

    def __init__(self, child):
        self.child, self.pid = child, child.pid

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        return self.child.exitcode

    def wait(self) -> int | None:
        """The exit code, once it has ended."""
        self.child.join()
        return self.child.exitcode

    def send_signal(self, number: int) -> None:
        """Signal the process."""
        if self.child.is_alive():
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


class WarmProvisioner(LocalProvisioner):
    """Starts kernels by forking the warm server; where processes cannot be forked, as Jupyter does by itself."""

    folder: str | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Give the kernel sockets that are files in a folder of its own."""
        if warm.WARM and self.parent is not None and self.folder is None:
            self.folder = tempfile.mkdtemp(prefix="icslib-kernel-")
            self.parent.transport, self.parent.ip = "ipc", str(Path(self.folder) / "socket")
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any):
        """Fork the kernel."""
        if not warm.WARM:
            return await super().launch_kernel(cmd, **kwargs)
        arguments = cmd[cmd.index("-f") :]
        cwd = str(kwargs.get("cwd") or Path.cwd())
        child = warm.start(serve, arguments, dict(kwargs.get("env") or {}), cwd, preload=PRELOAD)
        self.process = Running(child)  # type: ignore[assignment]
        self.pid, self.pgid, self.cwd = child.pid, None, cwd  # type: ignore[assignment]
        return self.connection_info

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the sockets."""
        await super().cleanup(restart)
        if self.folder and not restart:
            shutil.rmtree(self.folder, ignore_errors=True)


def serve(arguments: list[str], environment: dict[str, str], cwd: str) -> None:
    """What the child does: be a kernel, with inline figures, until told to stop or until its client is gone."""
    warm.end_with_parent()
    steady = {name: os.environ[name] for name in warm.STEADY if name in os.environ}
    os.environ.update(environment | steady)
    with suppress(OSError):
        os.chdir(cwd)
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(
        argv=[
            *arguments,
            "--matplotlib=inline",
            "--IPKernelApp.parent_handle=1",
            "--IPKernelApp.log_level=50",
            "--HistoryManager.enabled=False",
        ]
    )
