"""What of a farm's jobs is done, who is at what, and what has failed: one folder, many drivers.

A job is done when its folder is there: it is filled under another name and moved in whole. Who
wants to do a job makes the next of its claims, ID.1, ID.2 and so on; of two that try the same one
the system lets one through. A claim is good while its driver lives.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from ..files.whole import explained, new_folder, replacing
from .driver import BEAT_SECONDS, STALE_SECONDS, Driver
from .jobs import Job

HIDDEN, RESULT, WORKFLOW = ".farm", "result.json", "workflow.json"
MOST_LOST = 3  # workers, before a job is taken for what breaks them


class Failure(NamedTuple):
    """How a job went wrong: for good, or with a worker that was ``lost`` so many times."""

    words: str
    lost: int
    final: bool


class Ledger:
    """The books of the output folder ``folder``: ``with Ledger(folder) as ledger``."""

    def __init__(
        self, folder: Path, beat: float = BEAT_SECONDS, stale: float = STALE_SECONDS
    ) -> None:
        self.folder = folder
        self.hidden = folder / HIDDEN
        self._claims, self._failures = self.hidden / "claims", self.hidden / "failed"
        self._driver = Driver(self.hidden / "drivers", beat, stale)
        self._mine: dict[str, Path] = {}

    def __enter__(self) -> Ledger:
        for place in (self._claims, self._failures):
            place.mkdir(parents=True, exist_ok=True)
        self._driver.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        for job in [*self._mine]:
            self._free(job)
        self._driver.__exit__()

    def result(self, job: Job) -> dict[str, Any] | None:
        """What a job that is done left; None of one that is not."""
        try:
            told = json.loads((self.folder / job.folder / RESULT).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return told if isinstance(told, dict) else None

    def in_the_way(self, job: Job) -> str:
        """Words on a folder with a job's name that is no job's result; empty where none is."""
        target = self.folder / job.folder
        try:
            empty = not any(target.iterdir())
        except FileNotFoundError:
            return ""
        except OSError:  # a file, or nobody's to read
            empty = False
        if empty or self.result(job):  # it came this moment
            return ""
        return f"{target} is there without a {RESULT} that can be read; move it away, and run again"

    def failure(self, job: Job) -> Failure | None:
        """What went wrong with a job so far."""
        try:
            return Failure(**json.loads(self._failed(job).read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def forgive(self, jobs: Iterable[Job]) -> None:
        """Forget that these failed, so that they are tried again."""
        for job in jobs:
            self._failed(job).unlink(missing_ok=True)

    def claim(self, job: Job) -> bool:
        """Take a job for this driver.

        False where another that lives has it, or it is done or has failed for good.
        """
        if job.id in self._mine:
            return True
        number, holder = self._latest(job)
        if self.result(job) or (holder is not None and self._held(holder)):
            return False
        mine = self._claims / f"{job.id}.{number + 1}"
        try:
            with explained(mine):
                handle = os.open(mine, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        except FileExistsError:
            return False
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(self._driver.token)
        self._mine[job.id] = mine
        if self.result(job):  # by whom we took for dead, while we looked
            self._clear(job)
            return False
        if (failure := self.failure(job)) and failure.final:  # with another, while we looked
            self._free(job.id)
            return False
        for left in self.folder.glob(f".{job.folder}-*"):
            shutil.rmtree(left, ignore_errors=True)
        return True

    def release(self, job: Job) -> None:
        """Leave a job to whoever comes next."""
        self._free(job.id)

    @contextmanager
    def filling(self, job: Job) -> Iterator[tuple[Path, dict[str, Any]]]:
        """A folder for what a claimed job makes, and its result to fill in: moved in at the end.

        Where the block raises nothing of it stays. Raises ``FileExistsError`` where another driver
        has done the job meanwhile, whose files stay as they are.
        """
        target = self.folder / job.folder
        told: dict[str, Any] = {"id": job.id, "name": job.name, "varied": dict(job.varied)}
        with explained(target):
            try:
                with new_folder(target) as folder:
                    yield folder, told
                    # ASCII: what a server says may hold halves of letters, which UTF-8 does not.
                    (folder / WORKFLOW).write_text(json.dumps(job.workflow()), "ascii")
                    (folder / RESULT).write_text(json.dumps(told), "ascii")
            except OSError as error:
                if self.result(job):
                    self._clear(job)
                    raise FileExistsError(f"{target} was made by another driver") from error
                raise
        self._failed(job).unlink(missing_ok=True)
        self._clear(job)

    def fail(self, job: Job, words: str, *, lost: bool = False) -> Failure:
        """Note that a claimed job failed for its own reasons, or that its worker was ``lost``."""
        before = self.failure(job)
        count = (before.lost if before else 0) + lost
        failure = Failure(words, count, not lost or count >= MOST_LOST)
        with replacing(self._failed(job)) as file:
            Path(file).write_text(json.dumps(failure._asdict()), "ascii")
        self.release(job)
        return failure

    def _failed(self, job: Job) -> Path:
        return self._failures / f"{job.id}.json"

    def _latest(self, job: Job) -> tuple[int, Path | None]:
        names = (path.suffix[1:] for path in self._claims.glob(f"{job.id}.*"))
        numbers = [int(name) for name in names if name.isdecimal()]
        last = max(numbers, default=0)
        return last, self._claims / f"{job.id}.{last}" if numbers else None

    def _held(self, claim: Path) -> bool:
        try:
            token = claim.read_bytes()
        except OSError:  # done, or given back, this moment
            return True
        if not token:  # made a moment ago; or by one that died before it could say its name
            return not self._driver.still(claim.name, token)
        return token != _FREE and self._driver.lives(token.decode("ascii", "replace"))

    def _free(self, job: str) -> None:
        claim = self._mine.pop(job, None)
        if claim:
            with suppress(OSError), replacing(claim) as file:
                Path(file).write_bytes(_FREE)

    def _clear(self, job: Job) -> None:
        self._mine.pop(job.id, None)
        for claim in self._claims.glob(f"{job.id}.*"):
            claim.unlink(missing_ok=True)


_FREE = b"free"
