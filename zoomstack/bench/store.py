"""Findings, one JSON line each, in a file that only grows: a run that was stopped goes on."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from .zooms.finding import Finding
from .zooms.job import Job


class Store:
    """The findings in the file ``path``, by key."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._findings: dict[str, Finding] = {}
        if path.exists():
            for line in path.read_text("utf-8").splitlines():
                # A line that a stopped run left half-written is no finding: it is made again.
                try:
                    finding = json.loads(line)
                    self._findings[finding["key"]] = finding
                except (ValueError, KeyError, TypeError):
                    continue

    def get(self, key: str) -> Finding | None:
        return self._findings.get(key)

    def add(self, finding: Finding) -> None:
        """Keep a finding: it is on the disk when this returns."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b") as file:
            if file.tell() and not self._ends_in_newline():
                file.write(b"\n")
            file.write(json.dumps(finding).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._findings[finding["key"]] = finding

    def _ends_in_newline(self) -> bool:
        with self.path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read() == b"\n"


def key_of(job: Job, stamp: str) -> str:
    """What tells findings apart: all that decides a job's numbers, and ``stamp`` for the rest."""
    what = json.dumps([*job.described(), stamp], sort_keys=True)
    return hashlib.sha256(what.encode()).hexdigest()[:16]
