"""The diffusion model in training: what its state holds, and which one a run goes on from."""

from __future__ import annotations

from pathlib import Path

import torch

from ...demo.networks.transformer import Transformer
from ...files.whole import replacing
from .loop import mean_over_ranks, rank
from .optimiser import Optimiser
from .schedule import Timetable

LATEST, STABLE = "model.pt", "model-before-decay.pt"
# The running average reaches over the last 6 % of the steps so far, however many there are
# (Karras et al., 2024, arXiv 2312.02696, eq. 127).
POWER = 16


class Training:
    """A network on its way: weights, their running average, optimiser, how far it has come."""

    def __init__(self, net: Transformer) -> None:
        self.net = net
        self.average = {key: value.detach().clone() for key, value in net.state_dict().items()}
        self.optimiser = Optimiser(net)
        self.step, self.seconds, self.pictures = 0, 0.0, 0
        self.falls_to: float | None = None  # the minute where the rate will be 0, once it falls

    def minute(self) -> float:
        """How long it has trained; all processes agree on it."""
        return mean_over_ranks(torch.tensor(self.seconds / 60, dtype=torch.float64)).item()

    def update(self, rate: float, pictures: int) -> None:
        """Step along the gradients that lie in the network, left by this many ``pictures``."""
        self.optimiser.step(rate)
        self.net.zero_grad()
        self.step += 1
        self.pictures += pictures
        kept = (1 - 1 / (self.step + 1)) ** (POWER + 1)
        for key, value in self.net.state_dict().items():
            self.average[key].lerp_(value, 1 - kept)

    def save(self, path: Path) -> None:
        """Write everything, whole or not at all; of several processes the first does."""
        if rank():
            return
        state = {
            "net": self.net.state_dict(),
            "average": self.average,
            "optimiser": self.optimiser.state(),
            "progress": (self.step, self.seconds, self.pictures, self.falls_to),
        }
        with replacing(path) as half:
            torch.save(state, half)

    def load(self, path: Path) -> None:
        """Go on from what ``save`` wrote."""
        state = torch.load(path, map_location=self.net.out.weight.device, weights_only=True)
        self.net.load_state_dict(state["net"])
        self.average = state["average"]
        self.optimiser.load(state["optimiser"])
        self.step, self.seconds, self.pictures, self.falls_to = state["progress"]

    def resume(self, work: Path, plan: Timetable) -> None:
        """Load the state in ``work`` that ``plan`` goes on from, if there is one."""
        if not (work / LATEST).exists():
            return
        self.load(work / LATEST)
        # A rate that has fallen cannot be held again: go back to where it began to.
        if self.falls_to not in (None, plan.minutes) and (work / STABLE).exists():
            self.load(work / STABLE)
