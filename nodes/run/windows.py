"""Windows and smaller pictures in a run of sampling."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from torch import Tensor

from ...zoomstack.joint.denoise import Denoise
from ...zoomstack.windows.descent import Descent
from ...zoomstack.windows.multiscale import Correction, Follow, MultiScale, exploding, straight
from ...zoomstack.windows.smaller import smaller
from ...zoomstack.windows.tiling import At, Tiling, Weights
from .. import host
from ..conditioning.cut import Scissors
from ..conditioning.view import View
from ..conditioning.windows import Cutter
from ..host.layout import (
    Layout,
    check_grid,
    grid_of,
    nearest,
    ratio_of,
    shuffle_of,
    takes_wholes,
)


@dataclass(frozen=True)
class WindowOptions:
    """The inputs of the node that are not the model; lengths in pixels."""

    tile_size: int = 0
    tile_stride: int = 0
    multiscale: int = 0
    multiscale_weight: float = 10.0
    multiscale_end: float = 0.5
    multiscale_solver: Literal["exact", "gradient"] = "exact"
    window_weights: Weights = "smooth"
    wrap: bool = False
    windows_per_batch: int = 0

    @property
    def scaled(self) -> bool:
        """Whether windows follow smaller pictures."""
        return self.multiscale > 0 and self.multiscale_weight > 0

    @property
    def differentiates(self) -> bool:
        return self.scaled and self.multiscale_solver == "gradient"

    def start(self, site: host.Site) -> WindowedRun:
        """Raises ``ValueError`` where the sizes do not fit the model's latents."""
        if len(site.shape) < 4:
            raise ValueError(
                f"Latents of the shape {site.shape} hold no pictures; windows need a model of "
                "images or films."
            )
        ratio = ratio_of(site.latent_format)
        lengths = {"tile_size": self.tile_size, "tile_stride": self.tile_stride}
        for name, pixels in lengths.items():
            if pixels % ratio:
                raise ValueError(
                    f"A {name} of {pixels} does not divide by {ratio}, as this model needs; the "
                    f"nearest that does is {nearest(pixels, ratio)}."
                )
        check_grid(site.patcher, site.shape)
        grid = grid_of(site.patcher)
        tile, stride = (pixels // ratio for pixels in lengths.values())
        tiling = Tiling(tile, stride, self.window_weights, self.wrap)
        windows = tiling.over(site.shape[-2], site.shape[-1])
        if takes_wholes(site.patcher) and (len(windows.all) > 1 or self.scaled):
            raise ValueError(
                f"{type(site.patcher.model).__name__} is told of each square where in the whole "
                "picture it lies, and takes no windows of it nor smaller versions; set tile_size "
                "and multiscale to 0, or use another model."
            )
        if any(side % grid for side in windows.tile):
            raise ValueError(
                f"A tile_size of {self.tile_size} does not divide by {grid * ratio}, as this model "
                f"needs; the nearest that does is {nearest(tile, grid) * ratio}."
            )
        return WindowedRun(self, site, tiling, ratio)


class WindowedRun:
    """``host.WindowsRun``: one sampling in windows, following smaller versions of the picture."""

    def __init__(self, options: WindowOptions, site: host.Site, tiling: Tiling, ratio: int) -> None:
        self.size: tuple[int, int] = (site.shape[-2], site.shape[-1])
        self.windows = tiling.over(*self.size)
        self.most = options.windows_per_batch
        self.differentiates = options.differentiates
        self.cutter = Cutter(Scissors(ratio, self._shrink, host.fit_hint))
        self._options, self._site, self._tiling = options, site, tiling
        shuffle = shuffle_of(site.latent_format)
        self._layout = Layout(frames=False, shuffle=shuffle)
        self._shown: View | None = None
        self._sigma: float | None = None
        self._path = straight if options.scaled and site.straight else exploding

    def predict(self, denoise: Denoise, show: Denoise, x: Tensor, sigma: Tensor) -> Tensor:
        """The prediction for ``x`` that follows its smaller versions.

        ``denoise`` takes pictures of any size; ``show``, differentiable, the window of ``shown``.
        """
        if tuple(x.shape[-2:]) != self.size:
            raise ValueError(
                "The sampler changed the latent's size in the middle of its run, which windows "
                "cannot follow; enlarge between two samplers instead (Upscale Latent)."
            )
        if not self._options.scaled:
            return denoise(x, sigma)
        layout, shuffle = self._layout, self._layout.shuffle

        def shown(part: Tensor, level: Tensor, window: At, size: tuple[int, int]) -> Tensor:
            place = (window[0] // shuffle, window[1] // shuffle)
            with self._showing(place, (size[0] // shuffle, size[1] // shuffle)):
                return layout.views(show(layout.latent(part), level))

        follow: Follow = Correction(self._options.multiscale_weight)
        if self.differentiates:
            follow = Descent(shown, self._tiling.scaled(shuffle), self._options.multiscale_weight)
        scaled = MultiScale(
            lambda views, level: layout.views(denoise(layout.latent(views), level)),
            follow,
            scales=self._options.multiscale,
            end=self._options.multiscale_end,
            sigmas=self._site.sigmas,
            path=self._path,
            multiple=shuffle * grid_of(self._site.patcher),
            wrap=self._tiling.wrap,
        )
        self._sigma = float(sigma.flatten()[0])
        try:
            return layout.latent(scaled(layout.views(x), sigma))
        finally:
            self._sigma = None

    def view(self, x: Tensor) -> View:
        """What a call with pictures ``x`` shows."""
        if self._shown is not None:
            return self._shown
        size = (x.shape[-2], x.shape[-1])
        if size == self.size:
            return View(size, self.windows)
        return View(self.size, self._tiling.over(*size), self._sigma)

    @contextmanager
    def _showing(self, at: At, size: tuple[int, int]) -> Iterator[None]:
        self._shown = View(self.size, self._tiling.over(*size), self._sigma, (at,))
        try:
            yield
        finally:
            self._shown = None

    def _shrink(self, picture: Tensor, size: tuple[int, int]) -> Tensor:
        grid = grid_of(self._site.patcher)
        while tuple(picture.shape[-2:]) != size:
            picture = smaller(*picture.shape[-2:], grid, self._tiling.wrap).shrink(picture)
        return picture


def in_windows(model: Any, options: WindowOptions) -> Any:
    """The model, sampled in windows; as it is where the options ask for nothing."""
    if not (options.tile_size or options.scaled):
        return model
    if options.tile_size and options.tile_stride > options.tile_size:
        raise ValueError(
            f"A tile_stride of {options.tile_stride} leaves gaps between windows of "
            f"{options.tile_size}; choose 1 to {options.tile_size}, or 0 for half a window."
        )
    if options.differentiates:
        model = host.differentiable(model)
    return host.install_windows(model, options)
