"""A truth that needs no network: levels of a few drawn scenes, and their ideal denoiser.

What a level shows at a place is one of the scenes; which one, nothing but chance says. So levels
that never meet choose apart, and levels that are coupled must choose the same.
"""

import torch

from zoomstack.bench.space.ideal import PatchDenoiser, schedule
from zoomstack.bench.space.sampled import draw
from zoomstack.bench.space.scenes import scene
from zoomstack.measure.detail import detail
from zoomstack.scene.geometry import Geometry
from zoomstack.spaces.fitting.leaves import dead_leaves


class Truth:
    """``count`` scenes of ``pixels``, as ``encode`` makes latents of them (None: pictures)."""

    def __init__(self, pixels, codec=None, count=6, patch=9, steps=10):
        self.pixels, self.codec = pixels, codec
        scenes = [scene(picture, pixels) for picture in _drawn(count, 2 * pixels.height)]
        self.scenes = torch.stack([codec.encode(levels) if codec else levels for levels in scenes])
        height, width = self.scenes.shape[-2:]
        self.geometry = pixels.resized(height, width)
        self.denoise = PatchDenoiser(self.scenes, patch)
        scale = float(self.scenes.std())
        self.sigmas = schedule(steps, 15 * scale, scale / 16)

    def draw(self, couple, space=None, eta=0.0, seed=0):
        """``Drawn`` by a couple, or by none; noise is shared in ``space``, or not."""
        alone = couple or (lambda views, sigma: views)
        return draw(self.denoise, alone, space, self.scenes[0], self.sigmas, eta, seed)

    def same(self, levels):
        """The share of places where a level shows the scene that the next deeper one shows."""
        sigma = torch.full((len(levels),), self.sigmas[-2])
        chosen = self.denoise.weights(levels, sigma).argmax(0)
        shares = []
        for parent, child in self.geometry.neighbours:
            rows, columns = map(_seen, self.geometry.placement(parent, child))
            deeper = chosen[child][rows[1]][:, columns[1]]
            wider = chosen[parent][rows[0]][:, columns[0]]
            shares.append(float((wider == deeper).float().mean()))
        return sum(shares) / len(shares)

    def sharp(self, levels, others):
        """The detail of levels, as they decode, over that of others."""
        decode = self.codec.decode if self.codec else (lambda views: views)
        return sum(detail(decode(levels))) / sum(detail(decode(others)))


def _drawn(count, side):
    return dead_leaves(count, side, side, seed=500)


def _seen(placement):
    """The window's pixels, and the deeper level's that lie under their centres."""
    wider = torch.arange(placement.window.start, placement.window.stop)
    return wider, ((wider + 0.5 - placement.left) * placement.zoom).long()


PIXELS = Geometry(54, 54, (2.0, 2.5), ((0.45, 0.55), (0.52, 0.47)))
"""For levels of pictures: no whole frames, no middle."""
