"""Work for a process of its own, which may die of it."""

import os
import signal
import time


def noted(folder, item):
    """``item`` squared, and a file for each time that it was done."""
    count = len(list(folder.glob(f"{item}-*")))
    (folder / f"{item}-{count}").touch()
    return item * item


def killed(times, folder, item):
    """The same; item 2 kills its process the first ``times`` times, when it has begun."""
    squared = noted(folder, item)
    if item == 2 and len(list(folder.glob("2-*"))) <= times:
        os.kill(os.getpid(), signal.SIGKILL)
    return squared


def refused(folder, item):
    noted(folder, item)
    if item == 1:
        raise ValueError(f"item {item} is none")
    time.sleep(0 if item == 0 else 60)
