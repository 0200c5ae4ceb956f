"""Progress, cancelling and the log of a running node."""

from __future__ import annotations

import logging
import sys
from typing import Any

import comfy.model_management as management
import comfy.utils

log = logging.getLogger("zoomstack")

_said: dict[str, str] = {}  # what nodes said last that stays, by their number in the workflow


def progress(total: int) -> comfy.utils.ProgressBar:
    """A progress bar on the running node; ``update(n)`` moves it, and stops a cancelled run."""
    return comfy.utils.ProgressBar(total)


def check_interrupted() -> None:
    """Raise the host's own exception where the user has cancelled."""
    management.throw_exception_if_processing_interrupted()


def said_by(node: str) -> str | None:
    """What stays under a node of the workflow, as it last ran; None where it said nothing."""
    return _said.get(node)


class Teller:
    """Speaks under the node that is executing, as Get Image Size does; silent without a server."""

    def __init__(self, node: Any) -> None:
        self._node = getattr(node.hidden, "unique_id", None)
        self._said = ""

    def say(self, line: str) -> None:
        """Show a line that stays, and log it."""
        self._said = ""
        self.add(line)

    def add(self, line: str) -> None:
        """Show another line that stays, above what was said, and log it."""
        log.info("%s%s.", line[:1].upper(), line[1:])
        self._said = "\n".join(filter(None, (line, self._said)))
        if self._node:
            _said[str(self._node)] = self._said
        self._show(self._said)

    def show(self, line: str) -> None:
        """Show a line over what was said, until the next one takes its place."""
        # The page shows two lines of a narrow node, and scrolls: the news come first.
        self._show("\n".join(filter(None, (line, self._said))))

    def _show(self, text: str) -> None:
        server: Any = sys.modules.get("server")  # absent where nodes run without one
        host = getattr(getattr(server, "PromptServer", None), "instance", None)
        if self._node and host is not None:
            host.send_progress_text(text, self._node)
