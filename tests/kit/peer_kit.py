"""A real aiohttp server in the test's own loop that says what a test wants, byte for byte."""

import asyncio

from aiohttp import web
from aiohttp.test_utils import TestServer

HEARD = web.AppKey("heard", list)
TEXT, BINARY, CLOSE, PING, CONTINUED = 1, 2, 8, 9, 0


def frame(opcode, payload, last=True):
    """One WebSocket frame of a server, as RFC 6455 writes it."""
    size = len(payload)
    head = bytes([128 * last | opcode])
    if size < 126:
        return head + bytes([size]) + payload
    if size < 65536:
        return head + b"\x7e" + size.to_bytes(2, "big") + payload
    return head + b"\x7f" + size.to_bytes(8, "big") + payload


def talking(*pieces, then=None):
    """A handler that opens a WebSocket, writes ``pieces`` as they are, and does ``then``.

    A number among the pieces is a pause in seconds. Without ``then`` it stays and listens.
    """

    async def handler(request):
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        for piece in pieces:
            if isinstance(piece, bytes):
                request.transport.write(piece)
                await asyncio.sleep(0)
            else:
                await asyncio.sleep(piece)
        if then:
            then(request)
            return socket
        async for message in socket:
            request.app[HEARD].append(message)
        return socket

    return handler


def hanging_up(request):
    """End the connection without a word."""
    request.transport.abort()


def answering(*values, seconds=0.0):
    """A handler that answers with ``values`` in turn, as JSON, and then always with the last."""
    left = list(values)

    async def handler(request):
        request.app[HEARD].append((request.path, await request.text()))
        await asyncio.sleep(seconds)
        return web.json_response(left.pop(0) if len(left) > 1 else left[0])

    return handler


def against(routes, work):
    """What ``work`` makes of a server at an address, and what that server has heard.

    ``routes`` are handlers by path; one that is no handler is answered with as JSON.
    """

    async def both():
        app = web.Application()
        app[HEARD] = []
        for path, handler in routes.items():
            handler = handler if callable(handler) else answering(handler)
            app.router.add_route("*", path, handler)
        async with TestServer(app) as server:
            made = await asyncio.wait_for(work(f"http://127.0.0.1:{server.port}"), 60)
        return made, app[HEARD]

    return asyncio.run(both())
