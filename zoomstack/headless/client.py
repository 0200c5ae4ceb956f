"""Talk to a ComfyUI server: queue a workflow, follow it, fetch what it made."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp

from ..setup.errors import BadInput, CommandError, Unreachable
from .events import Events
from .reading import Made, Progress, rejection, run_error, told
from .session import Refused, Session
from .transfer import fetch, upload
from .workflow import Workflow

IDLE_SECONDS = 1.0
POLL_SECONDS = 0.2
CANCEL_SECONDS = 10.0
ENDING_SECONDS = 20.0  # what a node may take to leave nothing half done


class Dropped(CommandError):
    """A server that answers, and knows nothing of a run that it was given."""


class ComfyClient:
    """A ComfyUI server at ``url``: ``async with ComfyClient(url) as client``.

    All methods raise ``Unreachable`` where no server answers there.
    """

    def __init__(self, url: str) -> None:
        self._session = Session(url)
        self.url = self._session.url
        self._id = uuid.uuid4().hex
        self._events: Events | None = None

    async def __aenter__(self) -> ComfyClient:
        await self._session.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._session.__aexit__()

    async def ping(self) -> str:
        """The version of ComfyUI that answers."""
        try:
            stats = await self._session.json("/system_stats")
        except Refused:
            stats = None
        if not isinstance(stats, dict) or "system" not in stats:
            raise Unreachable(f"what answers at {self.url} is no ComfyUI")
        return str(stats["system"].get("comfyui_version", "unknown"))

    async def schemas(self, kinds: Iterable[str]) -> dict[str, dict[str, Any] | None]:
        """What the server says of node types; None of one that it does not have."""
        names = [*dict.fromkeys(kinds)]
        paths = (f"/object_info/{quote(name, safe='')}" for name in names)
        answers = await asyncio.gather(*map(self._session.json, paths))
        return {name: answer.get(name) for name, answer in zip(names, answers, strict=True)}

    async def waiting(self) -> int:
        """How many runs it has before it, whoever's they are."""
        queue = await self._session.json("/queue")
        try:
            return len(queue["queue_running"]) + len(queue["queue_pending"])
        except (TypeError, LookupError):
            raise Unreachable(f"what answers at {self.url} is no ComfyUI") from None

    async def upload(self, photo: Path, name: str = "") -> str:
        """Put a picture among the server's inputs; the name that LoadImage knows it by."""
        return await upload(self._session, photo, name)

    async def queue(
        self, workflow: Workflow, hints: Mapping[tuple[str, str], str] | None = None
    ) -> str:
        """Hand in a workflow; the id of its run. Its events are kept from here on.

        Raises ``BadInput`` with every node's complaint where the server refuses it; ``hints`` are
        better words for what it says of an input, by node and name.
        """
        await self._listen()
        try:
            body = {"prompt": workflow, "client_id": self._id}
            answer = await self._session.json("/prompt", body)
        except Refused as refused:
            if not refused.answer:
                raise
            raise BadInput(rejection(refused.answer, workflow, hints)) from None
        run = answer["prompt_id"]
        if answer.get("node_errors"):
            # Some outputs would be made and others not: not what was asked for.
            await self.cancel(run)
            raise BadInput(rejection(answer, workflow, hints))
        return run

    async def follow(self, run: str) -> AsyncIterator[Progress]:
        """What each node says while it works, until the run has ended, well or not."""
        while True:
            message = await self._next_event()
            # Silence is no proof of work: a message may be lost, and a server may restart.
            steps, ended = told(message, run) if message else ([], True)
            for step in steps:
                yield step
            if ended and await self._has_ended(run):
                return

    async def outputs(self, run: str, workflow: Workflow) -> tuple[list[Made], str]:
        """What the ended run made, node by node, and why it failed; empty where it did not."""
        while not (entry := (await self._session.json(f"/history/{run}")).get(run)):
            await asyncio.sleep(POLL_SECONDS)
        made = [Made(node, value) for node, value in entry.get("outputs", {}).items()]
        return made, run_error(entry, workflow)

    async def fetch(self, file: dict[str, str], target: Path) -> None:
        """Copy one file of an output to ``target``: whole or not at all."""
        await fetch(self._session, file, target)

    async def cancel(self, run: str) -> bool:
        """Take the run off the queue, or stop it and wait until it has; never raises.

        Whether it has ended: a node may be in the middle of something that nothing stops.
        """
        quick = aiohttp.ClientTimeout(total=CANCEL_SECONDS)
        for path, body in (("/queue", {"delete": [run]}), ("/interrupt", {"prompt_id": run})):
            try:
                async with self._session.open(path, body, timeout=quick):
                    pass
            except CommandError:
                return True  # nobody is there to work on it
        try:
            await asyncio.wait_for(self._end_of(run), ENDING_SECONDS)
        except asyncio.TimeoutError:
            return False
        return True

    async def _listen(self) -> None:
        if self._events:
            return  # to all runs of ours
        try:
            socket = await self._session.websocket(f"/ws?clientId={self._id}")
            self._events = Events(socket)
        except Unreachable:
            pass  # no bars then, but history still tells how it ended

    async def _next_event(self) -> dict[str, Any] | None:
        if self._events:
            try:
                return await self._events.next(IDLE_SECONDS)
            except ConnectionError:
                self._events = None
        await asyncio.sleep(POLL_SECONDS)
        return None

    async def _end_of(self, run: str) -> None:
        # It never began, the server is gone, or it says what no ComfyUI does.
        with suppress(CommandError, LookupError, TypeError):
            while not await self._has_ended(run):
                await asyncio.sleep(POLL_SECONDS)

    async def _has_ended(self, run: str) -> bool:
        # The queue first: a run that ends between the two questions is then in the history.
        queue = await self._session.json("/queue")
        waiting = [*queue["queue_running"], *queue["queue_pending"]]
        if run in await self._session.json(f"/history/{run}"):
            return True
        if any(entry[1] == run for entry in waiting):
            return False
        raise Dropped(f"{self.url} has dropped the run; it was restarted or its queue cleared")
