"""Areas and masks of a zoom's levels: what the host would take for one picture's, or for a film's.

As ``comfy.samplers.process_conds`` treats the conditioning of one picture, here that of each level.
"""

from __future__ import annotations

from collections.abc import Sequence

import comfy.samplers
import torch

from ...conditioning.opposites import Conds, marked, with_opposites, with_own_bounds
from ...conditioning.tags import Entry


def given(conds: Conds, shape: Sequence[int], device: torch.device) -> Conds:
    """The conditioning of ``shape[0]`` levels as the host is to make it ready; see ``ready``."""
    made = {kind: with_own_bounds(entries, shape[0]) for kind, entries in conds.items()}
    if len(shape) == 5:
        size = torch.Size(shape[-2:])
        made = {k: [_of_a_film(e, size, device) for e in entries] for k, entries in made.items()}
    return marked(made)


def ready(conds: Conds, levels: int) -> Conds:
    """What the host made of what is ``given``, with each level's own opposites."""
    return with_opposites(conds, levels, _complete)


def _of_a_film(entry: Entry, size: torch.Size, device: torch.device) -> Entry:
    """Pictures' areas and masks for a latent of films, each of one frame.

    The host reads (N, H, W) as a film's N frames there, and knows no hundredths and no bounds of
    two axes.
    """
    area, mask = entry.get("area"), entry.get("mask")
    in_hundredths = area is not None and area[0] == "percentage" and len(area) == 5
    of_pictures = mask is not None and mask.ndim <= 3
    if not in_hundredths and not of_pictures:
        return entry
    flat = [{k: v for k, v in entry.items() if in_hundredths or k != "area"}]
    comfy.samplers.resolve_areas_and_cond_masks_multidim(flat, size, device)
    (made,) = flat
    if of_pictures:
        made |= {"mask": made["mask"].unsqueeze(1), "set_area_to_bounds": False}
    return {**entry, **made}


def _complete(conds: Conds) -> None:
    """Opposites of areas, and what negatives are handed of positives: as in ``process_conds``."""
    for kind, entries in conds.items():
        for entry in entries:
            for other in conds:
                if other != kind:
                    comfy.samplers.create_cond_with_same_area_if_none(conds[other], entry)
    positive = conds.get("positive")
    if positive is None:
        return
    for_both = [entry for entry in positive if entry.get("control_apply_to_uncond")]
    for kind, entries in conds.items():
        if kind != "positive":
            for name, ones in (("control", for_both), ("gligen", positive)):
                comfy.samplers.apply_empty_x_to_equal_area(
                    ones, entries, name, lambda handed, at: handed[at]
                )
