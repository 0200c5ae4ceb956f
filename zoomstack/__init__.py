"""Generative zoom: one scene, many scales, sampled together.

An implementation of Wang et al., "Generative Powers of Ten" (2023, arXiv 2312.02149) that needs no
ComfyUI. Level 0 is the widest view; a stack is a plain (N, C, H, W) tensor, and a ``Geometry``
says how its levels sit in each other. Names load on first use, so importing this costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .files.stack_file import load_stack, save_stack
    from .film.frames import frames
    from .film.path import Path
    from .joint.anchor import PhotoAnchor
    from .joint.blend import agreement, blend
    from .joint.consensus import Consensus
    from .joint.denoiser import JointDenoiser
    from .joint.render import render, render_noise
    from .joint.sample import sample
    from .measure.align.align import Alignment, align
    from .paint.rework.again import again
    from .paint.rework.apart import apart
    from .paint.rework.branch import branch
    from .paint.rework.cut import cut
    from .paint.rework.draft import Draft
    from .paint.rework.extend import extend
    from .paint.rework.insert import insert
    from .paint.rework.join import bridge, join
    from .paint.rework.settle import settle
    from .scene.between.bridges import bridged
    from .scene.geometry import Geometry
    from .scene.history import Event
    from .scene.ladder import Ladder, parse_ladder
    from .scene.stack import ZoomStack
    from .spaces.fitted.fit import fit_operators
    from .spaces.fitted.space import FittedSpace
    from .spaces.fitting.fidelity import fidelity
    from .spaces.twin.fit import fit_twin
    from .spaces.twin.space import TwinSpace
    from .windows.descent import Descent
    from .windows.multidiffusion import MultiDiffusion
    from .windows.multiscale import Correction, MultiScale
    from .windows.tiling import Tiling

__version__ = "0.1.0"

_HOME = {
    "Alignment": "measure.align.align",
    "Consensus": "joint.consensus",
    "Correction": "windows.multiscale",
    "Descent": "windows.descent",
    "Draft": "paint.rework.draft",
    "Event": "scene.history",
    "FittedSpace": "spaces.fitted.space",
    "Geometry": "scene.geometry",
    "JointDenoiser": "joint.denoiser",
    "Ladder": "scene.ladder",
    "MultiDiffusion": "windows.multidiffusion",
    "MultiScale": "windows.multiscale",
    "Path": "film.path",
    "PhotoAnchor": "joint.anchor",
    "Tiling": "windows.tiling",
    "TwinSpace": "spaces.twin.space",
    "ZoomStack": "scene.stack",
    "again": "paint.rework.again",
    "agreement": "joint.blend",
    "align": "measure.align.align",
    "apart": "paint.rework.apart",
    "blend": "joint.blend",
    "branch": "paint.rework.branch",
    "bridge": "paint.rework.join",
    "bridged": "scene.between.bridges",
    "cut": "paint.rework.cut",
    "extend": "paint.rework.extend",
    "fidelity": "spaces.fitting.fidelity",
    "fit_operators": "spaces.fitted.fit",
    "fit_twin": "spaces.twin.fit",
    "frames": "film.frames",
    "insert": "paint.rework.insert",
    "join": "paint.rework.join",
    "load_stack": "files.stack_file",
    "parse_ladder": "scene.ladder",
    "render": "joint.render",
    "render_noise": "joint.render",
    "sample": "joint.sample",
    "save_stack": "files.stack_file",
    "settle": "paint.rework.settle",
}

__all__ = [
    "Alignment",
    "Consensus",
    "Correction",
    "Descent",
    "Draft",
    "Event",
    "FittedSpace",
    "Geometry",
    "JointDenoiser",
    "Ladder",
    "MultiDiffusion",
    "MultiScale",
    "Path",
    "PhotoAnchor",
    "Tiling",
    "TwinSpace",
    "ZoomStack",
    "again",
    "agreement",
    "align",
    "apart",
    "blend",
    "branch",
    "bridge",
    "bridged",
    "cut",
    "extend",
    "fidelity",
    "fit_operators",
    "fit_twin",
    "frames",
    "insert",
    "join",
    "load_stack",
    "parse_ladder",
    "render",
    "render_noise",
    "sample",
    "save_stack",
    "settle",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value
