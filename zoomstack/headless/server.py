"""A ComfyUI server of our own on a free port of this machine, started and stopped with us."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from ..setup.command import tail
from ..setup.errors import CommandError
from .process import begin, end

ADDRESS = "127.0.0.1"
POLL_SECONDS = 0.1
TRIES = 3


class ComfyServer:
    """A ComfyUI process: ``with ComfyServer(tree, python, base) as server: server.url``.

    ``tree`` is ComfyUI's folder, ``python`` the interpreter of its environment,
    ``base_directory`` where its models, inputs, outputs and custom nodes are; None for its own
    folders. The process's output goes to ``log`` (default: server.log in the base directory).
    """

    def __init__(
        self,
        tree: Path,
        python: Path,
        base_directory: Path | None,
        *,
        cpu: bool = True,
        log: Path | None = None,
        arguments: Sequence[str] = (),
    ) -> None:
        self.tree = tree
        self.python = python
        self.base_directory = base_directory
        self.log = log or (base_directory or tree) / "server.log"
        self.arguments = ["--cpu", *arguments] if cpu else list(arguments)
        self.url = ""
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, timeout: float = 600.0, tick: Callable[[], None] = lambda: None) -> str:
        """Start it and return its address once it answers; ``tick`` is called while waiting.

        Raises ``CommandError`` with the end of its log where it dies or is not up in ``timeout``
        seconds.
        """
        for attempt in range(TRIES):
            try:
                return self._try(timeout, tick)
            except CommandError:
                # Between finding a free port and ComfyUI's taking it another may have come.
                if attempt == TRIES - 1 or "address already in use" not in self.last_words():
                    raise
        raise AssertionError("the last attempt returns or raises")

    def stop(self) -> None:
        """End the process, by force where it does not go by itself; twice does no harm."""
        process, self.process = self.process, None
        if process:
            end(process)

    def last_words(self) -> str:
        """The end of its log, for an error message."""
        try:
            return tail(self.log.read_text("utf-8", "replace"))
        except OSError:
            return ""

    def __enter__(self) -> ComfyServer:
        if self.process is None:
            self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _try(self, timeout: float, tick: Callable[[], None]) -> str:
        port = free_port()
        command = [str(self.python), "main.py", "--listen", ADDRESS, "--port", str(port)]
        if self.base_directory:
            command += ["--base-directory", str(self.base_directory)]
        # The default database lies in the tree, which may be the user's, and locks out a second.
        command += ["--database-url", "sqlite:///:memory:", "--disable-api-nodes", *self.arguments]
        self.process = begin(command, self.tree, self.log)
        try:
            self._await(f"http://{ADDRESS}:{port}", self.process, timeout, tick)
        except BaseException:
            self.stop()
            raise
        self.url = f"http://{ADDRESS}:{port}"
        return self.url

    def _await(
        self,
        url: str,
        process: subprocess.Popen[bytes],
        timeout: float,
        tick: Callable[[], None],
    ) -> None:
        latest = time.monotonic() + timeout
        while not _answers(url):
            tick()
            if process.poll() is not None:
                raise CommandError(
                    f"ComfyUI ended with exit code {process.returncode} before it was up; "
                    f"its log is {self.log}\n{self.last_words()}"
                )
            if time.monotonic() > latest:
                raise CommandError(
                    f"ComfyUI was not up after {timeout:.0f} s; its log is {self.log}\n"
                    f"{self.last_words()}"
                )
            time.sleep(POLL_SECONDS)


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        return probe.getsockname()[1]


def _answers(url: str) -> bool:
    # No proxy: the user's may not know what 127.0.0.1 is to us.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/system_stats", timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False
