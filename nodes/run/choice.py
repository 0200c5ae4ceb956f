"""The space that ``auto`` stands for: measured once for a VAE and a ladder's factors, and kept."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from torch import Tensor

from ...zoomstack.joint.choose import Choice, choose
from ...zoomstack.spaces.choose import SPACES
from ...zoomstack.spaces.fitting.leaves import dead_leaves
from .. import host
from .small import Small
from .ways import Ways

UNSEEN = 2  # the seed of pictures that no fit has seen

_kept: WeakKeyDictionary[Any, dict[Any, Choice]] = WeakKeyDictionary()


def kept_choice(ways: Ways, small: Small) -> Choice:
    """The best of a run's ways by ``choose``, of latents and ``small``; the run has a VAE."""
    coder, zooms = ways.coder, ways.geometry.zooms
    assert coder is not None
    candidates = ways.candidates(small)
    choices = _kept.setdefault(coder.vae.first_stage_model, {})
    key = (coder.levels.format_name, small.key, tuple(candidates), tuple(sorted(set(zooms))))
    if key not in choices:
        choices[key] = choose(candidates, zooms, coder.levels.codec(coder.vae), _drawn)
        for name, found in choices[key].trials.items():
            host.log.info(
                "Coupling in %s: of a scene that agrees the deeper levels keep %.1f dB, and levels "
                "agree by %.1f dB.",
                title(name), *found,
            )  # fmt: skip
    return choices[key]


def _drawn(count: int, side: int) -> Tensor:
    return dead_leaves(count, side, side, UNSEEN)


def title(name: str) -> str:
    """As the user is told it: "levels meet in ..."."""
    if name in SPACES:
        return SPACES[name].title
    return "plain latents" if name == "latent" else f"pixels through {name}"


def choice_line(choice: Choice) -> str:
    """What was chosen, by which numbers, and the runner-up."""
    found = choice.trials[choice.name]
    line = (
        f"levels meet in {title(choice.name)}: a scene that agrees keeps {found.unharmed:.0f} dB "
        f"and agrees by {found.agreement:.0f}"
    )
    second = choice.runner_up
    if second is None:
        return line
    other = choice.trials[second]
    return f"{line} (next: {title(second)}, {other.unharmed:.0f} and {other.agreement:.0f})"
