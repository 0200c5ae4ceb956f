"""Random conditioning behind a ladder: each level as if it were sampled alone, and then coupled."""

import functools
import os
import types

import pytest
import torch
from host_kit import Ladder, apart, one_by_one, together
from random_conds import SIDE, ladder_conds, of_level
from tiny_conds import toy_cond
from tiny_families import family
from tiny_models import toy_latent, toy_model

LEVELS = 3
GRAPHS = 200 if os.environ.get("ZOOMSTACK_LONG_TESTS") else 40
KINDS = ("eps", "flow", "eps", "qwen_image")


@pytest.fixture(scope="module")
def built(comfy_host):
    @functools.cache
    def build(name):
        if name == "qwen_image":
            return family(name)
        return types.SimpleNamespace(
            model=toy_model(name), make_cond=toy_cond, latent=toy_latent, vae=None
        )

    yield build
    build.cache_clear()


@pytest.mark.parametrize("seed", range(GRAPHS))
def test_a_random_graph_gives_each_level_what_it_gets_alone(pack, built, seed):
    name, most = KINDS[seed % len(KINDS)], seed % 4 % LEVELS
    tiny, film = built(name), name == "qwen_image"
    kit, latent = Ladder(pack, zooms=(2.0,) * (LEVELS - 1)), tiny.latent(LEVELS, SIDE, SIDE)
    kinds = ladder_conds(seed, LEVELS, tiny.make_cond, controlled=not film, film=film)
    own = [
        [of_level(cond, level, LEVELS, film) for level in range(LEVELS)] for cond in kinds.values()
    ]
    with torch.inference_mode():
        alone = one_by_one(tiny.model, *own, latent)
        result = together(pack, tiny, kit, *kinds.values(), latent, most)
    assert apart(result, alone) < 1e-5
