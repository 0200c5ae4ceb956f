"""A reader of ComfyUI's event stream: as much of RFC 6455 as that takes.

The standard library has no WebSocket client, and before the environment exists there is nothing
else. Text messages are handed out; pings are answered; previews (binary) are skipped.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import socket
import ssl
import struct
import time
from typing import Any
from urllib.parse import urlsplit

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CONTINUED, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
LARGEST_HANDSHAKE = 65536
CHUNK = 65536


class WebSocket:
    """A connection to ``url`` (http or https; the path is the event stream's).

    Raises ``OSError`` where there is no connection, or no WebSocket at its other end.
    """

    def __init__(self, url: str, timeout: float = 10.0) -> None:
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        host = parts.hostname or ""
        self._socket = socket.create_connection((host, parts.port or (80, 443)[secure]), timeout)
        self._bytes = b""
        self._message = b""
        self._kind = BINARY
        try:
            if secure:
                context = ssl.create_default_context()
                self._socket = context.wrap_socket(self._socket, server_hostname=host)
            self._shake_hands(parts.netloc.rpartition("@")[2], f"{parts.path}?{parts.query}")
        except BaseException:
            self._socket.close()
            raise

    def receive(self, timeout: float) -> dict[str, Any] | None:
        """The next message; None where ``timeout`` seconds bring none.

        Raises ``OSError`` where the connection has ended.
        """
        end = time.monotonic() + timeout
        while True:
            frame = self._frame()
            if frame is None:
                left = end - time.monotonic()
                if left <= 0 or not self._read(left):
                    return None
                continue
            text = self._take(*frame)
            if text is not None:
                return json.loads(text)

    def close(self) -> None:
        """End the connection without ceremony."""
        self._socket.close()

    def _shake_hands(self, host: str, resource: str) -> None:
        key = base64.b64encode(os.urandom(16))
        lines = [f"GET {resource} HTTP/1.1", f"Host: {host}", "Upgrade: websocket"]
        lines += ["Connection: Upgrade", f"Sec-WebSocket-Key: {key.decode()}"]
        lines += ["Sec-WebSocket-Version: 13", "", ""]
        self._socket.sendall("\r\n".join(lines).encode("ascii"))
        while b"\r\n\r\n" not in self._bytes:
            if len(self._bytes) > LARGEST_HANDSHAKE or not self._read(10.0):
                raise ConnectionError("no answer to the WebSocket handshake")
        head, _, self._bytes = self._bytes.partition(b"\r\n\r\n")
        accepted = base64.b64encode(hashlib.sha1(key + MAGIC).digest())
        if b" 101 " not in head.split(b"\r\n")[0] or accepted not in head:
            raise ConnectionError("the server does not speak WebSocket here")

    def _read(self, timeout: float) -> bool:
        """Add what has arrived to the buffer; whether anything did."""
        self._socket.settimeout(timeout)
        try:
            data = self._socket.recv(CHUNK)
        except TimeoutError:
            return False
        if not data:
            raise ConnectionError("the server closed the event stream")
        self._bytes += data
        return True

    def _frame(self) -> tuple[int, bool, bytes] | None:
        """Opcode, whether it is the last of its message, payload; None until it is all there."""
        if len(self._bytes) < 2:
            return None
        first, length = self._bytes[0], self._bytes[1] & 127
        start = 2
        if length > 125:
            wide = {126: ">H", 127: ">Q"}[length]
            start += struct.calcsize(wide)
            if len(self._bytes) < start:
                return None
            (length,) = struct.unpack(wide, self._bytes[2:start])
        if len(self._bytes) < start + length:
            return None
        payload = self._bytes[start : start + length]
        self._bytes = self._bytes[start + length :]
        return first & 15, bool(first & 128), payload

    def _take(self, opcode: int, last: bool, payload: bytes) -> bytes | None:
        """Deal with one frame; the text of a message that it completes."""
        if opcode == CLOSE:
            raise ConnectionError("the server closed the event stream")
        if opcode == PING:
            self._pong(payload)
        if opcode in (TEXT, BINARY):
            self._kind, self._message = opcode, payload
        elif opcode == CONTINUED:
            self._message += payload
        return self._message if opcode < CLOSE and last and self._kind == TEXT else None

    def _pong(self, payload: bytes) -> None:
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self._socket.sendall(bytes([128 | PONG, 128 | len(payload)]) + mask + masked)
