"""What can end a command early, and the exit code a script sees for it."""

from __future__ import annotations

from types import FrameType

OK = 0
FAILED = 1
BAD_INPUT = 2
UNREACHABLE = 3
INTERRUPTED = 130


def interrupt(number: int, frame: FrameType | None) -> None:
    """A signal's handler that ends a command as Ctrl-C does."""
    raise KeyboardInterrupt


class CommandError(Exception):
    """A command that cannot go on; the message says why and what would help."""

    code = FAILED


class BadInput(CommandError):
    """An argument, a file or a workflow that cannot be run as it stands."""

    code = BAD_INPUT


class Unreachable(CommandError):
    """No ComfyUI server answers."""

    code = UNREACHABLE
