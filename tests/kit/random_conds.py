"""Random graphs of ComfyUI's own conditioning nodes behind a ladder, the same for the same seed.

``ladder_conds`` makes what comes out of the graph, one CONDITIONING for all levels; ``of_level`` is
the oracle: what is left of it where a level is sampled alone, by the stock sampler.
"""

import random
from collections.abc import Callable
from typing import Any

import torch
from tiny_conds import stock_control
from tiny_models import Conditioning, import_comfy

TAG = "zoom_level"
SIDE = 16  # of the latents, in cells


def ladder_conds(
    seed: int, levels: int, make_cond: Callable[..., Conditioning], controlled: bool, film: bool
) -> dict[str, Conditioning]:
    """Positive and negative; ``controlled`` for a toy of 4 channels, ``film`` for 5-D latents."""
    draw = random.Random(seed)
    graph = _Graph(draw, levels, make_cond)
    kinds = {kind: graph.ladder() for kind in ("positive", "negative")}
    kinds = {kind: graph.grown(cond, film) for kind, cond in kinds.items()}
    if controlled and draw.random() < 0.6:
        kinds = graph.with_control(kinds)
    return kinds


def of_level(cond: Conditioning, level: int, levels: int, film: bool) -> Conditioning:
    """The entries for a level, with its own row of whatever has one a level."""
    own = []
    for tensor, extras in cond:
        if extras.get(TAG, level) != level:
            continue
        alone = {key: value for key, value in extras.items() if key != TAG}
        if len(alone.get("mask", ())) == levels:
            alone["mask"] = alone["mask"][level : level + 1]
        if film and alone.get("area", (0,))[0] == "percentage":  # which ComfyUI has none of there
            alone["area"] = tuple(round(part * SIDE) for part in alone["area"][1:])
        if "control" in alone:
            alone["control"] = _alone(alone["control"], level)
        own.append([tensor, alone])
    return own


def _alone(control: Any, level: int) -> Any:
    if control is None:
        return None
    hint, made = control.cond_hint_original, control.copy()
    made.cond_hint_original = hint[level : level + 1] if len(hint) > 1 else hint
    made.timestep_percent_range = control.timestep_percent_range
    return made.set_previous_controlnet(_alone(control.previous_controlnet, level))


class _Graph:
    def __init__(
        self, draw: random.Random, levels: int, make_cond: Callable[..., Conditioning]
    ) -> None:
        import_comfy()
        import nodes

        self.draw, self.levels, self.make_cond, self.nodes = draw, levels, make_cond, nodes

    def prompt(self) -> Conditioning:
        return self.make_cond(self.draw.randrange(1000), tokens=self.draw.choice((5, 5, 5, 7)))

    def ladder(self) -> Conditioning:
        """A prompt a level, or one for all."""
        if self.draw.random() < 0.2:
            return self.prompt()
        return [
            [tensor, {**extras, TAG: level}]
            for level in range(self.levels)
            for tensor, extras in self.prompt()
        ]

    def grown(self, cond: Conditioning, film: bool) -> Conditioning:
        """Combined with up to three others: for all levels, or for one."""
        for _ in range(self.draw.randrange(4)):
            other = self.ladder() if self.draw.random() < 0.5 else self.prompt()
            for _ in range(self.draw.randrange(1, 3)):
                other = self.placed(other, film)
            if self.draw.random() < 0.4:
                level = self.draw.randrange(self.levels)
                other = [[t, {**e, TAG: level}] for t, e in other if e.get(TAG, level) == level]
            cond = self.nodes.ConditioningCombine().combine(cond, other)[0]
        return cond

    def placed(self, cond: Conditioning, film: bool) -> Conditioning:
        draw, nodes = self.draw, self.nodes
        cells = [draw.choice((4, 6, 8)) for _ in range(2)]
        at = [draw.randrange(0, SIDE - size + 1) for size in cells]
        strength = draw.choice((0.5, 1.0, 1.7))
        kind = draw.randrange(6)
        if kind == 0:
            pixels = [8 * n for n in (*cells, *at)]
            return nodes.ConditioningSetArea().append(cond, *pixels, strength)[0]
        if kind == 1:
            parts = [n / SIDE for n in (*cells, *at)]
            return nodes.ConditioningSetAreaPercentage().append(cond, *parts, strength)[0]
        if kind == 2:
            return nodes.ConditioningSetAreaStrength().append(cond, strength)[0]
        if kind == 3:
            bounds = "default" if film or draw.random() < 0.5 else "mask bounds"
            return nodes.ConditioningSetMask().append(cond, self.masks(), bounds, strength)[0]
        if kind == 4:
            middle = draw.choice((0.3, 0.6))
            span = draw.choice(((0.0, middle), (middle, 1.0)))
            return nodes.ConditioningSetTimestepRange().set_range(cond, *span)[0]
        return nodes.ConditioningConcat().concat(cond, self.prompt())[0]

    def masks(self) -> torch.Tensor:
        masks = torch.zeros(self.draw.choice((1, self.levels)), 32, 32)
        for mask in masks:
            top, left = (self.draw.randrange(0, 16) for _ in range(2))
            mask[top : top + self.draw.randrange(6, 16), left : left + 16] = 1
        return masks

    def with_control(self, kinds: dict[str, Conditioning]) -> dict[str, Conditioning]:
        """One ControlNet or two, with a hint for all levels or one a level."""
        nodes, draw = self.nodes, self.draw
        positive, negative = kinds["positive"], kinds["negative"]
        for _ in range(draw.randrange(1, 3)):
            rows = draw.choice((1, self.levels))
            seeded = torch.Generator().manual_seed(draw.randrange(1000))
            images = torch.rand(rows, 128, 128, 3, generator=seeded).round()
            net = stock_control("controlnet", images[:1].movedim(-1, 1), type=[1])
            if draw.random() < 0.3 and not any("control" in e for _, e in (*positive, *negative)):
                positive = nodes.ControlNetApply().apply_controlnet(positive, net, images, 0.7)[0]
                continue
            span = draw.choice(((0.0, 1.0), (0.0, 0.5), (0.3, 1.0)))
            positive, negative = nodes.ControlNetApplyAdvanced().apply_controlnet(
                positive, negative, net, images, 1.5, *span
            )
        return {"positive": positive, "negative": negative}
