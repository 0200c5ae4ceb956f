"""``demo``: a zoom through a ladder of prompts by the demo model, from nothing to a video."""

from __future__ import annotations

from pathlib import Path

from ..headless import workflow as edit
from ..headless.execute import execute
from ..headless.run import Changes, check_inputs, started
from ..setup.console import say
from ..setup.host import demo_checkpoint, prepare
from ..setup.places import API_WORKFLOWS

WORKFLOW = API_WORKFLOWS / "text-to-zoom.json"


def demo(
    output: Path,
    changes: Changes,
    *,
    comfyui: Path | None = None,
    python: Path | None = None,
    workflow: Path = WORKFLOW,
) -> None:
    """Run the shipped workflow on the demo model; the results go to ``output``."""
    graph = edit.load(workflow)
    assigned = changes.apply(graph)
    host = prepare(comfyui, python)
    demo_checkpoint(host)
    with started(host) as client:
        check_inputs(client, graph, assigned)
        result = execute(client, graph, output)
    say()
    say("The zoom is in")
    for file in result.files:
        say(f"  {file}")
    for text in result.texts:
        say()
        say(text)
