"""Everything of ComfyUI that this pack relies on and a new version could change, in one place.

No code of the host is replaced: a cloned MODEL carries wrappers (``hooks.install``), and a run's
state travels in that run's own model options, which the host drops when it ends. One switch of the
process is set and put back, where gradients pass through a model (``gradients.training``). Written
against ComfyUI 0.30.0; ``needs`` lists the features, and says so where one is missing.
"""

from __future__ import annotations

from . import needs  # isort: split (first: it speaks where the imports below would fail)
from .checkpoint import checkpoint_folder, workflow_above
from .cost import SIDE as COUNTED_SIDE
from .cost import picture_operations, step_operations
from .decoder import tunable_decoder
from .disk import (
    belonging,
    fits_folder,
    new_output,
    said_behind,
    seed_behind,
    temporary_folder,
    with_seed,
    workflow_metadata,
)
from .enlarge import enlarge, fit_hint
from .gradients import differentiable
from .hooks.levels import install_levels
from .hooks.record import record, weights
from .hooks.repaint import repainting
from .hooks.site import LevelsPlan, LevelsRun, Site, WindowsPlan, WindowsRun
from .hooks.windows import install_windows
from .inpaint import differential, inpaint_conditioning, shown_masked, takes_masked_picture
from .jobs import Teller, check_interrupted, log, progress
from .photos import cut_pictures
from .sampling import Sampling, sample
from .score import prompt_fits
from .small import Found, ShortWay, load_small_vae, small_vae_of
from .stacks import stack_files, stack_path
from .text import encode_levels
from .vae import decode_pictures, encode_pictures, misfit
from .video import LazyVideo

__all__ = [
    "COUNTED_SIDE",
    "Found",
    "LazyVideo",
    "LevelsPlan",
    "LevelsRun",
    "Sampling",
    "ShortWay",
    "Site",
    "Teller",
    "WindowsPlan",
    "WindowsRun",
    "belonging",
    "check_interrupted",
    "checkpoint_folder",
    "cut_pictures",
    "decode_pictures",
    "differentiable",
    "differential",
    "encode_levels",
    "encode_pictures",
    "enlarge",
    "fit_hint",
    "fits_folder",
    "inpaint_conditioning",
    "install_levels",
    "install_windows",
    "load_small_vae",
    "log",
    "misfit",
    "needs",
    "new_output",
    "picture_operations",
    "progress",
    "prompt_fits",
    "record",
    "repainting",
    "said_behind",
    "sample",
    "seed_behind",
    "shown_masked",
    "small_vae_of",
    "stack_files",
    "stack_path",
    "step_operations",
    "takes_masked_picture",
    "temporary_folder",
    "tunable_decoder",
    "weights",
    "with_seed",
    "workflow_above",
    "workflow_metadata",
]
