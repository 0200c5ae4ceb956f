"""Requests to a ComfyUI server, with every way they fail turned into an error that says so."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
import uuid
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any

from ..setup.errors import BadInput, CommandError, Unreachable

REQUEST_SECONDS = 60.0
JSON = "application/json"
HERE = ("127.0.0.1", "localhost", "::1")


class Refused(CommandError):
    """An answer that says no, and its reasons in ``answer``."""

    def __init__(self, message: str, answer: dict[str, Any]) -> None:
        super().__init__(message)
        self.answer = answer


class Http:
    """Requests below the address ``url``; ``BadInput`` where it is none."""

    def __init__(self, url: str) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadInput(f"{url!r} is no server address; give one like http://127.0.0.1:8188")
        self.url = url.rstrip("/")
        # A proxy for the rest of the world is none for a server on this machine.
        handlers = [urllib.request.ProxyHandler({})] if parts.hostname in HERE else []
        self._opener = urllib.request.build_opener(*handlers)

    def open(self, path: str, body: bytes | None = None, kind: str = JSON) -> HTTPResponse:
        """The answer to a GET, or to a POST of ``body``.

        Raises ``Refused`` for a no with reasons, ``Unreachable`` where no ComfyUI answers.
        """
        request = urllib.request.Request(self.url + path, body, {"Content-Type": kind})
        try:
            return self._opener.open(request, timeout=REQUEST_SECONDS)
        except urllib.error.HTTPError as error:
            raise _refusal(error, f"{self.url}{path}") from None
        except (OSError, HTTPException) as error:
            raise self._silence(error) from None

    def json(self, path: str, body: bytes | None = None, kind: str = JSON) -> Any:
        """The same, read as JSON."""
        with self.open(path, body, kind) as answer:
            try:
                return json.loads(answer.read())
            except ValueError:
                raise Unreachable(f"what answers at {self.url} is no ComfyUI") from None
            except (OSError, HTTPException) as error:
                raise self._silence(error) from None

    def _silence(self, error: Exception) -> Unreachable:
        return Unreachable(
            f"no ComfyUI answers at {self.url} ({getattr(error, 'reason', error)}); "
            "start it, or give another address with --server"
        )


def form(field: str, file: Path) -> tuple[bytes, str]:
    """``file`` as an upload form with one field: the body and its content type."""
    boundary = uuid.uuid4().hex
    # Only ASCII and no quotes in a header; a name means nothing to the receiver.
    name = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in file.name)
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"'
    kind = "\r\nContent-Type: application/octet-stream\r\n\r\n"
    body = (head + kind).encode() + file.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"


def _refusal(error: urllib.error.HTTPError, place: str) -> Refused:
    try:
        answer = json.loads(error.read())
    except ValueError:
        answer = None
    message = f"{place} answered {error.code} {error.reason}"
    return Refused(message, answer if isinstance(answer, dict) else {})
