"""What can end a command early, and the exit code a script sees for it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from types import FrameType

from .console import complain, note

OK = 0
FAILED = 1
BAD_INPUT = 2
UNREACHABLE = 3
INTERRUPTED = 130


class CommandError(Exception):
    """A command that cannot go on; the message says why and what would help."""

    code = FAILED


class BadInput(CommandError):
    """An argument, a file or a workflow that cannot be run as it stands."""

    code = BAD_INPUT


class Unreachable(CommandError):
    """No ComfyUI server answers."""

    code = UNREACHABLE


def ended(work: Callable[[], int]) -> int:
    """Do ``work``; its exit code, or that of what ended it early, which is said."""
    # A service manager's or a runner's way to interrupt: the server is ours to stop then too.
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        return work()
    except KeyboardInterrupt:
        note("interrupted; nothing is left running")
        return INTERRUPTED
    except CommandError as error:
        complain(str(error))
        return error.code
    except OSError as error:
        complain(f"{error}; check that the disk has room and that the folder may be written to")
        return FAILED
    finally:
        signal.signal(signal.SIGTERM, before)


def interrupt(number: int, frame: FrameType | None) -> None:
    """A signal's handler that ends a command as Ctrl-C does."""
    raise KeyboardInterrupt


def reported(report: Callable[[], str], interrupted: str) -> int:
    """Write what ``report`` says; the exit code, and for what went wrong a line on stderr.

    ``interrupted`` is what a user is told who stopped it.
    """
    signal.signal(signal.SIGTERM, interrupt)
    try:
        sys.stdout.write(report())
    except ValueError as error:
        sys.stderr.write(f"error: {error}\n")
        return BAD_INPUT
    except OSError as error:
        sys.stderr.write(f"error: {error}\n")
        return FAILED
    except KeyboardInterrupt:
        sys.stderr.write(f"interrupted; {interrupted}\n")
        return INTERRUPTED
    return OK
