"""What a ComfyUI server says while it works: its event stream."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import aiohttp


class Events:
    """The messages of a WebSocket: JSON objects. Previews, which are binary, are passed over."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def next(self, seconds: float) -> dict[str, Any] | None:
        """The next message; None where ``seconds`` bring none.

        Raises ``ConnectionError`` where the stream has ended.
        """
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                message = await self._socket.receive(left)
            except asyncio.TimeoutError:
                break
            if message.type is aiohttp.WSMsgType.TEXT:
                said = _read(message.data)
                if isinstance(said, dict):
                    return said
            elif message.type is not aiohttp.WSMsgType.BINARY:
                raise ConnectionError("the server closed the event stream")
        return None


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:  # another pack's, for its own page
        return None
