"""Toy models that ComfyUI's own samplers accept as MODEL, and a way to watch any model at work.

A toy is a real ``comfy.model_base.BaseModel`` (its noise schedule, its conditioning code, its
``ModelPatcher``) around a network of a few lines, so a test can say *what* the model predicts.
Tiny instances of real architectures are in ``tiny_families.py``, prompts and what hangs on them in
``tiny_conds.py``, autoencoders in ``tiny_vae.py``.

Nothing here imports ComfyUI until a function is called: `import_comfy` does it, once.
"""

import functools
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from checkout import TREE

TOY_CONTEXT = 32
"""Width of a toy's cross-attention context. Any other width works too."""

Conditioning = list[list[Any]]
"""ComfyUI's CONDITIONING: ``[[tensor, dict], ...]``."""

Respond = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
"""``respond(x, sigma, context) -> x0`` with x ``[B,C,H,W]``, sigma ``[B]``, context ``[B,T,D]``."""


def import_comfy() -> Path:
    """Put ComfyUI's tree first on ``sys.path``, choose the CPU, and return the tree's folder.

    First, because this repository has a ``nodes`` folder and ComfyUI a ``nodes.py``. And one
    thread: tiny models gain nothing from a second, and on a busy machine threads that wait for
    each other make them many times slower.
    """
    if not (TREE / "comfy" / "samplers.py").is_file():
        raise FileNotFoundError(f"no ComfyUI at {TREE}: set ZOOMSTACK_COMFYUI to its folder")
    taken = getattr(sys.modules.get("nodes"), "__file__", None)
    if "nodes" in sys.modules and (not taken or Path(taken).resolve().parent != TREE):
        raise ImportError(f"'nodes' is already imported from {taken}, not from {TREE}")
    if sys.path[0] != str(TREE):
        sys.path.insert(0, str(TREE))
    torch.set_num_threads(1)
    import comfy.cli_args

    comfy.cli_args.args.cpu = True  # before comfy.model_management looks for a device
    return TREE


# --- looking on -----------------------------------------------------------------------------------


class Call(NamedTuple):
    """One call of the diffusion model, as a test wants to know it."""

    shape: tuple[int, ...]
    """Of x: the batch is levels times fused entries (positive and negative)."""
    sigma: tuple[float, ...]
    """The noise level of each row."""
    context: tuple[int, ...] | None
    """Shape of the cross-attention context."""
    entries: tuple[int, ...]
    """Which list each fused entry came from: 0 positive, 1 negative (ComfyUI puts it first)."""
    control: bool
    """Whether a ControlNet had something to say."""


def watch(model: Any) -> list[Call]:
    """Record every call of `model` from now on. Clones made later record in the same list.

    Keep models and their clones in fixtures, not in globals: a ModelPatcher that outlives ComfyUI's
    modules prints an exception when the interpreter ends.
    """
    import_comfy()
    from comfy.patcher_extension import WrappersMP

    calls: list[Call] = []

    def note(executor, x, t, c_concat, context, control, options, **kwargs):
        calls.append(
            Call(
                shape=tuple(x.shape),
                sigma=tuple(t.tolist()),
                context=None if context is None else tuple(context.shape),
                entries=tuple(options.get("cond_or_uncond", ())),
                control=control is not None,
            )
        )
        return executor(x, t, c_concat, context, control, options, **kwargs)

    model.add_wrapper_with_key(WrappersMP.APPLY_MODEL, "watch", note)
    return calls


# --- the toy --------------------------------------------------------------------------------------


def toy_model(kind: str, channels: int = 4, respond: Respond | None = None, seed: int = 0) -> Any:
    """A MODEL of parameterisation `kind` ("eps", "v" or "flow") that predicts ``respond(...)``.

    The network turns the wanted x0 into what its parameterisation calls for, at the exact sigma
    it was asked at; ComfyUI turns it back. Rows never look at one another.
    """
    import_comfy()
    import comfy.latent_formats
    import comfy.model_base
    import comfy.model_patcher
    import comfy.supported_models

    model_type = {
        "eps": comfy.model_base.ModelType.EPS,
        "v": comfy.model_base.ModelType.V_PREDICTION,
        "flow": comfy.model_base.ModelType.FLOW,
    }[kind]

    class Toy(comfy.model_base.BaseModel):
        def _apply_model(self, x, t, *args, **kwargs):
            # A discrete schedule rounds sigma to its nearest timestep; a toy wants it unrounded.
            self.diffusion_model.sigma = t
            return super()._apply_model(x, t, *args, **kwargs)

    config = comfy.supported_models.SD15({"disable_unet_model_creation": True})
    if kind == "flow":  # as SD3: also a latent space with an offset
        config.sampling_settings = {"shift": 3.0}
        config.latent_format = comfy.latent_formats.SD3()
    config.latent_format.latent_channels = channels
    model = Toy(config, model_type)
    model.diffusion_model = _ToyNet(kind, respond or _Dream(channels, seed))
    cpu = torch.device("cpu")
    return comfy.model_patcher.ModelPatcher(model, load_device=cpu, offload_device=cpu)


class _ToyNet(torch.nn.Module):
    """Expresses a wanted x0 as noise (eps), as velocity of the variance-preserving path (v), or as
    velocity of the straight path (flow)."""

    dtype = torch.float32

    def __init__(self, kind: str, respond: Respond) -> None:
        super().__init__()
        self.kind, self.respond = kind, respond
        self.sigma = torch.ones(1)

    def forward(self, x, timestep, context=None, control=None, transformer_options=None, **_):
        sigma = self.sigma.to(x)
        s = sigma.view(-1, 1, 1, 1)
        if self.kind != "flow":
            x = x * (s**2 + 1).sqrt()  # ComfyUI hands over the unit-variance form
        if context is None:
            context = x.new_zeros(x.shape[0], 1, TOY_CONTEXT)
        x0 = self.respond(x, sigma, context)
        if control is not None and control["middle"]:
            x0 = x0 + control["middle"].pop()
        if self.kind == "v":
            return (x / (s**2 + 1) - x0) * (s**2 + 1).sqrt() / s
        return (x - x0) / s


class _Dream(torch.nn.Module):
    """The default answer: a pattern chosen by the prompt, plus what a small filter sees in x."""

    def __init__(self, channels: int, seed: int) -> None:
        super().__init__()
        self.channels, self.seed = channels, seed
        kernel = randn(seed, channels, channels, 3, 3) / (3 * math.sqrt(channels))
        self.register_buffer("kernel", kernel)

    def forward(self, x: torch.Tensor, sigma: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        b, c, h, w = x.shape
        words = context.mean(1) @ _projection(self.seed, context.shape[-1], 3 * c)
        level, across, down = words.view(b, 3, c, 1, 1).unbind(1)
        u = torch.arange(w, dtype=x.dtype) / w * 2 * math.pi
        v = torch.arange(h, dtype=x.dtype).view(h, 1) / h * 2 * math.pi
        pattern = torch.tanh(level + across * u.sin() + down * v.cos())
        unit = x / (sigma.view(-1, 1, 1, 1) ** 2 + 1).sqrt()
        seen = F.conv2d(F.pad(unit, (1, 1, 1, 1), mode="replicate"), self.kernel)
        return 0.5 * pattern + torch.tanh(2 * seen)


def randn(seed: int, *shape: int) -> torch.Tensor:
    """Seeded noise that leaves the global generator alone."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@functools.lru_cache
def _projection(seed: int, width: int, out: int) -> torch.Tensor:
    return randn(seed + 1, width, out) * 3 / math.sqrt(width)


def toy_latent(levels: int, h: int = 16, w: int = 16, channels: int = 4) -> torch.Tensor:
    """An empty latent: the argument of ``{"samples": ...}``."""
    return torch.zeros(levels, channels, h, w)
