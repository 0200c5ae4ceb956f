"""The space that ``auto`` stands for: measured once for a VAE and a ladder's factors, and kept."""

from __future__ import annotations

from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from torch import Tensor

from ...zoomstack.joint.trials.choose import Choice, best, choose
from ...zoomstack.joint.trials.trial import Trial
from ...zoomstack.spaces.choose import SPACES, recipe_code
from ...zoomstack.spaces.fitting.scenery import scenery
from .. import host
from .small import Small
from .spaces import kept_fits
from .ways import Ways

UNSEEN = 2  # the seed of pictures that no fit has seen

_kept: WeakKeyDictionary[Any, dict[Any, Choice]] = WeakKeyDictionary()


class Tried(NamedTuple):
    """What all ways did, plain first, as it is kept on disk: (name, unharmed, agreement)."""

    trials: tuple[tuple[str, float, float], ...]

    @property
    def choice(self) -> Choice:
        return best({name: Trial(harm, agreed) for name, harm, agreed in self.trials})


def kept_choice(ways: Ways, small: Small) -> Choice:
    """The best of a run's ways by ``choose``, of latents and ``small``; the run has a VAE.

    It is measured once, and kept with the fits that it hangs on: another day finds the same.
    """
    coder, zooms = ways.coder, tuple(sorted(set(ways.geometry.zooms)))
    assert coder is not None
    candidates = ways.candidates(small)
    choices = _kept.setdefault(coder.vae.first_stage_model, {})
    key = (coder.levels.format_name, small.key, tuple(candidates), zooms)
    if key not in choices:
        kept = kept_fits(coder.vae, coder.levels.format_name)
        # Of these very fits: pictures of the user's may have made others.
        fits = [ways.fit(kind) for kind in candidates if kind in SPACES]
        of = (kept.autoencoder, *key, fits, recipe_code())
        tried = kept.shelf.get(Tried, *of)
        if tried is None:
            found = choose(candidates, zooms, coder.levels.codec(coder.vae), _drawn)
            tried = Tried(
                tuple((name, t.unharmed, t.agreement) for name, t in found.trials.items())
            )
            kept.shelf.put(tried, *of)
        choices[key] = tried.choice
        for name, *numbers in tried.trials:
            host.log.info(
                "Coupling in %s: of a scene that agrees the deeper levels keep %.1f dB, and levels "
                "agree by %.1f dB.",
                title(name), *numbers,
            )  # fmt: skip
    return choices[key]


def _drawn(count: int, side: int) -> Tensor:
    return scenery(count, side, side, UNSEEN)


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
