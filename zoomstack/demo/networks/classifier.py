"""A small classifier of the demo world: which of the named scales does a picture show?

It knows this world alone and judges its own kind of picture: what CLIP is to the paper's table,
scaled to what can run anywhere.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d

from ..parts import WEIGHTS
from ..world import SCALES

CLASSIFIER = WEIGHTS / "classifier.safetensors"
SIZE = 64  # pixels a side of what it looks at
WIDTHS = (24, 48, 64, 96)
GROUP = 8  # channels that are normalised together


def _stage(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    conv = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
    return nn.Sequential(conv, nn.GroupNorm(outputs // GROUP, outputs), nn.ReLU())


class Classifier(nn.Module):
    """Pictures (B, 3, 64, 64) in 0..1 to logits (B, 15), one for each of ``SCALES``."""

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d = WIDTHS
        self.stages = nn.Sequential(
            _stage(3, a, 2), _stage(a, b, 2), _stage(b, b, 1), _stage(b, c, 2), _stage(c, d, 2)
        )
        self.head = nn.Linear(2 * d, len(SCALES))

    def forward(self, pictures: Tensor) -> Tensor:
        features = self.stages(2 * pictures - 1)
        pooled = torch.cat([features.mean((2, 3)), features.amax((2, 3))], dim=1)
        return self.head(pooled)


def shrunk(pictures: Tensor) -> Tensor:
    """Pictures (B, 3, H, W) of any size as (B, 3, 64, 64), by the mean over areas."""
    return adaptive_avg_pool2d(pictures, SIZE)


def load_classifier(path: Path = CLASSIFIER) -> Classifier:
    """The trained one, in single precision; ``OSError`` where the file is missing."""
    net = Classifier()
    net.load_state_dict(load_file(path))
    return net.eval()


@torch.no_grad()
def log_probabilities(classifier: Classifier, pictures: Tensor) -> Tensor:
    """How likely each scale is, (B, 15), natural logarithm, for pictures (B, 3, H, W) in 0..1."""
    return classifier(shrunk(pictures.float().clamp(0, 1))).log_softmax(1)
