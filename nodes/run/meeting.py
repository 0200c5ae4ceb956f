"""Where the levels of a run meet: what the user chose, or for ``auto`` what measures best."""

from __future__ import annotations

import math
from collections.abc import Callable

from ...zoomstack.joint.trials.choose import CLEARLY
from .autoencoder import check_vae
from .budget import steps_of
from .choice import choice_line, kept_choice
from .small import Small, small_autoencoder
from .spaces import fitted_line, refuse_unfitting
from .ways import Meeting, Ways

Say = Callable[[str], None]


def meet(ways: Ways, say: Say) -> Meeting:
    """The meeting of a run; ``say`` takes the line that tells the user where and why there.

    Raises ``ValueError`` where options, VAEs, anchors and ladder do not fit together.
    """
    given, levels, wanted = ways.given, ways.levels, ways.given.options.space
    if levels.are_pictures or wanted == "latent" or ways.geometry.levels == 1:
        return ways.in_latents(ways.space("latent"))
    if given.vae is not None or wanted not in ("auto", "small"):
        check_vae(given.vae, levels, f'space "{wanted}"')
    if wanted == "pixel":
        return _pixel(ways, say)
    if wanted == "auto":
        return _automatic(ways, say)
    if wanted == "small":
        return _small(ways, say)
    refuse_unfitting(wanted, ways.geometry)
    assert ways.coder is not None
    say(fitted_line(ways.coder, wanted, ways.geometry))
    return ways.in_latents(ways.space(wanted))


def _small(ways: Ways, say: Say) -> Meeting:
    small = small_autoencoder(ways.given.small_vae, ways.given.vae, ways.levels)
    if small.codec is None:
        raise ValueError(
            'space "small" needs a small autoencoder of the model\'s latents; connect one to '
            f"small_vae, from Load VAE{'; ' + small.remedy if small.remedy else ''}."
        )
    say(f"levels meet in pixels through {small.name}")
    measured = ways.coder is not None and ways.given.options.shared_noise
    noise = kept_choice(ways, Small()).name if measured else "latent"
    return ways.through(small, ways.space(noise))


def _automatic(ways: Ways, say: Say) -> Meeting:
    given = ways.given
    if given.vae is None:
        if given.small_vae is not None:
            return _small(ways, say)
        say("levels meet in plain latents; connect the VAE for better agreement")
        return ways.in_latents(ways.space("latent"))
    small = small_autoencoder(given.small_vae, given.vae, ways.levels)
    choice = kept_choice(ways, small)
    if small.codec is not None:
        # A photo is met in pixels, with no fit between. Else what one coupling leaves decides, and
        # where that is alike pixels keep more of the sharpness over all steps.
        choice = choice.preferring(small.name, math.inf if given.anchors else CLEARLY)
    line = choice_line(choice)
    if small.codec is not None and choice.name == small.name:
        say(line)
        return ways.through(small, ways.space(choice.without(small.name).name))
    meeting = ways.in_latents(ways.space(choice.name))
    steps = steps_of(given.options.pixel_budget, ways.levels, given.vae)
    if steps:
        meeting = ways.finished(meeting, steps)
        which = "step" if steps == 1 else f"{steps} steps"
        line += f"; in the last {which} in pixels through the VAE"
    say(f"{line}; {small.remedy}" if small.remedy else line)
    return meeting


def _pixel(ways: Ways, say: Say) -> Meeting:
    """Until the last steps levels meet where latents alone serve best."""
    steps = ways.given.options.pixel_steps
    if not steps:
        return ways.finished(ways.in_latents(ways.space("latent")), 0)
    choice = kept_choice(ways, Small())
    say(choice_line(choice))
    return ways.finished(ways.in_latents(ways.space(choice.name)), steps)
