"""A papermill engine that runs the cells in this very process, in a fresh IPython shell.

A kernel is a process that holds a shell and talks over sockets. Here the process *is* the fresh child made for one run,
so the cells are given to the shell directly: the same outputs, without starting a second process and without sockets.
Anything that needs a real kernel may have one: `execute` takes a kernel name.
"""

import base64
import sys
import time
import traceback
from io import TextIOBase

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat.v4 import new_output
from papermill.engines import Engine
from traitlets import Instance, Type
from traitlets.config import Config

PLOTS = "module://matplotlib_inline.backend_inline"


class Outputs:
    """Outputs of the cell being run, in the order they came; text of one stream is kept in one piece."""

    def __init__(self) -> None:
        self.cell: list = []
        self.by_id: dict[str, list] = {}
        self.clear_next = False

    def add(self, kind: str, **content) -> None:
        """Put an output at the end."""
        if self.clear_next:
            self.cell.clear()
            self.clear_next = False
        last = self.cell[-1] if self.cell else None
        if kind == "stream" and last and last.output_type == "stream" and last.name == content["name"]:
            last.text += content["text"]
        else:
            self.cell.append(new_output(kind, **content))

    def show(self, data: dict, metadata: dict | None, display_id: str | None, update: bool) -> None:
        """Put a display at the end, or in place of all that carry its id."""
        data, metadata = _text_only(data), metadata or {}
        if update:
            for shown in self.by_id.get(display_id or "", []):
                shown.update(data=data, metadata=metadata)
            return
        self.add("display_data", data=data, metadata=metadata)
        if display_id:
            self.by_id.setdefault(display_id, []).append(self.cell[-1])

    def fail(self, fault: BaseException, lines: list[str]) -> None:
        """Put an error at the end."""
        self.add("error", ename=type(fault).__name__, evalue=str(fault), traceback=lines)


def _text_only(data: dict) -> dict:
    return {kind: base64.b64encode(value).decode() if isinstance(value, bytes) else value for kind, value in data.items()}


class Stream(TextIOBase):
    """Takes what is printed into the outputs of the cell being run."""

    encoding = "utf-8"

    def __init__(self, name: str, outputs: Outputs):
        self.name = f"<{name}>"
        self.channel, self.outputs = name, outputs

    def write(self, text: str) -> int:
        """Add `text` to the stream."""
        if text:
            self.outputs.add("stream", name=self.channel, text=text)
        return len(text)

    def fileno(self) -> int:
        """The process's own descriptor: what a program started by a cell writes goes to the log, not the report."""
        return 1 if self.channel == "stdout" else 2


class Publisher(DisplayPublisher):
    """Sends ``display`` to the outputs."""

    def publish(self, data, metadata=None, *, transient=None, update=False, **_):
        """Take one display."""
        self.shell.outputs.show(data, metadata, (transient or {}).get("display_id"), update)

    def clear_output(self, wait=False):
        """Empty the cell now, or when the next output comes."""
        self.shell.outputs.clear_next = wait
        if not wait:
            self.shell.outputs.cell.clear()


class Hook(DisplayHook):
    """Sends the value of a cell's last line to the outputs."""

    def write_output_prompt(self):
        """No prompt: the count is kept with the result."""

    def write_format_data(self, format_dict, md_dict=None):
        """Take one result."""
        data = _text_only(format_dict)
        self.shell.outputs.add("execute_result", data=data, metadata=md_dict or {}, execution_count=self.prompt_count)


class Shell(InteractiveShell):
    """An IPython shell whose every output is kept as notebook outputs."""

    displayhook_class = Type(Hook)
    display_pub_class = Type(Publisher)
    outputs = Instance(Outputs, ())

    def _showtraceback(self, etype, evalue, stb):
        self.outputs.fail(evalue, stb)

    def show_usage_error(self, exc):
        """Count a wrong magic as a failure of the cell, not as a line of print."""
        self.outputs.fail(exc, [f"UsageError: {exc}"])


def make_shell() -> Shell:
    """A fresh shell with inline figures and no history file."""
    import matplotlib
    from matplotlib_inline.backend_inline import configure_inline_support

    quiet = Config(HistoryManager={"enabled": False}, InteractiveShell={"colors": "nocolor", "autoindent": False})
    shell = Shell.instance(config=quiet)
    matplotlib.use(PLOTS)
    matplotlib.interactive(True)
    configure_inline_support.current_backend = "unset"  # type: ignore[attr-defined]
    configure_inline_support(shell, PLOTS)
    return shell


class ShellEngine(Engine):
    """Papermill's engine of the name ``icslib``: cells run here, in order, up to the first that fails."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, started=None, **_):
        """Run the code cells of ``nb_man.nb``; `started` is called with the index of each before it runs."""
        shell = make_shell()
        streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = Stream("stdout", shell.outputs), Stream("stderr", shell.outputs)
        try:
            for index, cell in enumerate(nb_man.nb.cells):
                if cell.cell_type != "code" or not cell.source.strip():
                    continue
                if started:
                    started(index, nb_man.nb)
                nb_man.cell_start(cell, index)
                if not run_cell(shell, cell):
                    nb_man.cell_exception(cell, cell_index=index)
                    break
                nb_man.cell_complete(cell, cell_index=index)
        finally:
            sys.stdout, sys.stderr = streams


def run_cell(shell: Shell, cell) -> bool:
    """Run one code cell, put its outputs and count into it, and say whether it went well."""
    outputs = shell.outputs
    outputs.cell, outputs.clear_next = cell.outputs, False
    cell.execution_count = shell.execution_count
    began = time.perf_counter()
    result = shell.run_cell(cell.source, store_history=True, cell_id=cell.get("id"))
    cell.metadata.setdefault("papermill", {})["duration"] = time.perf_counter() - began
    fault = result.error_before_exec or result.error_in_exec
    failed = any(output.output_type == "error" for output in cell.outputs)
    if fault is not None and not failed:
        outputs.fail(fault, traceback.format_exception(fault))
    return (fault is None and not failed) or "raises-exception" in cell.metadata.get("tags", [])
