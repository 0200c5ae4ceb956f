"""Generative zoom: one scene, many scales, sampled together.

An implementation of Wang et al., "Generative Powers of Ten" (2023, arXiv 2312.02149) that needs no
ComfyUI. Level 0 is the widest view; a stack is a plain (N, C, H, W) tensor, and a ``Geometry``
says how its levels sit in each other. Names load on first use, so importing this costs nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .anchor import PhotoAnchor
    from .blend import agreement, blend
    from .descent import Descent
    from .fidelity import fidelity
    from .files import load_stack, save_stack
    from .fit import fit_operators
    from .fit_twin import fit_twin
    from .fitted import FittedSpace
    from .frames import frames
    from .geometry import Geometry
    from .joint import Consensus, JointDenoiser
    from .ladder import Ladder, parse_ladder
    from .multiscale import Correction, MultiScale
    from .path import Path
    from .render import render, render_noise
    from .sample import sample
    from .stack import ZoomStack
    from .twin import TwinSpace
    from .windows import MultiDiffusion, Tiling

__version__ = "0.1.0"

_HOME = {
    "Consensus": "joint",
    "Correction": "multiscale",
    "Descent": "descent",
    "FittedSpace": "fitted",
    "Geometry": "geometry",
    "JointDenoiser": "joint",
    "Ladder": "ladder",
    "MultiDiffusion": "windows",
    "MultiScale": "multiscale",
    "Path": "path",
    "PhotoAnchor": "anchor",
    "Tiling": "windows",
    "TwinSpace": "twin",
    "ZoomStack": "stack",
    "agreement": "blend",
    "blend": "blend",
    "fidelity": "fidelity",
    "fit_operators": "fit",
    "fit_twin": "fit_twin",
    "frames": "frames",
    "load_stack": "files",
    "parse_ladder": "ladder",
    "render": "render",
    "render_noise": "render",
    "sample": "sample",
    "save_stack": "files",
}

__all__ = [
    "Consensus",
    "Correction",
    "Descent",
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
    "agreement",
    "blend",
    "fidelity",
    "fit_operators",
    "fit_twin",
    "frames",
    "load_stack",
    "parse_ladder",
    "render",
    "render_noise",
    "sample",
    "save_stack",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


class _Package(ModuleType):
    """Keeps a promised name from a module of that name: ``frames`` is both, and Python binds a
    package's attribute to each module that is imported from it, by whomever."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
