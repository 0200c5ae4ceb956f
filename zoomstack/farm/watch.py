"""What a user sees of a farm: on a terminal a line a worker and one in all, elsewhere a log."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tqdm import tqdm

from ..headless.progress import COUNTED, UNCOUNTED
from ..headless.reading import Progress
from ..headless.workflow import Workflow, name_of
from ..setup.console import showable
from .deal import DONE, ELSEWHERE, FAILED, GIVEN_UP
from .jobs import Job
from .worker import Worker

WIDEST = 56  # of a line's words, so that numbers stay on a usual terminal


class Board:
    """The lines of ``workers`` and of all ``total`` jobs; ``with Board(...) as board``."""

    def __init__(self, workers: Sequence[Worker], total: int, before: int = 0) -> None:
        off = not sys.stderr.isatty()
        self.done, self.failed, self._total, self._held = before, 0, total, 0
        self._all = tqdm(
            total=total,
            initial=before,
            desc="all",
            position=0,
            disable=off,
            bar_format="{desc} |{bar:24}| {n_fmt}/{total_fmt}  {elapsed}, {remaining} to go",
            dynamic_ncols=True,
        )
        self._lines = {
            worker.name: tqdm(
                desc=worker.name, position=at, disable=off, bar_format="{desc}", leave=False
            )
            for at, worker in enumerate(workers, 1)
        }
        self._jobs: dict[str, tuple[Job, Workflow]] = {}

    def __enter__(self) -> Board:
        return self

    def __exit__(self, *error: object) -> None:
        for line in self._lines.values():
            line.close()
        self._all.close()

    def begun(self, worker: Worker, job: Job) -> None:
        self._jobs[worker.name] = job, job.workflow()
        self._lines[worker.name].reset()  # its clock is the job's
        self._draw(worker, job.folder)

    def step(self, worker: Worker, at: Progress) -> None:
        job, workflow = self._jobs[worker.name]
        self._draw(worker, f"{job.name} {name_of(workflow, at.node)}", at.done, at.total)

    def ended(self, worker: Worker, job: Job, verdict: str, words: str) -> None:
        self.done += verdict in (DONE, ELSEWHERE)
        self.failed += verdict in (FAILED, GIVEN_UP)
        at = f"[{self.done + self.failed}/{self._total}]"
        by = "by another driver" if verdict in (ELSEWHERE, GIVEN_UP) else f"by {worker.name}"
        self._say(f"{at} {job.folder}: {verdict} {by}{f': {words}' if words else ''}")
        self._draw(worker, "waits")
        self._all.update(self.done + self.failed - self._all.n)

    def gone(self, worker: Worker, words: str) -> None:
        self._say(f"{worker.name} is gone and left out: {words}")
        self._draw(worker, "gone")

    def held(self, count: int) -> None:
        if count and not self._held:
            self._say(f"{count} of the jobs are being done by another driver on this folder")
        self._held = count

    def _draw(self, worker: Worker, words: str, done: int = 0, total: int = 0) -> None:
        line = self._lines[worker.name]
        if line.disable:
            return
        line.bar_format = COUNTED if total else UNCOUNTED
        line.total, line.n = total or None, done
        line.set_description_str(showable(f"{worker.name}: {words}"[:WIDEST], sys.stderr))

    def _say(self, words: str) -> None:
        tqdm.write(showable(words, sys.stderr), file=sys.stderr)
        sys.stderr.flush()
