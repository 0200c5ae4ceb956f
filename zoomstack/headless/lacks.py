"""What a server lacks for a workflow, all of it at once, before it is handed in.

ComfyUI itself stops at the first node type that it does not know, and passes over inputs that a
node does not have.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..setup.places import REPOSITORY
from .workflow import Workflow, name_of

Schemas = Mapping[str, dict[str, Any] | None]  # by node type, as /object_info has them
OLDEST = "0.30.0"  # ComfyUI that the pack loads in, as pyproject.toml says
MOST_NAMED = 5
# Where loaders look; for any other list of files a name is all that can be said.
FOLDERS = {
    "ckpt_name": "checkpoints", "vae_name": "vae", "lora_name": "loras", "style_model_name":
    "style_models", "unet_name": "diffusion_models", "clip_name": "text_encoders", "clip_name1":
    "text_encoders", "clip_name2": "text_encoders", "control_net_name": "controlnet", "model_name":
    "upscale_models",
}  # fmt: skip
# The page's own, which it writes to the API format as well.
PAGES = {"upload", "choose file to upload", "audioUI", "control_after_generate"}


class Lacks(NamedTuple):
    """Lines for a user.

    With ``faults`` no server runs the workflow. What ``unlisted`` says of a value, by node and
    input, is for the node to judge: some take more than they list. ``passed`` has no effect.
    """

    faults: list[str]
    unlisted: dict[tuple[str, str], str]
    passed: list[str]

    def __str__(self) -> str:
        lines = [*self.faults, *self.unlisted.values()]
        return "\n".join(["the server cannot run the workflow:", *(f"  {line}" for line in lines)])


def lacks(
    workflow: Workflow,
    schemas: Schemas,
    assigned: Sequence[tuple[str, str]] = (),
    version: str = "",
) -> Lacks:
    """What the server with these ``schemas`` lacks.

    ``assigned`` are nodes and inputs that the user named: one that does not exist is a fault.
    """
    found = Lacks([*_types(workflow, schemas, version)], {}, [])
    run = _that_run(workflow, schemas)
    for node, value in workflow.items():
        schema = schemas.get(value["class_type"])
        if schema is None:
            continue
        place = name_of(workflow, node)
        required, optional = (schema["input"].get(key) or {} for key in ("required", "optional"))
        known = {**required, **optional}
        for name in value["inputs"]:
            if name.partition(".")[0] in known or name in PAGES:
                continue
            words = f"{place} has no input {name!r}; it has: {', '.join(sorted(known)) or 'none'}"
            (found.faults if (node, name) in assigned else found.passed).append(words)
        if node not in run:
            continue
        for name, spec in required.items():
            if name not in value["inputs"] and not str(spec[0]).startswith("COMFY_"):
                found.faults.append(f"{place}: {name} is missing; {_missing(node, name, spec)}")
        found.faults.extend(_links(workflow, node, place))
        for name, given in value["inputs"].items():
            words = _unlisted(name, given, known.get(name))
            if words:
                found.unlisted[node, name] = f"{place}: {words}"
    return found


def _types(workflow: Workflow, schemas: Schemas, version: str) -> Iterator[str]:
    """A line for the pack's own types, and one for those of others."""
    nodes: dict[str, list[str]] = {}
    for node, value in workflow.items():
        if schemas.get(value["class_type"]) is None:
            nodes.setdefault(value["class_type"], []).append(node)
    words = {kind: f"{kind!r} (node {', '.join(where)})" for kind, where in sorted(nodes.items())}
    ours = json.loads((REPOSITORY / "locales" / "en" / "nodeDefs.json").read_text("utf-8"))
    mine = [words.pop(kind) for kind in list(words) if kind in ours]
    if mine:
        yield (
            f"it has no node type {', '.join(mine)}: ZoomStack is not loaded there; put this pack "
            f"into its custom_nodes folder, or look into its log (it needs ComfyUI {OLDEST} or "
            f"newer{f', and this is {version}' if version else ''})"
        )
    if words:
        known = [*ours, *(kind for kind, schema in schemas.items() if schema)]
        near = {kind: difflib.get_close_matches(kind, known, 1) for kind in words}
        like = "".join(f"; {kind!r} may be {found[0]!r}" for kind, found in near.items() if found)
        yield (
            f"it has no node type {', '.join(words.values())}: install the packs that bring them "
            "there (ComfyUI-Manager finds them), name a ComfyUI that has them (--server URL, "
            f"--comfyui PATH), or correct the name{like}"
        )


def _that_run(workflow: Workflow, schemas: Schemas) -> set[str]:
    """The nodes that outputs stand on; those beside them ComfyUI does not look at."""
    waiting = [
        node
        for node, value in workflow.items()
        if (schemas.get(value["class_type"]) or {}).get("output_node")
    ]
    run: set[str] = set()
    while waiting:
        node = waiting.pop()
        if node in run or node not in workflow:
            continue
        run.add(node)
        inputs = workflow[node]["inputs"].values()
        waiting += [str(given[0]) for given in inputs if _is_link(given)]
    return run


def _links(workflow: Workflow, node: str, place: str) -> Iterator[str]:
    for name, given in workflow[node]["inputs"].items():
        if _is_link(given) and str(given[0]) not in workflow:
            yield f"{place}: {name} comes from node {given[0]}, which is not in the workflow"


def _missing(node: str, name: str, spec: Sequence[Any]) -> str:
    if isinstance(spec[0], str) and spec[0] not in ("INT", "FLOAT", "STRING", "BOOLEAN", "COMBO"):
        return f"connect a {spec[0]}"
    default = (spec[1] if len(spec) > 1 else {}).get("default", "VALUE")
    return f'give it with --set "{node}.{name}={default}"'


def _unlisted(name: str, given: Any, spec: Any) -> str:
    """Words where ``given`` is not among what an input lists; empty where it is, or lists none."""
    if not spec or isinstance(given, list | dict):
        return ""
    about = spec[1] if len(spec) > 1 else {}
    options = spec[0] if isinstance(spec[0], list) else about.get("options")
    if not isinstance(options, list) or given in options:
        return ""
    near = difflib.get_close_matches(str(given), map(str, options), MOST_NAMED, 0.4)
    shown = [*near, *(option for option in options if option not in near)][:MOST_NAMED]
    more = f" and {len(options) - len(shown)} more" if len(options) > len(shown) else ""
    has = f"it has {', '.join(map(repr, shown))}{more}" if options else "it has none"
    folder = FOLDERS.get(name)
    remedy = f"; put the file into its models/{folder}, or choose another" if folder else ""
    return f"{name}: {given!r} is not in the server's list; {has}{remedy}"


def _is_link(given: Any) -> bool:
    return isinstance(given, list) and len(given) == 2 and not isinstance(given[0], list | dict)
