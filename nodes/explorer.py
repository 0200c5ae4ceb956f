"""ZoomStackExplorer: a zoom stack to wheel through, in the node."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from comfy_api.latest import io

from ..zoomstack.export import Branch, branches_of, plain, write_levels
from ..zoomstack.export.length import metres
from ..zoomstack.export.manifest import MANIFEST
from ..zoomstack.scene.stack import ZoomStack
from . import host
from .inputs import branches_in, branches_input
from .types import CATEGORY, SEARCH, ZoomStackType


class ZoomStackExplorer(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ZoomStackExplorer",
            display_name="Zoom Stack Explorer",
            category=CATEGORY,
            description="Shows a zoom stack in the node: wheel, pinch or drag through all levels, "
            "play it, compare it with another one, and save it as a page that works anywhere.",
            search_aliases=[*SEARCH, "zoom viewer", "preview zoom"],
            is_output_node=True,
            inputs=[
                ZoomStackType.Input("stack", tooltip="From Laplacian Blend or Load Zoom Stack."),
                io.String.Input(
                    "width", optional=True, default="",
                    tooltip="How wide the widest view is, for the scale bar: 12700 km, 5 um, "
                    "100000 light years; a number alone is metres. Empty: unknown.",
                ),
                ZoomStackType.Input(
                    "compare", optional=True,
                    tooltip="A second stack, shown at the same camera right of a divider.",
                ),
                branches_input("Another stack with the same beginning, from Branch Zoom. Where the "
                               "stacks part, all ways are shown, and a click goes into one."),
            ],
            outputs=[],
        )  # fmt: skip

    @classmethod
    def execute(  # type: ignore[override]
        cls,
        stack: ZoomStack,
        width: str = "",
        compare: ZoomStack | None = None,
        branches: dict[str, ZoomStack] | None = None,
    ) -> io.NodeOutput:
        wide, tree = metres(width), branches_of(stack, branches_in(branches))
        stacks = {"zoomstack": stack} | ({} if compare is None else {"zoomstack_compare": compare})
        own = sum(len(branch.own) for branch in tree)
        bar = host.progress(own + sum(len(one.levels) for one in stacks.values()))
        ui: dict[str, list[dict[str, str]]] = {}
        for name, one in stacks.items():
            folder, place = _written(one, wide, bar, tree if name == "zoomstack" else ())
            ui[name] = [{"manifest": MANIFEST, **place}]
            # What ComfyUI finds a file name in it shows wherever no script of ours does: in an app,
            # and among the results. So pictures are named as files are, and the manifest is not.
            names = sorted(path.name for path in Path(folder).glob("level_*"))
            ui[f"{name}_levels"] = [{"filename": each, **place} for each in names]
        # What is sent must be plain: a value that JSON cannot hold would end the server.
        return io.NodeOutput(ui=plain(ui, "ui"))


def _written(
    stack: ZoomStack, wide: float, bar: Any, tree: Sequence[Branch]
) -> tuple[str, dict[str, str]]:
    """Put a stack's, or a tree's, pictures and manifest among the temporary files.

    Returns where, and its name there.
    """
    folder, shown = host.temporary_folder()
    with closing(write_levels(folder, stack, metres=wide, branches=tree)) as work:
        for _ in work:
            host.check_interrupted()
            bar.update(1)
    return folder, shown
