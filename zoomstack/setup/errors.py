"""What can end a command early, and the exit code a script sees for it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from .console import complain, note

OK = 0
FAILED = 1
BAD_INPUT = 2
UNREACHABLE = 3
INTERRUPTED = 130

# Windows knows no closing of a terminal.
_ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


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
    before = {number: signal.getsignal(number) for number in _ENDING}
    heed_signals()
    try:
        return work()
    except KeyboardInterrupt:
        with suppress(OSError):  # the terminal may be gone, and was why
            note("interrupted; nothing is left running")
        return INTERRUPTED
    except CommandError as error:
        complain(str(error))
        return error.code
    except OSError as error:
        complain(f"{error}; check that the disk has room and that the folder may be written to")
        return FAILED
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def needing_packages() -> Iterator[None]:
    """Name a package that is not there, and the Python that has it.

    Raises ``BadInput``.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise BadInput(
            f"{sys.executable} has no {error.name}, which ComfyUI needs too; "
            "give --python the one that ComfyUI runs in"
        ) from None


def heed_signals() -> None:
    """End as Ctrl-C does where a service manager or a runner ends us, or the terminal is closed.

    The server is ours to stop then too. Who started us with ``nohup`` wants no such end.
    """
    for number in _ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def reported(report: Callable[[], str], interrupted: str) -> int:
    """Write what ``report`` says; the exit code, and for what went wrong a line on stderr.

    ``interrupted`` is what a user is told who stopped it.
    """
    heed_signals()
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
