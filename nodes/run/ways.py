"""The ways that levels of a run can meet, each ready to be tried and to be taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ...zoomstack.joint.anchor import PhotoAnchor
from ...zoomstack.joint.blend import Show
from ...zoomstack.joint.consensus import Consensus
from ...zoomstack.joint.coupler import Couple, Coupler
from ...zoomstack.joint.hold.coupler import HeldCoupler
from ...zoomstack.joint.hold.levels import agreeing
from ...zoomstack.joint.through_pixels import Finish, ThroughPixels, at_every_step, through
from ...zoomstack.joint.trials.choose import Candidate
from ...zoomstack.scene.geometry import Geometry
from ...zoomstack.scene.settings import PLAIN, Settings, weights_of
from ...zoomstack.spaces.choose import SPACES, Kind
from ...zoomstack.spaces.codec import Codec
from ...zoomstack.spaces.plain import as_space
from ...zoomstack.spaces.space import Space
from .autoencoder import Levels, check_vae
from .held import Held
from .options import Options
from .photo import Photo
from .small import Small
from .spaces import Autoencoder, change_encoder


class Given(NamedTuple):
    """What a user gave a run that decides where its levels meet."""

    options: Options
    anchors: tuple[Photo, ...] = ()
    vae: Any = None
    small_vae: Any = None
    held: Held | None = None  # what stays as it is; None: nothing
    settings: tuple[Settings, ...] = ()  # the sampled levels' own, row by row; none where all plain

    @property
    def consensus(self) -> Consensus:
        """How levels become one scene; by what each counts, held ones as any."""
        settings = self.settings
        if self.held is not None and settings:
            rows = dict(zip(self.held.rows.levels, settings, strict=True))
            settings = tuple(rows.get(level, PLAIN) for level in range(self.held.rows.of))
        return replace(self.options.consensus, weights=weights_of(settings))

    @property
    def seeds(self) -> tuple[int | None, ...]:
        """Of the rows' own noise; none where all have the sampler's."""
        seeds = tuple(own.seed for own in self.settings)
        return () if all(seed is None for seed in seeds) else seeds

    @property
    def cfgs(self) -> tuple[float | None, ...]:
        """What guides the rows; none where all have the sampler's."""
        cfgs = tuple(own.cfg for own in self.settings)
        return () if all(cfg is None for cfg in cfgs) else cfgs


class Watched:
    """A coupler of pictures that holds those that met last, until it is told to forget them."""

    def __init__(self, couple: Coupler) -> None:
        self._couple = couple
        self.before: Tensor | None = None
        self.after: Tensor | None = None

    def __call__(self, views: Tensor, sigma: float | Tensor, show: Show | None = None) -> Tensor:
        self.before, self.after = views, self._couple(views, sigma, show)
        return self.after

    def forget(self) -> None:
        """A model that is called needs the memory."""
        self.before = self.after = None


class Meeting(NamedTuple):
    """How levels become one scene; views are level pictures of latents."""

    couple: Couple
    coupler: Coupler  # of the latents: noise is shared in its space
    in_pixels: bool = False  # in the end levels agree as pictures, not as latents
    codec: Codec | None = None  # what levels can be seen by
    seen: Watched | None = None  # the pictures that met, where they meet in pixels at every step
    vae: Any = None  # what goes through it while the model samples
    beside: Tensor | None = None  # latents of all levels, where some are held: what the others meet


class Ways:
    """All of one run: its options, anchors, autoencoders and ladder.

    Raises ``ValueError`` where an anchor does not fit the ladder, or needs a VAE that is not there.
    """

    def __init__(self, given: Given, levels: Levels, geometry: Geometry) -> None:
        self.given, self.levels, self.geometry = given, levels, geometry
        self.pixels = _pixels(geometry, levels.ratio)
        # Of which operators are fitted: the model's own, or what stands in for it.
        vae = given.vae if given.vae is not None else given.small_vae
        self.coder = None if vae is None else Autoencoder(vae, levels)

    def space(self, kind: str, geometry: Geometry | None = None) -> Space:
        """A space of latents, by its name in the menu; of the ladder, or another geometry."""
        geometry = geometry or self.geometry
        coder = self.coder
        if kind not in SPACES or coder is None:
            return as_space(geometry)
        return coder.fits.space(kind, geometry, coder.encode, coder.ratio, coder.like)

    def fit(self, kind: Kind) -> list[Any]:
        """What a fitted space of the ladder stands on, in the order of its factors."""
        coder = self.coder
        assert coder is not None
        keys = SPACES[kind].keys(self.geometry)
        return [coder.fits.fit(kind, key, coder.encode, coder.ratio) for key in keys]

    def candidates(self, small: Small) -> dict[str, Candidate]:
        """What may be tried, plain latents first; what the ladder does not allow is left out."""

        def in_space(kind: str) -> Candidate:
            def couple(geometry: Geometry) -> Couple | None:
                refused = kind in SPACES and SPACES[kind].refused(geometry)
                return None if refused else Coupler(self.space(kind, geometry))

            return couple

        allowed = [kind for kind in SPACES if not SPACES[kind].refused(self.geometry)]
        found = {kind: in_space(kind) for kind in ("latent", *allowed)}
        codec = small.codec
        if codec is not None:
            found[small.name] = lambda geometry: through(
                Coupler(_pixels(geometry, codec.ratio)), codec
            )
        return found

    def in_latents(self, space: Space) -> Meeting:
        beside = None if self.given.held is None else self._beside(self.given.held, space)
        coupler = self._coupler(space, self._latent_photo, beside)
        codec = None if self.coder is None else self.levels.codec(self.coder.vae)
        return Meeting(coupler, coupler, codec=codec, beside=beside)

    def through(self, small: Small, noise: Space) -> Meeting:
        """In pixels at every step, through a small autoencoder; noise is shared in ``noise``."""
        assert small.codec is not None
        seen, shows_result = Watched(self._in_pixels()), small.is_of(self.given.vae)
        couple = (
            at_every_step(seen, small.codec, self.levels.site.sigmas)
            if shows_result
            else through(seen, small.codec)
        )
        coupler = self._coupler(noise, None, self._held_pictures)  # asked for noise alone
        return Meeting(couple, coupler, True, small.codec, seen, small.vae)

    def finished(self, before: Meeting, steps: int) -> Meeting:
        """``before``, and in the last ``steps`` in pixels through the model's own VAE."""
        coder = self.coder
        assert coder is not None
        codec = self.levels.codec(coder.vae)
        last = ThroughPixels(self._in_pixels(), codec.decode, change_encoder(coder))
        couple = Finish(before.couple, last, self.levels.site.sigmas, steps)
        return Meeting(couple, before.coupler, True, codec, vae=coder.vae, beside=before.beside)

    def _in_pixels(self) -> Coupler:
        return self._coupler(as_space(self.pixels), self._photo_itself, self._held_pictures)

    @cached_property
    def _held_pictures(self) -> Tensor | None:
        held = self.given.held
        return None if held is None else held.pictures.to(self.levels.site.device)

    def _beside(self, held: Held, space: Space) -> Tensor:
        """Latents of all levels: those that rows meet; the others, which none asks for, are 0."""
        beside = [*held.beside(self.geometry)]
        found = self._latents(held.pictures[beside], "Holding levels")
        met = agreeing(dict(zip(beside, found, strict=True)), space)
        levels = found.new_zeros(held.rows.of, *found.shape[1:])
        levels[beside] = torch.stack([met[level] for level in beside]).to(levels)
        return levels

    def _coupler(
        self,
        space: Space,
        picture: Callable[[Photo], Tensor] | None = None,
        held: Tensor | None = None,
    ) -> Coupler:
        """Where levels meet in ``space``; ``picture`` is what an anchor's photo is there.

        ``held`` are all levels there, of which those that are held count.
        """
        options, anchors = self.given.options, self.given.anchors
        photos = [] if picture is None else [self._anchor(p, picture) for p in anchors]
        when: dict[str, Any] = {
            "start": options.couple_start,
            "end": options.couple_end,
            "sigmas": self.levels.site.sigmas,
        }
        if held is None or self.given.held is None:
            return Coupler(space, photos, self.given.consensus, **when)
        stay, wider = (
            {level: held[level] for level in self.given.held.levels},
            self.given.held.wider,
        )
        how = {"wider": wider, "exact": False, **when}
        return HeldCoupler(space, stay, photos, self.given.consensus, **how)

    def _anchor(self, photo: Photo, picture: Callable[[Photo], Tensor]) -> PhotoAnchor:
        levels = self.geometry.levels
        if not 0 <= photo.level < levels:
            raise ValueError(
                f"PhotoAnchor is for level {photo.level} but the ladder has {levels} levels; "
                f"set its level from 0 to {levels - 1}."
            )
        return photo.anchor(picture(photo).to(self.levels.site.device, torch.float32))

    def _photo_itself(self, photo: Photo) -> Tensor:
        return photo.fitted_to(self.pixels.height, self.pixels.width)[0]

    def _latent_photo(self, photo: Photo) -> Tensor:
        return self._latents(self._photo_itself(photo)[None], "PhotoAnchor")[0]

    def _latents(self, pictures: Tensor, who: str) -> Tensor:
        """Level pictures of the model that show pictures (B, 3, H, W)."""
        if self.levels.are_pictures:
            return (pictures * 2 - 1).to(self.levels.site.device)
        check_vae(self.given.vae, self.levels, who)
        return self.levels.codec(self.given.vae).encode(pictures)


def _pixels(geometry: Geometry, ratio: int) -> Geometry:
    """Of the pictures that the levels of a geometry of latents decode to."""
    return geometry.resized(geometry.height * ratio, geometry.width * ratio)
