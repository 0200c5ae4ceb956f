"""Progress bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time

from tqdm import tqdm

from ..setup.console import note, showable
from .reading import Progress
from .workflow import Workflow, name_of

COUNTED = "{desc} |{bar:24}| {n_fmt}/{total_fmt}  {elapsed}"
UNCOUNTED = "{desc}  {elapsed}"
WIDEST = 40  # of a title, so that numbers stay on a usual terminal


class Bar:
    """A piece of work, its share done and the seconds it took.

    On a terminal tqdm draws it while it lasts; elsewhere there is a line at each quarter of work
    that is counted, because a log has no use for more. Both keep one line at the end. Used as a
    context manager; a block that raises leaves the word "failed".
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self._start = time.monotonic()
        self._quarter = 0
        self._bar = tqdm(
            desc=showable(title[:WIDEST], sys.stderr),
            bar_format=UNCOUNTED,
            disable=not sys.stderr.isatty(),
            dynamic_ncols=True,
            leave=False,
        )
        self._done, self._total = 0, 0

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        self.close("failed" if kind else "")

    def update(self, done: int = 0, total: int = 0) -> None:
        """Say how much is done; call it without a number to keep the clock moving."""
        moved, self._done = max(0, done - self._done), max(self._done, done)
        if total and total != self._total:
            self._total = self._bar.total = total
            self._bar.bar_format = COUNTED
        if not self._bar.disable:
            self._bar.update(moved) if moved else self._bar.refresh()
        elif self._total and 4 * self._done // self._total > self._quarter:
            self._quarter = 4 * self._done // self._total
            if self._done < self._total:
                note(f"{self.title}: {self._done}/{self._total}")

    def close(self, verdict: str = "") -> None:
        """End with a line: the time it took, and ``verdict`` where there is more to say."""
        self._bar.close()
        share = f"{max(self._done, self._total)}/{self._total}" if self._total else ""
        words = (verdict or share, f"{time.monotonic() - self._start:.1f} s")
        note(" ".join([f"{self.title}:", *filter(None, words)]))


class Bars:
    """A bar for each node while it works, one at a time."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow
        self._closed: set[str] = set()
        self._node = ""
        self._bar: Bar | None = None

    def show(self, at: Progress) -> None:
        """Say how far a node is; one that is done is not shown again."""
        if at.node in self._closed or (at.finished and at.node != self._node):
            return
        if at.node != self._node:
            self.close()
            self._bar, self._node = Bar(name_of(self._workflow, at.node)), at.node
        if self._bar:
            self._bar.update(at.done, at.total)
        if at.finished:
            self.close()

    def tick(self) -> None:
        """Keep the clock moving."""
        if self._bar:
            self._bar.update()

    def close(self, verdict: str = "") -> None:
        """End the bar that is shown, if there is one."""
        if self._bar:
            self._bar.close(verdict)
            self._closed.add(self._node)
        self._bar, self._node = None, ""
