"""A run of joint sampling: what the wrappers of a MODEL ask of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ...zoomstack.joint.hold.parts import hold_parts
from ...zoomstack.measure.noise import alike
from ...zoomstack.scene.ladder import Ladder
from ...zoomstack.scene.sheet import grid, sheet
from ...zoomstack.spaces.plain import as_space
from .. import host
from ..conditioning.levels import Router
from ..host.layout import check_grid, layout_of
from .autoencoder import Levels
from .meeting import meet
from .options import Options
from .photo import Photo
from .told import Progress, Seen, end_line
from .watch import Watch
from .ways import Given, Ways

SHARED = 0.3  # of 1: how alike noise must be to be taken for shared


@dataclass(frozen=True)
class Plan:
    """What is known before sampling starts; ``start`` makes the run."""

    ladder: Ladder
    options: Options
    anchors: tuple[Photo, ...] = ()
    vae: Any = None
    small_vae: Any = None
    teller: host.Teller | None = None  # says where the levels meet, and how the run goes

    def start(self, site: host.Site) -> Run:
        """Raises ``ValueError`` where ladder, latent, VAE and options do not fit together."""
        levels = site.shape[0]
        if levels != self.ladder.levels:
            raise ValueError(
                f"PromptLadder has {self.ladder.levels} levels but the latent holds {levels}; "
                f"change the ladder to {levels} lines, or pass {self.ladder.levels} latents."
            )
        check_grid(site.patcher, site.shape)
        return Run(self, Levels(site, layout_of(site.latent_format, site.shape)))


class Run:
    """``host.LevelsRun``: one sampling of all levels."""

    def __init__(self, plan: Plan, levels: Levels) -> None:
        site, layout = levels.site, levels.layout
        geometry = plan.ladder.geometry(*layout.grid(torch.empty(site.shape, device="meta")))
        self.levels = geometry.levels
        self.router = Router(self.levels, site.repeats_text)
        self.most = min(plan.options.levels_per_batch, self.levels)
        self.shares_noise = plan.options.shared_noise
        self._layout, self._options, self._site = layout, plan.options, site
        self._teller, self._anchors = plan.teller, plan.anchors
        self._geometry, self._prompts = geometry, plan.ladder.prompts
        self._predicted: Tensor | None = None  # the last levels, as they were before they met
        self._watch = Watch()
        given = Given(plan.options, plan.anchors, plan.vae, plan.small_vae)
        ways = Ways(given, levels, geometry)
        self._pixels = as_space(ways.pixels)
        self._meeting = meet(ways, self._say)
        self._idle = self.levels == 1 and not plan.anchors
        self._progress = Progress(plan.teller.show) if plan.teller else None

    @property
    def vae(self) -> Any:
        """The VAE that levels go through while they are sampled; None where there is none."""
        return self._meeting.vae

    def noise(self, white: Tensor) -> Tensor:
        """White noise of the latent's shape, shared by the levels."""
        return self._layout.latent(self._meeting.coupler.noise(self._layout.views(white)))

    def look(self, noisy: Tensor) -> None:
        """Say so where the noise of a latent to start from is not shared by the levels."""
        coupler = self._meeting.coupler
        shared = alike(self._layout.views(noisy), coupler.space)
        if shared is not None and shared < SHARED:
            self._add(
                "the latent holds noise that the levels do not share, so they may disagree: let "
                "the sampler add it (Random Noise for Disable Noise, add_noise enabled) in place "
                "of Add Noise"
            )

    def begin(self, sigma: Tensor) -> None:
        """A prediction is about to be made at ``sigma``."""
        self._watch.begin(sigma)
        if self._meeting.seen:
            self._meeting.seen.forget()

    def couple(self, x0: Tensor, free: Tensor | None = None) -> Tensor:
        """Predicted clean latents, one scene. Raises where an earlier one was not finite.

        What is not ``free``, of the same shape, stays as it is: 1 where it may change, 0 where not.
        """
        if self._idle:
            return x0
        if x0.shape[-2:] != self._site.shape[-2:]:
            raise ValueError(
                "The sampler changed the latent's size in the middle of its run, which a ladder's "
                "frames cannot follow; enlarge between two samplers instead (Upscale Latent)."
            )
        views = self._layout.views(x0)
        now = self._watch.see(views)
        self._predicted = views
        if not self._meeting.coupler.acts(now):
            return x0  # nor pay for a decoding
        met = self._meeting.couple(views, now)
        if free is not None:
            met = hold_parts(met, views, self._layout.views(free), self._meeting.coupler.space)
        return self._layout.latent(met)

    def check(self) -> None:
        """Raise ``ValueError`` for a prediction that was not finite."""
        self._watch.check()

    def finish(self) -> None:
        """All steps are done."""
        self.check()
        if self._progress:
            self._progress.finish()

    def settle(self, latent: Tensor) -> Tensor:
        """Clean latents, consistent in the space that the noise is shared in."""
        if self._meeting.in_pixels:
            return latent  # agrees in pixels, which one more pass through latents would undo
        coupler = self._meeting.coupler
        return self._layout.latent(coupler.consensus(self._layout.views(latent), coupler.space))

    def ends_coupled(self) -> bool:
        return self._options.couple_end >= 1 and self._options.coupling != "independent"

    def sheet(self, x0: Tensor) -> Tensor:
        """All levels side by side in a latent of about one level's size, for the preview.

        Where levels have just met as pictures, it shows these: encoded once, on their sheet.
        """
        layout, meeting = self._layout, self._meeting
        if meeting.seen and meeting.seen.after is not None and meeting.codec:
            pictures = sheet(meeting.seen.after, meeting.codec.ratio * layout.shuffle)
            return layout.latent(meeting.codec.encode(pictures[None]).to(x0))
        return layout.latent(sheet(layout.views(x0), layout.shuffle)[None])

    def about_sheet(self) -> dict[str, Any]:
        """How the sheet is laid out, and where its levels lie: for the Explorer, to show a zoom."""
        rows, columns = grid(self.levels)
        geometry = self._geometry
        return {
            "levels": self.levels,
            "rows": rows,
            "columns": columns,
            "width": geometry.width,
            "height": geometry.height,
            "zooms": list(geometry.zooms),
            "focus": [list(point) for point in geometry.focus],
            "closed": geometry.closed,
            "prompts": list(self._prompts),
        }

    def tell(self, step: int, total: int) -> None:
        """Show how far the run is, and how well neighbours agree before they meet."""
        if self._progress and self._predicted is not None:
            views = self._predicted
            self._progress.tell(step, total, lambda: self._seen(views))

    def end(self, latent: Tensor) -> None:
        """Say how well the levels agree in pixels, and how well photos were kept.

        Not where it would take the model's own VAE, which is asked for a photo's sake alone.
        """
        meeting = self._meeting
        asked = meeting.seen is not None or len(self._anchors) > 0
        if self._teller and meeting.codec and asked and not self._idle:
            pictures = meeting.codec.decode(self._layout.views(latent)).clamp(0, 1)
            line = end_line(pictures, self._pixels, self._anchors)
            if line:
                self._add(line)

    def _seen(self, views: Tensor) -> Seen:
        """Levels before they met: as pictures, where they are."""
        seen = self._meeting.seen
        if seen is not None and seen.before is not None:
            return Seen(seen.before.clamp(0, 1), self._pixels, 1.0)
        return Seen(views, self._meeting.coupler.space)

    def _say(self, line: str) -> None:
        if self._teller:
            self._teller.say(line)

    def _add(self, line: str) -> None:
        if self._teller:
            self._teller.add(line)
