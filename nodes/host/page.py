"""What a running node tells the page that queued it, over the host's own channel."""

from __future__ import annotations

import sys
from typing import Any

from comfy_execution.utils import get_executing_context

SHEETS = "zoomstack.sheets"  # what the page listens to


def tell_page(event: str, told: dict[str, Any]) -> None:
    """Send an event of ours to who queued what runs; silent without a server."""
    host = _server()
    if host is not None:
        host.send_sync(event, told, host.client_id)


def tell_sheets(about: dict[str, Any] | None) -> None:
    """Say how the running node's previews are laid out from now on; None: they are no sheets.

    With the node, the run, and the workflow that was queued: a page may have another one open.
    """
    running = get_executing_context()
    if running is not None:
        node, prompt = str(running.node_id), running.prompt_id
        told = {"node": node, "prompt": prompt, "workflow": _workflow(prompt), "sheet": about}
        tell_page(SHEETS, told)


def _workflow(prompt: str) -> str | None:
    """The id of the graph that a page queued as ``prompt``; None where it was not a page."""
    queue = getattr(_server(), "prompt_queue", None)
    running = queue.get_current_queue_volatile()[0] if queue is not None else []
    for _, each, _, extra, *_ in running:
        if each == prompt:
            graph = (extra.get("extra_pnginfo") or {}).get("workflow") or {}
            return graph.get("id")
    return None


def _server() -> Any:
    server: Any = sys.modules.get("server")  # absent where nodes run without one
    return getattr(getattr(server, "PromptServer", None), "instance", None)
