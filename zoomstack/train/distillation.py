"""What a small autoencoder learns: a large one's answers, and to carry the coupling's changes."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import Conv2d
from torch.nn.functional import avg_pool2d, pixel_unshuffle, unfold

from ..spaces.fitting.regression import least_squares
from ..spaces.small.network import SmallAutoencoder
from .answers import Answers
from .questions import LARGEST_ZOOM, SMALLEST_ZOOM, paste, smooth_field

SQUARES, EDGES = 10.0, 0.5  # weights beside the mean absolute error's, as the large one's
ROUND_TRIP, CHANGE, CYCLE = 0.5, 0.5, 0.1  # weights beside the decoder's own error
LATENTS = 1.0
RIDGE = 1e-5  # of the linear parts: thousands of samples for each unknown
CARRIED = 4  # one of so many answers shows how a change is carried
LARGEST_CHANGE = 0.25  # of a smooth one, its deviation


def distillation_loss(net: SmallAutoencoder, answers: Answers, seed: int) -> Tensor:
    """How far E and D of ``net`` are from the large one's answers, and from carrying a change.

    Four ways: D(z), E(x), what is shown of x through both, and the coupling's own: pictures d of
    the latents z are changed to t, and D(z + E(t) - E(d)) has to show t.
    """
    pictures, latents, asked, shown = answers
    d = net.decode(asked)
    e = net.encode(pictures)
    loss = _unlike(d, shown) + LATENTS * (e - latents).square().mean()
    same = (asked == latents).flatten(1).all(1)
    if same.any():  # D(E(x)) of the large one is known
        loss = loss + ROUND_TRIP * _unlike(net.decode(e[same]), shown[same])
    # Of these few alone: it costs as much as all above.
    few = slice(seed % min(CARRIED, len(d)), None, CARRIED)
    before, latents = d[few].detach(), asked[few]
    after = changed(before, pictures[few], seed)
    from_, to = net.encode(torch.cat([before, after])).chunk(2)
    carried = net.decode(latents + to - from_)
    cycle = (from_ - latents).square().mean()
    return loss + CHANGE * _unlike(carried, after) + CYCLE * cycle


@torch.no_grad()
def fit_linear(net: SmallAutoencoder, answers: Answers) -> None:
    """Set the linear part of both halves by least squares; the rest begins with nothing."""
    encoder, decoder = net.encoder, net.decoder
    side, ratio = encoder.linear.kernel_size[0], net.ratio
    known = unfold(answers.pictures, side, stride=ratio, padding=ratio // 2)
    _set(encoder.linear, known, answers.latents.flatten(2))
    around = unfold(decoder.bent(answers.asked), 3, padding=1)
    _set(decoder.linear, around, pixel_unshuffle(answers.shown, ratio).flatten(2))
    for last in (encoder.rest[-1], decoder.rest[-2]):
        for parameter in last.parameters():
            parameter.zero_()


def _set(layer: Conv2d, known: Tensor, wanted: Tensor) -> None:
    matrix, offset, _ = least_squares(known.double()[..., None], wanted.double()[..., None], RIDGE)
    layer.weight.copy_(matrix.view_as(layer.weight))
    assert layer.bias is not None
    layer.bias.copy_(offset)


def changed(pictures: Tensor, others: Tensor, seed: int) -> Tensor:
    """``pictures`` (B, 3, H, W) as a coupling may leave them, the first half and the second.

    Those have one of ``others``, shrunk, laid into them; these are changed smoothly.
    """
    rng = np.random.default_rng(seed)
    size = pictures.shape[-1]
    random = torch.Generator().manual_seed(seed)
    grid = int(rng.integers(2, size // 4 + 1))
    field = smooth_field(len(pictures), size, grid, random).to(pictures)
    found = pictures + LARGEST_CHANGE * rng.random() * field
    half = len(pictures) // 2
    zoom = SMALLEST_ZOOM + (LARGEST_ZOOM - SMALLEST_ZOOM) * rng.random()
    laid = paste(pictures[:half], others.roll(1, 0)[:half], zoom, (rng.random(), rng.random()))
    return torch.cat([laid, found[half:]])


def _unlike(found: Tensor, wanted: Tensor) -> Tensor:
    """As the large one's loss; and once more of both shrunk: so a wider level sees a deeper one."""
    from kornia.losses import total_variation

    error = found - wanted
    edges = total_variation(error, "mean").mean()
    sizes = (error, avg_pool2d(error, 2))
    return EDGES * edges + sum(e.abs().mean() + SQUARES * e.square().mean() for e in sizes)
