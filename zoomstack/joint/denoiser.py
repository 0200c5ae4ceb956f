"""The denoiser of all levels together: predict, anchor, blend, render."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from ..scene.geometry import Geometry
from ..spaces.space import Space
from .anchor import PhotoAnchor
from .consensus import Consensus
from .coupler import Coupler
from .denoise import Denoise
from .hold.coupler import HeldCoupler
from .later import Later
from .render import seeded


class JointDenoiser:
    """A denoiser of (N, C, H, W) that keeps all levels one scene; itself ``denoise(x, sigma)``.

    ``denoise(x, sigma) -> x0`` predicts clean levels at noise level ``sigma``, guidance included.
    After it, in this order: each of ``anchors``, then ``consensus``, from ``start`` to ``end`` of
    the steps (this needs ``sigmas``, the schedule). With one level and no anchor, the answer is
    ``denoise``'s own, untouched.

    Guidance is ``denoise``'s own matter, level by level where it likes; how much each level counts
    is ``consensus``' (``weights``), and the seed of its own noise ``noise``'s.

    ``held`` maps levels to pictures (C, H, W) that they keep. Such levels are not asked for: x, and
    what ``denoise`` is given, are the F others alone, (F, C, H, W), widest first. They are made to
    meet the held ones (``hold.levels``, for ``wider`` too) where there would be consensus.

    Raises ``ValueError`` for a range that is none, or that has no schedule to be a part of.

    Wang et al. (2023), Alg. 2.
    """

    def __init__(
        self,
        denoise: Denoise,
        geometry: Geometry | Space,
        anchors: Sequence[PhotoAnchor] = (),
        consensus: Consensus | None = None,
        *,
        start: float = 0.0,
        end: float = 1.0,
        sigmas: Sequence[float] | Tensor | None = None,
        held: Mapping[int, Tensor] | None = None,
        wider: float = 1.0,
    ) -> None:
        self.denoise = denoise
        when = {"start": start, "end": end, "sigmas": sigmas}
        self.couple = (
            HeldCoupler(geometry, held, anchors, consensus, wider=wider, **when)
            if held
            else Coupler(geometry, anchors, consensus, **when)
        )

    def __call__(self, x: Tensor, sigma: Tensor) -> Tensor:
        now = Later(sigma.flatten()[:1])  # on its way to the host while the device works
        x0 = self.denoise(x, sigma)
        return self.couple(x0, now.numbers()[0])

    def noise(self, white: Tensor, seeds: Sequence[int | None] = ()) -> Tensor:
        """Zoom-consistent white noise of independent white noise, (N, C, H, W).

        Of N levels of which some are held, only the others' comes out: (F, C, H, W). ``seeds``, one
        for each level of ``white`` or none, are ``seeded``'s: what a level does not share is then
        drawn from its own. Raises ``ValueError`` for another number of them.
        """
        return self.couple.noise(seeded(white, seeds))
