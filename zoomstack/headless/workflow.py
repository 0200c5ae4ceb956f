"""A workflow in ComfyUI's API format: read, and changed by name before it is sent.

The format is ``{id: {"class_type": ..., "inputs": {...}, "_meta": {"title": ...}}}``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..setup.errors import BadInput

Workflow = dict[str, dict[str, Any]]
LADDER, PROMPTS = "PromptLadder", "prompts"
PHOTO, IMAGE = "LoadImage", "image"


def load(path: Path) -> Workflow:
    """The workflow in a file; ``BadInput`` where it is none, or is in the graph's own format."""
    try:
        data = json.loads(text_of(path, str(path)))
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadInput(f"{path} is not JSON: {error.msg} in {where}") from None
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path} is JSON that nothing can read: {error}") from None
    if isinstance(data, dict) and isinstance(data.get("nodes"), list):
        raise BadInput(
            f"{path} is a workflow in the graph's format; a run needs the API format: "
            "open it in ComfyUI and save it with File > Export (API)"
        )
    if isinstance(data, dict) and isinstance(data.get("prompt"), dict):
        data = data["prompt"]
    if not isinstance(data, dict) or not data:
        raise BadInput(f"{path} holds no nodes; save it in ComfyUI with File > Export (API)")
    for node, value in data.items():
        if not isinstance(value, dict) or not isinstance(value.get("class_type"), str):
            raise BadInput(
                f"{path}: the entry {node!r} is no node (it has no class_type); "
                "save the workflow in ComfyUI with File > Export (API)"
            )
        if not isinstance(value.get("inputs") or {}, dict):
            raise BadInput(
                f"{path}: the inputs of node {node} are no names with values; "
                "save the workflow in ComfyUI with File > Export (API)"
            )
        value["inputs"] = value.get("inputs") or {}
    return data


def name_of(workflow: Workflow, node: str) -> str:
    """``5 (KSampler)``, with its title where it has one of its own."""
    value = workflow.get(node)
    if value is None:
        return f"node {node}"
    title = _title(value)
    words = value["class_type"] if title in ("", value["class_type"]) else _both(value, title)
    return f"node {node} ({words})"


def find(workflow: Workflow, reference: str) -> str:
    """The id of the node with this id, title or class.

    Raises ``BadInput`` where there is none, or more than one.
    """
    if reference in workflow:
        return reference
    for of in (_title, lambda value: value["class_type"]):
        found = [node for node, value in workflow.items() if of(value) == reference]
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(name_of(workflow, node) for node in found)
            raise BadInput(f"{reference!r} names {len(found)} nodes: {names}; use the id of one")
    known = ", ".join(name_of(workflow, node) for node in workflow)
    raise BadInput(f"no node has the id, title or class {reference!r}; there are: {known}")


def assign(workflow: Workflow, assignment: str) -> tuple[str, str]:
    """Do one ``node.input=value``; which node and input that was.

    The value is JSON where it can be read as such, else the text itself. Raises ``BadInput``.
    """
    key, equals, text = assignment.partition("=")
    if not equals or "." not in key.strip("."):
        raise BadInput(f"--set {assignment!r} is not node.input=value, as in KSampler.steps=20")
    node, name = _split(workflow, key.strip())
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = text
    workflow[node]["inputs"][name] = value
    return node, name


def set_prompts(workflow: Workflow, file: Path) -> None:
    """Give the PromptLadder the lines of ``file``, one level a line, widest first."""
    write_prompts(workflow, text_of(file, f"--prompts {file}"), f"--prompts {file}")


def write_prompts(workflow: Workflow, text: str, name: str) -> None:
    """Give the PromptLadder the lines of ``text``; ``name`` is what the user calls them."""
    if not text.strip():
        raise BadInput(f"{name} is empty; write one prompt a line, widest first")
    workflow[_only(workflow, LADDER, name.partition(" ")[0])]["inputs"][PROMPTS] = text


def text_of(path: Path, name: str) -> str:
    """What a file holds; ``BadInput``, calling it by ``name``, where it holds no text."""
    try:
        return path.read_text("utf-8-sig")  # Windows' editors write a byte order mark
    except OSError as error:
        raise BadInput(f"{name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise BadInput(
            f"{name} is not text in UTF-8 (byte {error.start}); save it in that encoding"
        ) from None


def set_photo(workflow: Workflow, name: str) -> None:
    """Make LoadImage load the picture that the server knows as ``name``."""
    workflow[_only(workflow, PHOTO, "--photo")]["inputs"][IMAGE] = name


def photo_node(workflow: Workflow) -> str:
    """The id of the one LoadImage; ``BadInput`` where there is none or a choice."""
    return _only(workflow, PHOTO, "--photo")


def _only(workflow: Workflow, kind: str, option: str) -> str:
    found = [node for node, value in workflow.items() if value["class_type"] == kind]
    if len(found) == 1:
        return found[0]
    names = f" ({', '.join(found)})" if found else ""
    raise BadInput(
        f"{option} needs a workflow with one {kind} node; this has {len(found)}{names}"
        + ("; use --set id.input=value" if found else "")
    )


def _split(workflow: Workflow, key: str) -> tuple[str, str]:
    """Node and input: titles and the inputs of a node may have dots of their own."""
    pieces = key.split(".")
    trouble: BadInput | None = None
    for count in range(1, len(pieces)):
        node, name = ".".join(pieces[:count]), ".".join(pieces[count:])
        try:
            return find(workflow, node), name
        except BadInput as error:
            trouble = trouble or error
    raise trouble or BadInput(f"{key!r} names no node and input")


def _title(value: dict[str, Any]) -> str:
    about = value.get("_meta")
    return str(about.get("title") or "") if isinstance(about, dict) else ""


def _both(value: dict[str, Any], title: str) -> str:
    return f"{value['class_type']}, {title!r}"
