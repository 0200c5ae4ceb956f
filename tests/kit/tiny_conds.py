"""Conditionings for the models of ``tiny_models.py``, and what can be hung on them: several rows in
one entry, areas, parts of the schedule, a ControlNet.

All are plain CONDITIONING lists; none changes the one it is given.
"""

from typing import Any

import torch
from tiny_families import SD15_MIDDLE
from tiny_models import TOY_CONTEXT, Conditioning, import_comfy, randn


def toy_cond(prompt_seed: int, tokens: int = 5, width: int = TOY_CONTEXT) -> Conditioning:
    """A random "prompt": different seeds give different pictures."""
    # One vector for the subject and one per word, so that the mean over words says something.
    words = randn(prompt_seed, 1, tokens + 1, width)
    return [[words[:, 1:] + words[:, :1], {}]]


def stack(conds: list[Conditioning]) -> Conditioning:
    """One entry whose tensors have a row per level: the only per-level form ComfyUI knows itself.

    All must have one entry and as many tokens; scalars (sizes, guidance) are taken from the first.
    """
    (first, extras), dicts = conds[0][0], [c[0][1] for c in conds]
    merged = {
        key: torch.cat([d[key] for d in dicts]) if isinstance(value, torch.Tensor) else value
        for key, value in extras.items()
    }
    return [[torch.cat([c[0][0] for c in conds]) if first is not None else None, merged]]


def with_values(cond: Conditioning, **values: Any) -> Conditioning:
    """A copy of `cond` with `values` in every entry's dict (the tensors are shared)."""
    return [[tensor, {**extras, **values}] for tensor, extras in cond]


def in_area(
    cond: Conditioning, h: int, w: int, y: int, x: int, strength: float = 1.0
) -> Conditioning:
    """As ConditioningSetArea, in latent pixels. Outside the area the prediction is zero, unless
    another entry covers it."""
    return with_values(cond, area=(h, w, y, x), strength=strength, set_area_to_bounds=False)


def during(cond: Conditioning, start: float, end: float) -> Conditioning:
    """As ConditioningSetTimestepRange: `cond` counts between these fractions of the schedule."""
    return with_values(cond, start_percent=start, end_percent=end)


def controlnet(model_family: str = "toy", hint: torch.Tensor | None = None, **options: Any) -> Any:
    """Something for the key "control": ``with_values(cond, control=controlnet())``.

    It adds the hint's brightness, channel by channel with seeded signs, to the toy's x0 or to the
    features in the middle of the tiny SD1.5. `hint` is ``[B,3,H,W]`` in 0..1 (default: a disc).
    Options: ``strength``, ``start``, ``end``, ``channels``, ``seed``.
    """
    import_comfy()
    import comfy.controlnet
    import comfy.utils

    channels, stride = {"toy": (options.get("channels", 4), 1), "sd15": SD15_MIDDLE}[model_family]
    signs = randn(options.get("seed", 0) + 7, 1, channels, 1, 1).sign()

    class Control(comfy.controlnet.ControlBase):
        def get_control(self, x_noisy, t, cond, batched_number, transformer_options):
            before = None
            if self.previous_controlnet is not None:
                before = self.previous_controlnet.get_control(
                    x_noisy, t, cond, batched_number, transformer_options
                )
            begin, end = self.timestep_range
            if t[0] > begin or t[0] < end:
                return before
            h, w = x_noisy.shape[-2] // stride, x_noisy.shape[-1] // stride
            if self.cond_hint is None or self.cond_hint.shape[-2:] != (h, w):
                hint = self.cond_hint_original.mean(1, keepdim=True)
                self.cond_hint = comfy.utils.common_upscale(hint, w, h, "area", "center")
            if self.cond_hint.shape[0] != x_noisy.shape[0]:  # as stock, and as destructive
                self.cond_hint = comfy.controlnet.broadcast_image_to(
                    self.cond_hint, x_noisy.shape[0], batched_number
                )
            residual = (self.cond_hint * signs).expand(x_noisy.shape[0], -1, -1, -1).clone()
            return self.control_merge(
                {"input": [], "middle": [residual], "output": []}, before, None
            )

        def copy(self):
            other = type(self)()
            self.copy_to(other)
            return other

    if hint is None:
        axis = torch.linspace(-1, 1, 64)
        hint = (axis.view(-1, 1) ** 2 + axis**2 < 0.5).float().expand(1, 3, 64, 64)
    control = Control()
    control.set_cond_hint(
        hint, options.get("strength", 1.0), (options.get("start", 0.0), options.get("end", 1.0))
    )
    return control


def stock_control(kind: str, hint: torch.Tensor, **options: Any) -> Any:
    """ComfyUI's own control classes around a model of a line, for the toys of 4 channels.

    `kind` is "controlnet", whose model also looks at its Union type and at the ``mask`` beside the
    hint, or "t2i", which keeps what it made of its hint. Options: ``strength``, ``start``, ``end``,
    ``mask`` (rows, 1, H, W), ``type``.
    """
    import_comfy()
    import comfy.controlnet

    signs = randn(17, 1, 4, 1, 1).sign()

    class Adapter(torch.nn.Module):
        unshuffle_amount = 8

        def forward(self, x):
            shown = torch.nn.functional.avg_pool2d(x.mean(1, keepdim=True), 8)
            return {"input": [], "middle": [shown * signs], "output": []}

    class Network(torch.nn.Module):
        dtype = torch.float32

        def forward(self, x, hint, timesteps, context, control_type=(), **extra):
            shown = torch.nn.functional.avg_pool2d(hint, 8)
            shown = shown[:, :3].mean(1, keepdim=True) * shown[:, 3:]
            if len(shown) not in (1, len(x)):
                raise ValueError(f"{len(shown)} hints for {len(x)} rows")
            return {
                "input": [],
                "middle": [(1 + sum(control_type)) * shown * signs + 0 * x],
                "output": [],
            }

    if kind == "t2i":
        control = comfy.controlnet.T2IAdapter(Adapter(), 3, 8, "nearest-exact", torch.device("cpu"))
    else:
        control = comfy.controlnet.ControlNet(
            Network(), load_device=torch.device("cpu"), concat_mask=True
        )
        control.set_extra_arg("control_type", options.get("type", []))
    return control.set_cond_hint(
        hint,
        options.get("strength", 1.0),
        (options.get("start", 0.0), options.get("end", 1.0)),
        extra_concat=[options["mask"]] if "mask" in options else [],
    )
