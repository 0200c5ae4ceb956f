"""Work for a process of its own, which may die of it."""

import os
import signal
import time
from threading import Thread


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


def broken_off(folder, lost, function, numbers):
    """``function(numbers)``; one that begins with a number in ``lost`` dies once, half-way.

    That is when its file is begun in ``folder`` and not yet whole.
    """
    marker = folder.parent / f"killed-{numbers[0]}"

    def watch():
        while not any(folder.glob(f".frames_{numbers[0]:06}-*")):
            time.sleep(0.01)
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)

    if numbers[0] in lost and not marker.exists():
        Thread(target=watch, daemon=True).start()
    return function(numbers)


def process_of(item):
    return os.getpid()
