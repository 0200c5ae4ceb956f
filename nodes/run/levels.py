"""A run of joint sampling: which space the levels meet in, and what the wrappers ask of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, get_args

import torch
from einops import rearrange
from torch import Tensor

from ...zoomstack.joint.anchor import PhotoAnchor
from ...zoomstack.joint.blend import Method, Weighting
from ...zoomstack.joint.consensus import Consensus, Coupling
from ...zoomstack.joint.coupler import Couple, Coupler
from ...zoomstack.joint.through_pixels import Finish, ThroughPixels
from ...zoomstack.scene.geometry import Geometry
from ...zoomstack.scene.ladder import Ladder
from ...zoomstack.spaces.choose import Kind
from ...zoomstack.spaces.plain import as_space
from ...zoomstack.spaces.space import Space
from .. import host
from ..conditioning.levels import Router
from ..host.layout import Layout, layout_of
from .photo import Photo
from .spaces import Autoencoder, change_encoder, fitted_space
from .told import Progress
from .watch import Watch

SpaceName = Literal["auto", "latent", "pixel"] | Kind
SPACES = ("auto", "latent", *get_args(Kind), "pixel")  # as the menu shows them


@dataclass(frozen=True)
class Options:
    """The sampler's advanced inputs; each is a switch of the paper's ablations or a limit."""

    space: SpaceName = "auto"
    pixel_steps: int = 1
    coupling: Coupling = "joint"
    blend: Method = "laplacian"
    weighting: Weighting = "snr"
    feather: float = 0.25
    shared_noise: bool = True
    couple_start: float = 0.0
    couple_end: float = 1.0
    levels_per_batch: int = 0


@dataclass(frozen=True)
class Plan:
    """What is known before sampling starts; ``start`` makes the run."""

    ladder: Ladder
    options: Options
    anchors: tuple[Photo, ...] = ()
    vae: Any = None
    teller: host.Teller | None = None  # says where the levels meet, and how the run goes

    def start(self, site: host.Site) -> Run:
        """Raises ``ValueError`` where ladder, latent, VAE and options do not fit together."""
        levels = site.shape[0]
        if levels != self.ladder.levels:
            raise ValueError(
                f"PromptLadder has {self.ladder.levels} levels but the latent holds {levels}; "
                f"change the ladder to {levels} lines, or pass {self.ladder.levels} latents."
            )
        layout = layout_of(site.latent_format, site.shape)
        grid = layout.grid(torch.empty(site.shape, device="meta"))
        return Run(self, site, layout, self.ladder.geometry(*grid))


class Run:
    """``host.LevelsRun``: one sampling of all levels."""

    def __init__(self, plan: Plan, site: host.Site, layout: Layout, geometry: Geometry) -> None:
        options = plan.options
        self.levels = geometry.levels
        self.router = Router(self.levels)
        self.most = min(options.levels_per_batch, self.levels)
        self.shares_noise = options.shared_noise
        self._layout, self._options, self._site = layout, options, site
        self._teller = plan.teller
        self._predicted: Tensor | None = None  # the last levels, as they were before they met
        self._watch = Watch()
        self._in_pixels = options.space == "pixel" and not _is_pixel_model(site)
        if self._in_pixels:
            _need_vae(plan.vae, site, 'space "pixel"')
        self._space = self._choose_space(plan, geometry)
        self._coupler = self._meeting(plan, self._space)
        self._couple: Couple = self._coupler
        if self._in_pixels:
            through = self._through_pixels(plan, geometry)
            self._couple = Finish(self._coupler, through, site.sigmas, options.pixel_steps)
        self._idle = self.levels == 1 and not plan.anchors
        self._progress = Progress(plan.teller.show, self._space) if plan.teller else None

    def _meeting(self, plan: Plan, space: Space, in_pixels: bool = False) -> Coupler:
        """What makes levels agree in ``space``, of latents or of the pictures they decode to."""
        options = self._options
        return Coupler(
            space,
            [self._anchor(photo, plan, space, in_pixels) for photo in plan.anchors],
            Consensus(options.coupling, options.blend, options.weighting, options.feather),
            start=options.couple_start,
            end=options.couple_end,
            sigmas=self._site.sigmas,
        )

    def _through_pixels(self, plan: Plan, geometry: Geometry) -> ThroughPixels:
        """What makes latents agree by way of their pictures."""
        ratio = _pixels_per_row(self._site, self._layout)
        pictures = geometry.resized(geometry.height * ratio, geometry.width * ratio)
        return ThroughPixels(
            self._meeting(plan, as_space(pictures), in_pixels=True),
            lambda views: host.decode_pictures(
                plan.vae, self._site.process_out(self._layout.latent(views))
            ).to(views),
            change_encoder(self._autoencoder(plan.vae)),
        )

    def _autoencoder(self, vae: Any) -> Autoencoder:
        return Autoencoder(
            vae,
            latent_format=type(self._site.latent_format).__name__,
            encode=lambda pictures: self._encode(vae, pictures),
            ratio=_pixels_per_row(self._site, self._layout),
            like=torch.empty(0, device=self._site.device),
        )

    def noise(self, white: Tensor) -> Tensor:
        """White noise of the latent's shape, shared by the levels."""
        return self._layout.latent(self._coupler.noise(self._layout.views(white)))

    def begin(self, sigma: Tensor) -> None:
        """A prediction is about to be made at ``sigma``."""
        self._watch.begin(sigma)

    def couple(self, x0: Tensor) -> Tensor:
        """Predicted clean latents, one scene. Raises where an earlier one was not finite."""
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
        if not self._coupler.acts(now):
            return x0  # nor pay for a decoding
        return self._layout.latent(self._couple(views, now))

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
        if self._in_pixels:
            return latent  # agrees in pixels, which one more pass through latents would undo
        views = self._coupler.consensus(self._layout.views(latent), self._space)
        return self._layout.latent(views)

    def ends_coupled(self) -> bool:
        return self._options.couple_end >= 1 and self._options.coupling != "independent"

    def sheet(self, x0: Tensor) -> Tensor:
        """All levels side by side in one latent, for the preview."""
        columns = math.ceil(self.levels**0.5)
        rows = math.ceil(self.levels / columns)
        spare = rows * columns - self.levels
        padded = torch.cat([x0, x0.new_zeros((spare, *x0.shape[1:]))])
        return rearrange(padded, "(r c) ... h w -> ... (r h) (c w)", r=rows, c=columns)[None]

    def tell(self, step: int, total: int) -> None:
        """Show how far the run is, and how well neighbours agree before they meet."""
        if self._progress and self._predicted is not None:
            self._progress.tell(step, total, self._predicted)

    def _say(self, line: str) -> None:
        if self._teller:
            self._teller.say(line)

    def _choose_space(self, plan: Plan, geometry: Geometry) -> Space:
        wanted = self._options.space
        if wanted == "pixel":
            # Until the last steps levels meet as they would without pixels.
            wanted = "auto" if self._options.pixel_steps else "latent"
        if _is_pixel_model(self._site) or wanted == "latent" or self.levels == 1:
            return as_space(geometry)
        if plan.vae is None and wanted == "auto":
            self._say("levels meet in plain latents; connect the VAE for better agreement")
            return as_space(geometry)
        _need_vae(plan.vae, self._site, f'space "{wanted}"')
        space, line = fitted_space(self._autoencoder(plan.vae), geometry, wanted)
        self._say(line)
        return space

    def _encode(self, vae: Any, pictures: Tensor) -> Tensor:
        """Level pictures in the model's space, of pictures (B, 3, H, W) in [0, 1]."""
        host.check_interrupted()
        return self._layout.views(self._site.process_in(host.encode_pictures(vae, pictures)))

    def _anchor(self, photo: Photo, plan: Plan, meeting: Space, in_pixels: bool) -> PhotoAnchor:
        g = meeting.geometry
        if not 0 <= photo.level < g.levels:
            raise ValueError(
                f"PhotoAnchor is for level {photo.level} but the ladder has {g.levels} levels; "
                f"set its level from 0 to {g.levels - 1}."
            )
        if in_pixels:
            picture = photo.fitted_to(g.height, g.width)[0]
        elif _is_pixel_model(self._site):
            picture = photo.fitted_to(g.height, g.width)[0] * 2 - 1
        else:
            _need_vae(plan.vae, self._site, "PhotoAnchor")
            ratio = _pixels_per_row(self._site, self._layout)
            picture = self._encode(plan.vae, photo.fitted_to(g.height * ratio, g.width * ratio))[0]
        return photo.anchor(picture.to(self._site.device, torch.float32))


def _is_pixel_model(site: host.Site) -> bool:
    """Models that denoise RGB itself, as the paper's does."""
    format = site.latent_format
    return format.latent_channels == 3 and format.spacial_downscale_ratio == 1


def _pixels_per_row(site: host.Site, layout: Layout) -> int:
    """Pixels per row of the level pictures that the latent holds."""
    return int(site.latent_format.spacial_downscale_ratio) // layout.shuffle


def _need_vae(vae: Any, site: host.Site, who: str) -> None:
    if vae is None:
        raise ValueError(f"{who} needs the model's VAE; connect it to the sampler's vae input.")
    channels = site.latent_format.latent_channels
    if vae.latent_channels != channels:
        raise ValueError(
            f"The VAE makes latents of {vae.latent_channels} channels but the model denoises "
            f"{channels}; connect the VAE that belongs to the model."
        )
