"""How many of a run's steps may go through the model's own VAE, for a share of its time."""

from __future__ import annotations

from typing import Any

from .. import host
from .autoencoder import Levels

# Through the VAE a level is decoded once and encoded twice, before and after the levels meet.
DECODINGS, ENCODINGS = 1, 2


def steps_of(share: float, levels: Levels, vae: Any) -> int:
    """The steps that take ``share`` (0 to 1) of the run's work, none more than there are.

    Work is counted, not timed, so that the same run is the same on every machine.
    """
    site = levels.site
    steps = max(len(site.sigmas) - 1, 1)
    if share <= 0:
        return 0
    encode, decode = host.picture_operations(vae, levels.blank(host.COUNTED_SIDE))
    pixels = site.shape[-2] * site.shape[-1] * levels.downscale**2
    step = (DECODINGS * decode + ENCODINGS * encode) * pixels
    model = host.step_operations(site.patcher, site.shape, calls=max(1, len(site.conds)))
    return min(steps, int(share * steps * model / step))
