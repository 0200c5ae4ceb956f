"""Workflows on a running server, from tests that are not asynchronous."""

import asyncio

from zoomstack.headless.client import ComfyClient
from zoomstack.headless.execute import execute


def executed(url, graph, folder):
    """What ``execute`` leaves of a workflow on the server at ``url``."""

    async def once():
        async with ComfyClient(url) as client:
            return await execute(client, graph, folder)

    return asyncio.run(once())


def followed(url, graph, until=lambda progress: False):
    """Queue a workflow and follow it until ``until``; its run, and whether that came to be."""

    async def once():
        async with ComfyClient(url) as client:
            run = await client.queue(graph)
            async for progress in client.follow(run):
                if until(progress):
                    return run, True
            return run, False

    return asyncio.run(once())
