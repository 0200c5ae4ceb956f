"""Answers of a model kept on disk while they come, so that a broken run can go on.

A sampler's own state cannot be saved: its history, its noise and its place in the schedule are
local to a loop. But it is a function of the answers that it got. A run that starts again with the
same inputs is given the recorded answers in place of the model's, and so comes, in a moment and to
the last bit, to where it broke off.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from .fingerprint import fingerprint
from .record_part import ENDING, Answer, Answered, inputs_of, read_part, size, write_part

SECONDS = 3.0
DIGITS = 32  # of a fingerprint, in the name of a run's folder
_NAME = re.compile(rf"[0-9a-f]{{{DIGITS}}}")
MOST_WAITING = 2**28  # bytes that wait for the next write, where a model is that fast


class Recording:
    """One run's answers in a folder of its own in ``folder``, which holds one run at a time.

    ``inputs`` names a fingerprint of each thing that the run is of: only a run of equal ones is
    given the answers. What has come is written at most every ``seconds``; each part of the record
    is there whole or not at all. The record takes as many bytes as all answers together, and
    ``finish`` deletes it. That of other inputs goes when this run writes its first part.

    ``say(line)`` is told what becomes of the record. A disk that is full or read-only ends the
    record, never the run.
    """

    def __init__(
        self,
        folder: str | Path,
        inputs: Mapping[str, str],
        say: Callable[[str], None] = lambda line: None,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder, self.inputs = Path(folder), dict(inputs)
        self._run = self.folder / fingerprint(self.inputs)[:DIGITS]
        self._say, self._seconds, self._clock = say, seconds, clock
        self._given = 0  # answers so far
        self._replay: list[Answered] = []  # what is left of the part that is being replayed
        self._waiting: list[Answered] = []  # for the next write
        self._written = clock()
        self._replays, self._records = self._part(0).is_file(), True

    def answer(self, question: str, ask: Callable[[], Answer]) -> Answer:
        """The answer to the next question: the recorded one, or ``ask()``'s, which is recorded.

        ``question`` is its fingerprint: a recorded answer to another one ends the replay.
        """
        if self._given == 0:
            self._say_what_is_there()
        answer = self._recorded(question)
        if answer is not None:
            self._given += 1
            return answer
        answer = ask()
        self._given += 1
        if self._records:
            self._record(question, answer)
        return answer

    def keep(self) -> None:
        """Write what waits; also where a run is cancelled or fails."""
        if not self._waiting:
            return
        first = self._given - len(self._waiting)
        try:
            self._run.mkdir(parents=True, exist_ok=True)
            write_part(self._part(first), self._waiting, self.inputs)
            for folder in self._others():
                shutil.rmtree(folder, ignore_errors=True)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else error
            self._say(f"the checkpoint cannot be written ({reason}); the run goes on without it")
            self._records = False
        self._waiting, self._written = [], self._clock()

    def finish(self) -> None:
        """The run is done: delete its record, and the folder where no other is in it."""
        self._waiting = []
        shutil.rmtree(self._run, ignore_errors=True)
        try:
            self.folder.rmdir()
        except OSError:
            pass

    def _record(self, question: str, answer: Answer) -> None:
        # Copies: a sampler may write into what it is given.
        kept = tuple(tensor.detach().to("cpu", copy=True) for tensor in answer)
        self._waiting.append(Answered(question, kept))
        late = self._clock() - self._written >= self._seconds
        if late or sum(map(size, self._waiting)) >= MOST_WAITING:
            self.keep()

    def _recorded(self, question: str) -> Answer | None:
        if not self._replays:
            return None
        try:
            if not self._replay and self._part(self._given).is_file():
                self._replay = read_part(self._part(self._given))
            if self._replay and self._replay[0].question != question:
                raise ValueError("the sampler asks for something else there")
        except ValueError as error:
            self._say(f"the checkpoint is of no use after {self._given} model calls: {error}")
            self._forget_from(self._given)
            self._replay = []
        if not self._replay:
            self._replays, self._written = False, self._clock()
            return None
        return self._replay.pop(0).answer

    def _say_what_is_there(self) -> None:
        if self._replays:
            self._say("going on from the checkpoint of a run that broke off")
        for folder in [] if self._replays else self._others():
            before = inputs_of(folder / f"{0:06}{ENDING}")
            changed = [name for name, value in self.inputs.items() if before.get(name) != value]
            which = ", ".join(changed) if before else "which cannot be read"
            self._say(f"the checkpoint is not used, being of other inputs: {which}")

    def _others(self) -> list[Path]:
        folders = self.folder.iterdir() if self.folder.is_dir() else ()
        return [f for f in folders if f != self._run and _NAME.fullmatch(f.name)]

    def _part(self, first: int) -> Path:
        return self._run / f"{first:06}{ENDING}"

    def _forget_from(self, first: int) -> None:
        for path in self._run.glob(f"*{ENDING}"):
            if path.stem >= f"{first:06}":
                path.unlink(missing_ok=True)
