"""ExportZoomStack: a zoom stack as files for others: a page, a deep-zoom image, pictures."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any, Literal

from comfy_api.latest import io

from ..zoomstack.export import Branch, DeepZoom, branches_of, page, write_levels
from ..zoomstack.export.length import metres
from ..zoomstack.export.manifest import broken
from ..zoomstack.files.whole import replacing
from ..zoomstack.scene.stack import ZoomStack
from . import host
from .inputs import branches_in, branches_input
from .types import CATEGORY, SEARCH, ZoomStackType

Format = Literal["html", "dzi", "png", "webp"]
_ENDINGS: dict[Format, str] = {"html": "html", "dzi": "dzi", "png": "", "webp": ""}
Shown = dict[str, str]  # a file as the front end names it
# What one format makes: the steps it takes, the steps themselves, and the files to show.
Work = tuple[int, Generator[Any, None, Any], list[Shown]]


class ExportZoomStack(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ExportZoomStack",
            display_name="Export Zoom Stack",
            category=CATEGORY,
            description="Saves a zoom stack for others to see: one page that works anywhere, "
            "deep-zoom tiles for OpenSeadragon, or a picture a level.",
            search_aliases=[*SEARCH, "deep zoom", "dzi", "openseadragon", "html page"],
            is_output_node=True,
            inputs=[
                ZoomStackType.Input("stack", tooltip="From Laplacian Blend or Load Zoom Stack."),
                io.String.Input(
                    "filename_prefix", default="zoomstack/zoom",
                    tooltip="Name in the output folder; a number is added.",
                ),
                io.Combo.Input(
                    "format", optional=True, options=["html", "dzi", "png", "webp"], default="html",
                    tooltip="html: one page with everything in it. dzi: tiles for deep-zoom "
                    "viewers. png, webp: a folder with a picture a level and a manifest.",
                ),
                io.Int.Input(
                    "quality", optional=True, default=92, min=1, max=100, advanced=True,
                    tooltip="Of the pictures in html, dzi and webp; 100 keeps every pixel.",
                ),
                io.String.Input(
                    "width", optional=True, default="",
                    tooltip="How wide the widest view is, for the scale bar: 12700 km, 5 um, "
                    "100000 light years; a number alone is metres. Empty: unknown.",
                ),
                branches_input(
                    "Another stack with the same beginning, from Branch Zoom, for a page (html) "
                    "with a tree."
                ),
            ],
            outputs=[],
            hidden=[io.Hidden.unique_id, io.Hidden.prompt, io.Hidden.extra_pnginfo],
        )  # fmt: skip

    @classmethod
    def execute(  # type: ignore[override]
        cls,
        stack: ZoomStack,
        filename_prefix: str,
        format: Format = "html",
        quality: int = 92,
        width: str = "",
        branches: dict[str, ZoomStack] | None = None,
    ) -> io.NodeOutput:
        wide, others = metres(width), branches_in(branches)
        if others and format != "html":
            raise ValueError(
                f"{format} holds one stack, and {len(others)} more are connected as branches. "
                "Choose the format html, which holds a tree, or export each stack by itself."
            )
        for one in (stack, *others):
            if trouble := broken(one.levels):
                raise ValueError(trouble[0])
        tree = branches_of(stack, others)
        with host.new_output(filename_prefix, _ENDINGS[format], stack.geometry) as (path, shown):
            if format == "html":
                total, work, files = _page(stack, path, shown, wide, quality, tree)
            elif format == "dzi":
                total, work, files = _tiles(stack, path, shown, quality)
            else:
                about = host.workflow_metadata(cls.hidden)
                total, work, files = _pictures(stack, path, shown, format, wide, quality, about)
            bar = host.progress(total)
            with closing(work):
                for _ in work:
                    host.check_interrupted()
                    bar.update(1)
            home = {} if format == "html" else host.belonging(path, shown)
        teller = host.Teller(cls)
        teller.say(_saved(files))
        return io.NodeOutput(ui={"zoom_exports": files, **home, **teller.ui})


def _saved(files: list[dict[str, str]]) -> str:
    """Where the files lie, for the line under the node."""
    first, more = files[0], len(files) - 1
    place = "/".join(filter(None, (first["subfolder"], first["filename"])))
    return f"saved {place}" + (f" and {more} more" if more else "") + " in the output folder"


def _page(
    stack: ZoomStack, path: str, shown: Shown, wide: float, quality: int, tree: Sequence[Branch]
) -> Work:
    def write() -> Generator[None, None, None]:
        with replacing(path) as temporary, open(temporary, "w", encoding="utf-8") as file:
            for part in page(stack, wide, quality, branches=tree):
                file.write(part)
                yield

    own = sum(len(branch.own) for branch in tree)
    return len(stack.levels) + own, write(), [shown]


def _tiles(stack: ZoomStack, path: str, shown: Shown, quality: int) -> Work:
    image = DeepZoom(stack, quality)
    return len(image.tiles), image.save(path), [shown]


def _pictures(
    stack: ZoomStack,
    path: str,
    shown: Shown,
    kind: str,
    wide: float,
    quality: int,
    about: dict[str, str],
) -> Work:
    folder = os.path.join(shown["subfolder"], shown["filename"]).replace(os.sep, "/")
    files: list[Shown] = []

    def write() -> Generator[int, None, None]:
        exact = 100 if kind == "png" else quality
        manifest = yield from write_levels(path, stack, kind, wide, exact, about)
        files.extend({**shown, "filename": name, "subfolder": folder} for name in manifest["files"])

    return len(stack.levels), write(), files
