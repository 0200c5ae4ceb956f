"""Requests to a ComfyUI server, with every way they fail turned into an error that says so."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from ..setup.errors import CommandError, Unreachable
from .options import check_address

# Of silence, not of work: a large file may take as long as it takes.
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=60.0, sock_read=60.0)
HERE = ("127.0.0.1", "localhost", "::1")
SILENCE = (aiohttp.ClientError, asyncio.TimeoutError, ConnectionError)


class Refused(CommandError):
    """An answer that says no, and its reasons in ``answer``."""

    def __init__(self, message: str, answer: dict[str, Any]) -> None:
        super().__init__(message)
        self.answer = answer


class Session:
    """Requests below the address ``url``: ``async with Session(url) as session``.

    Its end is that of all connections, without ceremony.

    Raises ``BadInput`` for what is no address.
    """

    def __init__(self, url: str) -> None:
        check_address(url)
        self.url = url.rstrip("/")
        # A proxy for the rest of the world is none for a server on this machine.
        self._proxies = urlsplit(url).hostname not in HERE

    async def __aenter__(self) -> Session:
        self._client = aiohttp.ClientSession(timeout=TIMEOUT, trust_env=self._proxies)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._client.close()

    @asynccontextmanager
    async def open(
        self, path: str, body: Any = None, **options: Any
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer to a GET, or to a POST of ``body`` as JSON or of ``data``.

        Raises ``Refused`` for a no with reasons, ``Unreachable`` where no ComfyUI answers, or
        falls silent in the block.
        """
        method = "GET" if body is None and "data" not in options else "POST"
        place = f"{self.url}{path}"
        try:
            async with self._client.request(method, place, json=body, **options) as answer:
                if answer.status >= 400:
                    raise await _refusal(answer, place)
                yield answer
        except SILENCE as error:
            raise self._silence(error) from None

    async def json(self, path: str, body: Any = None, **options: Any) -> Any:
        """The same, read as JSON."""
        async with self.open(path, body, **options) as answer:
            try:
                return await answer.json(content_type=None)
            except ValueError:
                raise Unreachable(f"what answers at {self.url} is no ComfyUI") from None

    async def websocket(self, path: str) -> aiohttp.ClientWebSocketResponse:
        """The event stream at ``path``; ``Unreachable`` where there is none."""
        try:
            # Previews may be of any size.
            return await self._client.ws_connect(f"{self.url}{path}", max_msg_size=0)
        except SILENCE as error:
            raise self._silence(error) from None

    def _silence(self, error: Exception) -> Unreachable:
        return Unreachable(
            f"no ComfyUI answers at {self.url} ({_reason(error)}); "
            "start it, or give another address with --server"
        )


def _reason(error: Exception) -> str:
    """``[Errno 111] Connection refused``, without the words on how it was tried."""
    cause = getattr(error, "os_error", error)
    number = 0 if isinstance(cause, ssl.SSLError) else getattr(cause, "errno", None) or 0
    if number > 0:
        return f"[Errno {number}] {os.strerror(number)}"
    return str(cause) or "it timed out"


async def _refusal(answer: aiohttp.ClientResponse, place: str) -> Refused:
    try:
        reasons = await answer.json(content_type=None)
    except ValueError:
        reasons = None
    message = f"{place} answered {answer.status} {answer.reason}"
    return Refused(message, reasons if isinstance(reasons, dict) else {})
