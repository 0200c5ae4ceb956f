"""A run of joint sampling: what the wrappers of a MODEL ask of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ...zoomstack.joint.hold.parts import hold_parts
from ...zoomstack.measure.noise import alike
from ...zoomstack.scene.geometry import Geometry
from ...zoomstack.scene.ladder import Ladder
from ...zoomstack.scene.sheet import grid, sheet
from ...zoomstack.spaces.codec import Codec
from ...zoomstack.spaces.plain import as_space
from .. import host
from ..conditioning.levels import Router
from ..conditioning.rows import Rows
from ..host.layout import Layout, check_grid, layout_of
from .autoencoder import Levels
from .meeting import meet
from .options import Options
from .own import unheard
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
        layout = layout_of(site.latent_format, site.shape)
        ladder = self.ladder
        own = ladder.own if ladder.settings else ()
        given = Given(self.options, self.anchors, self.vae, self.small_vae, settings=own)
        geometry = ladder.geometry(*grid_of_rows(layout, site))
        scene = Scene(geometry, ladder.prompts, ladder.bridges)
        return Run(given, Levels(site, layout), scene, self.teller)


class Scene(NamedTuple):
    """What the levels of a run are, held ones too: their geometry as level pictures, and texts."""

    geometry: Geometry
    prompts: tuple[str, ...]
    bridges: tuple[bool, ...] = ()


def grid_of_rows(layout: Layout, site: host.Site) -> tuple[int, int]:
    """Rows and columns of the level pictures that a run's latent holds."""
    return layout.grid(torch.empty(site.shape, device="meta"))


class Run:
    """``host.LevelsRun``: one sampling of levels, of all there are where none is held."""

    def __init__(
        self, given: Given, levels: Levels, scene: Scene, teller: host.Teller | None
    ) -> None:
        site, options = levels.site, given.options
        self.rows = given.held.rows if given.held else Rows.all(scene.geometry.levels)
        self.levels = len(self.rows.levels)
        self.alone = self.rows.of == 1
        self.router = Router(self.levels, site.repeats_text)
        self.most = min(options.levels_per_batch, self.levels)
        self.shares_noise = options.shared_noise
        self.seeds, self.cfgs = given.seeds, given.cfgs
        self._layout, self._options, self._site = levels.layout, options, site
        self._teller, self._anchors, self._scene = teller, given.anchors, scene
        self._held = given.held
        self._behind: Tensor | None = None  # the sheet of what is held
        self._predicted: Tensor | None = None  # the last levels, as they were before they met
        self._watch = Watch()
        ways = Ways(given, levels, scene.geometry)
        self._pixels = as_space(ways.pixels)
        self._meeting = meet(ways, self._say)
        self._idle = self.alone and not given.anchors
        for photo in given.anchors:
            line = photo.cropped(ways.pixels.height, ways.pixels.width)
            if line:
                self._add(line)
        positive = site.conds.get("positive", [])
        for line in unheard(given.settings, self.rows.levels, options, positive):
            self._add(line)
        self._progress = Progress(teller.show) if teller else None

    @property
    def vae(self) -> Any:
        """The VAE that levels go through while they are sampled; None where there is none."""
        return self._meeting.vae

    def noise(self, white: Tensor) -> Tensor:
        """White noise of the latent's shape, shared by the levels."""
        return self._layout.latent(self._meeting.coupler.noise(self._layout.views(white)))

    def look(self, noisy: Tensor) -> None:
        """Say so where the noise of a latent to start from is not shared by the levels."""
        if not self.rows.whole:
            return  # what is held holds no noise
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

    def sigma(self) -> float:
        return self._watch.now

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
        coupler, views = self._meeting.coupler, self._layout.views(latent)
        # What meets held levels does so as at the end of the steps.
        met = coupler.consensus(views, coupler.space) if self.rows.whole else coupler(views, 0.0)
        return self._layout.latent(met)

    def ends_coupled(self) -> bool:
        return self._options.couple_end >= 1 and self._options.coupling != "independent"

    def sheet(self, x0: Tensor) -> Tensor:
        """All levels side by side in a latent of about one level's size, for the preview.

        Where levels have just met as pictures, it shows these: encoded once, on their sheet. So are
        those that are held, once and for all.
        """
        layout, meeting, held = self._layout, self._meeting, self._held
        if meeting.seen and meeting.seen.after is not None and meeting.codec:
            met = meeting.seen.after
            pictures = met if held is None else held.all(met, held.pictures)
            return layout.latent(self._encoded_sheet(meeting.codec, pictures).to(x0))
        views = layout.views(x0)
        if held is None or held.rows.whole or meeting.codec is None:
            return layout.latent(sheet(views, layout.shuffle)[None])
        if self._behind is None:
            self._behind = self._encoded_sheet(meeting.codec, held.pictures)
        return layout.latent(held.sheet(views, self._behind.to(views), layout.shuffle))

    def _encoded_sheet(self, codec: Codec, pictures: Tensor) -> Tensor:
        return codec.encode(sheet(pictures, codec.ratio * self._layout.shuffle)[None])

    def about_sheet(self) -> dict[str, Any]:
        """How the sheet is laid out, and where its levels lie: for the Explorer, to show a zoom."""
        rows, columns = grid(self.rows.of)
        geometry = self._scene.geometry
        return {
            "levels": self.rows.of,
            "rows": rows,
            "columns": columns,
            "width": geometry.width,
            "height": geometry.height,
            "zooms": list(geometry.zooms),
            "focus": [list(point) for point in geometry.focus],
            "closed": geometry.closed,
            "prompts": list(self._scene.prompts),
            "bridges": list(self._scene.bridges),
        }

    def tell(self, step: int, total: int) -> None:
        """Show how far the run is, and how well neighbours agree before they meet."""
        if self._progress and self._predicted is not None:
            views = self._predicted
            self._progress.tell(step, total, lambda: self._seen(views))

    def end(self, latent: Tensor) -> None:
        """Say how well the levels agree in pixels, and how well photos were kept.

        Not where it would take the model's own VAE, which is asked for a photo's sake alone, nor
        where levels are held: who decodes the others knows both.
        """
        meeting = self._meeting
        asked = meeting.seen is not None or len(self._anchors) > 0
        if self._teller and meeting.codec and asked and not self._idle and self._held is None:
            pictures = meeting.codec.decode(self._layout.views(latent)).clamp(0, 1)
            line = end_line(pictures, self._pixels, self._anchors)
            if line:
                self._add(line)

    def _seen(self, views: Tensor) -> Seen:
        """Levels before they met: as pictures, where they are."""
        meeting, held = self._meeting, self._held
        if meeting.seen is not None and meeting.seen.before is not None:
            seen = meeting.seen.before.clamp(0, 1)
            pictures = seen if held is None else held.all(seen, held.pictures)
            return Seen(pictures, self._pixels, 1.0, self.rows.levels)
        if held is not None and meeting.beside is not None:
            views = held.all(views, meeting.beside)
        return Seen(views, meeting.coupler.space, None, self.rows.levels)

    def _say(self, line: str) -> None:
        if self._teller:
            self._teller.say(line)

    def _add(self, line: str) -> None:
        if self._teller:
            self._teller.add(line)
