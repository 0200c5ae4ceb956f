"""SaveZoomStack and LoadZoomStack: a zoom stack in one file."""

from __future__ import annotations

import hashlib
import json
import os
from typing import Literal

import torch
from comfy_api.latest import io

from ..zoomstack.files.stack_file import load_stack, save_stack
from ..zoomstack.scene.ladder import Ladder
from ..zoomstack.scene.stack import ZoomStack
from . import host
from .tensors import to_image
from .types import CATEGORY, SEARCH, ZoomLadderType, ZoomStackType


class SaveZoomStack(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="SaveZoomStack",
            display_name="Save Zoom Stack",
            category=CATEGORY,
            description="Saves a zoom stack as one safetensors file: levels, geometry, prompts, "
            "seed and workflow. Render it again later at any length and size.",
            search_aliases=SEARCH,
            is_output_node=True,
            inputs=[
                ZoomStackType.Input("stack", tooltip="From Laplacian Blend."),
                io.String.Input(
                    "filename_prefix", default="zoomstack/stack",
                    tooltip="Name in the output folder; a number is added.",
                ),
                io.Combo.Input(
                    "precision", optional=True,
                    options=["float32", "float16"], default="float16", advanced=True,
                    tooltip="float16 halves the file and is finer than 8 bits a colour.",
                ),
                io.Int.Input(
                    "seed", optional=True, force_input=True, min=0, max=2**64 - 1,
                    tooltip="The seed to keep with the stack; without it, the sampler's as found "
                    "in the workflow.",
                ),
            ],
            outputs=[],
            hidden=[io.Hidden.prompt, io.Hidden.extra_pnginfo, io.Hidden.unique_id],
        )  # fmt: skip

    @classmethod
    def execute(  # type: ignore[override]
        cls,
        stack: ZoomStack,
        filename_prefix: str,
        precision: Literal["float32", "float16"] = "float16",
        seed: int | None = None,
    ) -> io.NodeOutput:
        # What was worked on keeps the seed that it was sampled with; its history has the others.
        own = stack.seed if stack.history else host.seed_behind(cls.hidden)
        stack = stack._replace(seed=own if seed is None else seed)
        levels = stack.levels.to(getattr(torch, precision))
        with host.new_output(filename_prefix, "safetensors", stack.geometry) as (path, shown):
            about = host.workflow_metadata(cls.hidden) | host.said_behind(cls.hidden)
            save_stack(path, stack._replace(levels=levels), about)
        return io.NodeOutput(ui={"zoom_stacks": [shown]})


class LoadZoomStack(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LoadZoomStack",
            display_name="Load Zoom Stack",
            category=CATEGORY,
            description="Loads a zoom stack that Save Zoom Stack wrote.",
            search_aliases=SEARCH,
            inputs=[
                io.Combo.Input(
                    "file", options=host.stack_files(),
                    tooltip="A stack in the output or input folder; copy others there.",
                ),
            ],
            outputs=[
                ZoomStackType.Output(display_name="stack", tooltip="For the video and explorer."),
                io.Image.Output(display_name="views", tooltip="One picture a level."),
                ZoomLadderType.Output(
                    display_name="ladder", tooltip="The prompts and geometry it was made with."
                ),
            ],
        )  # fmt: skip

    @classmethod
    def validate_inputs(cls, file: str) -> bool | str:  # type: ignore[override]
        try:
            host.stack_path(file)
        except ValueError as error:
            return str(error)
        return True

    @classmethod
    def fingerprint_inputs(cls, file: str) -> str:  # type: ignore[override]
        """Changes when the file does, so that a new stack under an old name is loaded."""
        try:
            about = os.stat(host.stack_path(file))
        except (ValueError, OSError):
            return file
        return hashlib.sha256(
            json.dumps([file, about.st_mtime_ns, about.st_size]).encode()
        ).hexdigest()

    @classmethod
    def execute(cls, file: str) -> io.NodeOutput:  # type: ignore[override]
        stack = load_stack(host.stack_path(file))
        stack = stack._replace(levels=stack.levels.float())
        g = stack.geometry
        prompts = stack.prompts or ("",) * g.levels
        ladder = Ladder(
            prompts, ("",) * g.levels, g.zooms, g.focus, g.closed, bridges=stack.bridges
        )
        return io.NodeOutput(stack, to_image(stack.levels), ladder)
