"""What a server's words say: events, refusals, failures, and the files of an output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .saved import Saved, saved_in
from .workflow import Workflow, name_of

ENDS = ("execution_success", "execution_error", "execution_interrupted")


class Progress(NamedTuple):
    """One node of a run, as far as it says: ``total`` is 0 where it counts nothing."""

    node: str
    done: int
    total: int
    finished: bool


class Made(NamedTuple):
    """What one node of a run showed: its ``ui`` value."""

    node: str
    value: dict[str, Any]

    def saved(self) -> list[Saved]:
        """The files it saved, those that belong together in one."""
        return saved_in(self.value)

    def texts(self) -> list[str]:
        """The texts it showed."""
        return [text for text in self.value.get("text") or [] if isinstance(text, str)]


def told(message: dict[str, Any], run: str) -> tuple[list[Progress], bool]:
    """What an event says of ``run``: how far its nodes are, and whether it has ended."""
    kind, data = message.get("type"), message.get("data")
    if not isinstance(data, dict) or data.get("prompt_id") != run:
        return [], False
    steps: list[Progress] = []
    for node, state in data.get("nodes", {}).items() if kind == "progress_state" else ():
        # A node that counts nothing still reports "0 of 1": no bar in that.
        total = int(state["max"]) if state["max"] > 1 else 0
        steps.append(Progress(node, int(state["value"]), total, state["state"] == "finished"))
    return steps, kind in ENDS or (kind == "executing" and data.get("node") is None)


def rejection(
    answer: dict[str, Any],
    workflow: Workflow,
    hints: Mapping[tuple[str, str], str] | None = None,
) -> str:
    """Why a server would not queue a workflow: every node, its input and the complaint.

    In its place stands what ``hints`` say of that node and input.
    """
    given = answer.get("error") or {}
    error: dict[str, Any] = given if isinstance(given, dict) else {"message": str(given)}
    reason = error.get("message", "some nodes cannot run")
    if error.get("type") == "missing_node_type":
        extra = error.get("extra_info") or {}
        place = name_of(workflow, str(extra.get("node_id")))
        reason = f"it has no node type {extra.get('class_type')!r}, which {place} is; "
        reason += "install the pack that brings it, or correct the name"
    lines = [f"ComfyUI refused the workflow: {reason}"]
    for node, report in (answer.get("node_errors") or {}).items():
        for one in report.get("errors", []):
            name = (one.get("extra_info") or {}).get("input_name", "")
            words = f"{name_of(workflow, node)}: {_complaint(one)}"
            lines.append(f"  {(hints or {}).get((node, name), words)}")
            if workflow.get(node, {}).get("class_type") == "LoadImage":
                lines.append("  give it a picture with --photo FILE")
    return "\n".join(lines)


def run_error(entry: dict[str, Any], workflow: Workflow) -> str:
    """Why a run in the history did not succeed; empty where it did."""
    status = entry.get("status") or {}
    messages = {kind: data for kind, data in status.get("messages", [])}
    if failure := messages.get("execution_error"):
        node = name_of(workflow, str(failure.get("node_id")))
        kind = str(failure.get("exception_type", "error")).rpartition(".")[2]
        text = str(failure.get("exception_message", "")).strip()
        return f"{node} failed: {kind}: {text}"
    if interruption := messages.get("execution_interrupted"):
        return f"the run was cancelled in {name_of(workflow, str(interruption.get('node_id')))}"
    return "" if status.get("status_str", "success") == "success" else "the run failed, no reason"


def _complaint(error: dict[str, Any]) -> str:
    """``steps: Value 0 smaller than min of 1`` out of one entry of node_errors."""
    extra = error.get("extra_info") or {}
    name = extra.get("input_name")
    words = [str(error.get("message", error.get("type", "error")))]
    details = str(error.get("details") or "")
    if details and details != name:
        words.append(f"({details})")
    if "received_value" in extra and repr(extra["received_value"]) not in details:
        words.append(f"[got {extra['received_value']!r}]")
    return (f"{name}: " if name else "") + " ".join(words)
