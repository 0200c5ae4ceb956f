"""The free levels of a draft, sampled by the loaded model while all others are held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ...zoomstack.files.fingerprint import fingerprint
from ...zoomstack.linear.precision import working
from ...zoomstack.linear.sizes import resized
from ...zoomstack.paint.rework.draft import Draft
from ...zoomstack.paint.rework.settle import settle
from ...zoomstack.scene.settings import Settings
from ...zoomstack.scene.stack import ZoomStack
from ...zoomstack.spaces.pairs import patch
from ...zoomstack.spaces.plain import as_space, plain_space
from .. import host
from ..conditioning.rows import Rows
from ..host.layout import layout_of, ratio_of
from .autoencoder import Levels
from .checkpoint import recorded
from .held import Held
from .levels import Run, Scene
from .options import Options
from .painter import Painter
from .told import end_line
from .ways import Given


@dataclass(frozen=True)
class HeldPlan:
    """What is known of a draft before its free levels are sampled; ``start`` makes the run."""

    draft: Draft
    given: Given  # with what is held
    teller: host.Teller

    def start(self, site: host.Site) -> Run:
        layout = layout_of(site.latent_format, site.shape)
        rows, columns = layout.grid(torch.empty(site.shape, device="meta"))
        stack = self.draft.stack
        scene = Scene(stack.geometry.resized(rows, columns), stack.prompts, stack.bridges)
        return Run(self.given, Levels(site, layout), scene, self.teller)


@dataclass(frozen=True)
class Rework:
    """How free levels are made: by which model, from which prompts of theirs, and how."""

    vae: Any
    how: host.Sampling  # prompts row by row: see ``asked``
    options: Options
    teller: host.Teller
    small_vae: Any = None
    wider: float = 1.0
    denoise: float = 1.0
    checkpoint: str = ""
    hidden: Any = None  # the host's, with the workflow
    settings: tuple[Settings, ...] = ()  # the free levels' own, row by row; none where all plain

    def __call__(self, draft: Draft) -> ZoomStack:
        """The draft's stack with its free levels made; held ones keep their pixels to the bit.

        Raises ``ValueError`` where model, VAE and options do not fit together.
        """
        painter = Painter(self.vae, self.how)
        g = draft.stack.geometry
        # Frames are shares of a level: another size keeps them, where padding would move them.
        height, width = painter.padded_size(g.height, g.width)
        levels = working(draft.stack.levels).float()
        pictures = torch.stack([resized(level, (height, width)) for level in levels])
        rows = Rows(draft.free, len(levels))
        held = Held(rows, pictures, self.wider)
        stays = None if held.rows.whole else held
        given = Given(self.options, (), self.vae, self.small_vae, stays, self.settings)
        made = self._sampled(draft, held, given)
        made = torch.stack([resized(level, (g.height, g.width)) for level in made]).clamp(0, 1)
        line = end_line(held.all(made, levels), as_space(g), new=draft.free)
        if line:
            self.teller.add(line)
        weights = given.consensus.weights
        return settle(draft, made, self.how.seed, self.wider, self.options.feather, weights)

    def _sampled(self, draft: Draft, held: Held, given: Given) -> Tensor:
        """The free levels, (F, 3, H, W), at the size of those that are held."""
        model = host.install_levels(self.how.model, HeldPlan(draft, given, self.teller))
        if self.checkpoint:
            model = recorded(model, self.checkpoint, Told(draft, self), self.teller)
        how = self._shown(draft, held)._replace(model=model)
        samples = host.sample(how, {"samples": self._start(held)}, self.denoise)["samples"]
        if not torch.isfinite(samples).all():
            raise ValueError(
                "The model made NaN or infinite values. Run it in a wider precision (bf16 or "
                "fp32), or lower cfg."
            )
        return host.decode_pictures(self.vae, samples).float()

    def _start(self, held: Held) -> Tensor:
        """What the sampler adds noise to: what is known of the rows, or nothing."""
        pictures = held.of(held.pictures)
        if self.denoise < 1:
            return host.encode_pictures(self.vae, pictures)
        format = self.how.model.get_model_object("latent_format")
        sides = (side // ratio_of(format) for side in pictures.shape[-2:])
        return torch.zeros(len(pictures), format.latent_channels, *sides)

    def _shown(self, draft: Draft, held: Held) -> host.Sampling:
        """A model made for inpainting is shown the held level below, in its place."""
        if not host.takes_masked_picture(self.how.model):
            return self.how
        unknown = torch.ones(held.rows.of, *held.pictures.shape[-2:])
        space = plain_space(draft.stack.geometry.resized(*held.pictures.shape[-2:]))
        for parent, child in space.geometry.neighbours:
            link = space.link(parent, child)
            if link is not None and child in held.levels:
                patch(unknown[parent], link)[...] = 0
        masks = held.of(unknown)
        if masks.all():
            return self.how
        positive, negative = host.shown_masked(
            self.how.positive, self.how.negative, self.vae, held.of(held.pictures), masks
        )
        return self.how._replace(positive=positive, negative=negative)


@dataclass(frozen=True)
class Told:
    """What a run of a draft is of beyond what the stock sampler is told."""

    draft: Draft
    rework: Rework

    def fingerprints(self) -> dict[str, str]:
        """By the name of the input, for a message that says which of them has changed."""
        stack, rework = self.draft.stack, self.rework
        small = rework.small_vae
        return {
            "stack": fingerprint(stack.levels, stack.geometry),
            "levels": fingerprint(self.draft.free, self.draft.deed),
            "wider": fingerprint(rework.wider),
            "vae": host.weights(rework.vae.patcher),
            "small_vae": "" if small is None else host.weights(small.patcher),
            "options": fingerprint(rework.options),
            "settings": fingerprint(rework.settings),
            # For what hangs on a model or a prompt and is known only by how it was made.
            "workflow": host.workflow_above(rework.hidden),
        }
