"""Talk to a ComfyUI server: queue a workflow, follow it, fetch what it made."""

from __future__ import annotations

import json
import os
import shutil
import time
import urllib.parse
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ..setup.errors import BadInput, CommandError, Unreachable
from .http import Http, Refused, form
from .reading import Made, rejection, run_error
from .websocket import WebSocket
from .workflow import Workflow

IDLE_SECONDS = 1.0
POLL_SECONDS = 0.2


class Progress(NamedTuple):
    """One node of a run, as far as it says: ``total`` is 0 where it counts nothing."""

    node: str
    done: int
    total: int
    finished: bool


class ComfyClient:
    """A ComfyUI server at ``url``.

    All methods raise ``Unreachable`` where no server answers there.
    """

    def __init__(self, url: str) -> None:
        self._http = Http(url)
        self.url = self._http.url
        self._id = uuid.uuid4().hex
        self._events: WebSocket | None = None

    def ping(self) -> str:
        """The version of ComfyUI that answers."""
        try:
            stats = self._http.json("/system_stats")
        except Refused:
            stats = None
        if not isinstance(stats, dict) or "system" not in stats:
            raise Unreachable(f"what answers at {self.url} is no ComfyUI")
        return str(stats["system"].get("comfyui_version", "unknown"))

    def inputs_of(self, node: str) -> set[str] | None:
        """The names of the inputs that the node ``node`` takes; None where there is no such node.

        Names that a node makes up as it goes (dynamic inputs) are not among them.
        """
        quoted = urllib.parse.quote(node, safe="")
        schema = self._http.json(f"/object_info/{quoted}").get(node)
        if schema is None:
            return None
        return {name for group in schema["input"].values() for name in group}

    def upload(self, photo: Path) -> str:
        """Put a picture among the server's inputs; the name that LoadImage knows it by."""
        body, kind = form("image", photo)
        answer = self._http.json("/upload/image", body, kind)
        return "/".join(part for part in (answer.get("subfolder"), answer["name"]) if part)

    def queue(self, workflow: Workflow) -> str:
        """Hand in a workflow; the id of its run. Its events are kept from here on.

        Raises ``BadInput`` with every node's complaint where the server refuses it.
        """
        self._listen()
        body = json.dumps({"prompt": workflow, "client_id": self._id}).encode()
        try:
            answer = self._http.json("/prompt", body)
        except Refused as refused:
            if not refused.answer:
                raise
            raise BadInput(rejection(refused.answer, workflow)) from None
        run = answer["prompt_id"]
        if answer.get("node_errors"):
            # Some outputs would be made and others not: not what was asked for.
            self.cancel(run)
            raise BadInput(rejection(answer, workflow))
        return run

    def follow(self, run: str) -> Iterator[Progress]:
        """What each node says while it works, until the run has ended, well or not."""
        while True:
            message = self._next_event()
            kind = message.get("type") if message else None
            data: dict[str, Any] = message.get("data") or {} if message else {}
            ours = data.get("prompt_id") == run
            if ours and kind == "progress_state":
                for node, state in data["nodes"].items():
                    # A node that counts nothing still reports "0 of 1": no bar in that.
                    total = int(state["max"]) if state["max"] > 1 else 0
                    finished = state["state"] == "finished"
                    yield Progress(node, int(state["value"]), total, finished)
            ends = ("execution_success", "execution_error", "execution_interrupted")
            ended = ours and (kind in ends or (kind == "executing" and data["node"] is None))
            # Silence is no proof of work: a message may be lost, and a server may restart.
            if (message is None or ended) and self._has_ended(run):
                return

    def outputs(self, run: str, workflow: Workflow) -> tuple[list[Made], str]:
        """What the ended run made, node by node, and why it failed; empty where it did not."""
        while not (entry := self._http.json(f"/history/{run}").get(run)):
            time.sleep(POLL_SECONDS)
        made = [Made(node, value) for node, value in entry.get("outputs", {}).items()]
        return made, run_error(entry, workflow)

    def fetch(self, file: dict[str, str], target: Path) -> None:
        """Copy one file of an output to ``target``: whole or not at all."""
        names = ("filename", "subfolder", "type")
        query = urllib.parse.urlencode({name: file.get(name, "") for name in names})
        half = target.with_name(f".{target.name}.{os.getpid()}.part")
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._http.open(f"/view?{query}") as answer, half.open("wb") as copy:
                shutil.copyfileobj(answer, copy)
            # A connection that breaks off reads like the end of the file.
            size = answer.headers.get("Content-Length")
            if size is not None and half.stat().st_size != int(size):
                raise Unreachable(
                    f"{self.url} sent {half.stat().st_size} of the {size} bytes of {target.name}; "
                    "it was not kept: run again"
                )
            half.replace(target)
        finally:
            half.unlink(missing_ok=True)

    def cancel(self, run: str) -> None:
        """Take the run off the queue and stop it where it has begun; never raises."""
        for path, body in (("/queue", {"delete": [run]}), ("/interrupt", {"prompt_id": run})):
            try:
                self._http.open(path, json.dumps(body).encode()).close()
            except CommandError:
                return

    def close(self) -> None:
        """Stop listening."""
        if self._events:
            self._events.close()
            self._events = None

    def _listen(self) -> None:
        if self._events:
            return  # to all runs of ours
        try:
            self._events = WebSocket(f"{self.url}/ws?clientId={self._id}")
        except OSError:
            self._events = None  # no bars then, but history still tells how it ended

    def _next_event(self) -> dict[str, Any] | None:
        if self._events:
            try:
                return self._events.receive(IDLE_SECONDS)
            except (OSError, ValueError):
                self.close()
        time.sleep(POLL_SECONDS)
        return None

    def _has_ended(self, run: str) -> bool:
        # The queue first: a run that ends between the two questions is then in the history.
        queue = self._http.json("/queue")
        waiting = [*queue["queue_running"], *queue["queue_pending"]]
        if run in self._http.json(f"/history/{run}"):
            return True
        if any(entry[1] == run for entry in waiting):
            return False
        raise CommandError(f"{self.url} has dropped the run; it was restarted or its queue cleared")
