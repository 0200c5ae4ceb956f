"""Asynchronous work that Ctrl-C, or whoever ends us, stops in good order."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

from ..setup.errors import heed_signals

Found = TypeVar("Found")
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


def until_told(work: Coroutine[Any, Any, Found]) -> Found:
    """What ``work`` gives; told to stop it is cancelled, and may tidy up.

    Told twice it ends at once. Raises ``KeyboardInterrupt`` where it was stopped.
    """
    stopped = False

    async def main() -> Found:
        nonlocal stopped
        loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
        numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
        heeded = [number for number in numbers if signal.getsignal(number) != signal.SIG_IGN]

        def stop() -> None:
            nonlocal stopped
            stopped = True
            restore()
            task.cancel()

        def restore() -> None:
            while heeded:
                loop.remove_signal_handler(heeded.pop())
            heed_signals()

        if sys.platform == "win32":  # no loop there takes signals: asyncio's own way has to do
            return await task
        for number in heeded:
            loop.add_signal_handler(number, stop)
        try:
            return await task
        finally:
            restore()

    try:
        return asyncio.run(main())
    except asyncio.CancelledError:
        if stopped:
            raise KeyboardInterrupt from None
        raise
