"""Progress, cancelling and the log of a running node."""

from __future__ import annotations

import logging
from typing import Any

import comfy.model_management as management
import comfy.utils

from .page import tell_page

log = logging.getLogger("zoomstack")

EVENT, SAID = "zoomstack.said", "zoomstack_said"  # what the page listens to, and an output's name
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
    """Speaks under a node while it runs, by our page's own words; silent without a server.

    The page keeps what stays (``web/comfy/said``). It is the node's output too, ``ui``, which comes
    back with the queue's history.
    """

    def __init__(self, node: Any) -> None:
        self._node = getattr(node.hidden, "unique_id", None)
        self._said = ""

    @property
    def ui(self) -> dict[str, Any]:
        """What stays, for the node's ``io.NodeOutput``."""
        return {SAID: [self._said]} if self._said else {}

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
        self._send(self._said, stays=True)

    def show(self, line: str) -> None:
        """Show a line over what was said, until the next one takes its place."""
        self._send("\n".join(filter(None, (line, self._said))))

    def _send(self, text: str, stays: bool = False) -> None:
        if self._node:
            tell_page(EVENT, {"node": str(self._node), "text": text, "stays": stays})
