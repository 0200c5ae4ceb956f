"""Other nodes' patches on a MODEL: each level as if it were sampled alone, and then coupled."""

import functools
import json
import shutil
import types
import urllib.request

import pytest
import tiny_patches
import torch
from host_kit import ALONE, Ladder, apart, apply_node, ksampler, nudged, rounding
from stock_patches import ELSEWHERE, MERGES, ROWS, UNTRIED, Row, applied
from tiny_families import family
from tiny_models import import_comfy

import_comfy()
from comfy.patcher_extension import WrappersMP  # noqa: E402


@pytest.fixture(scope="module")
def sd15():
    return family("sd15")


def ladder(pack, tiny, zooms=(2.0, 2.5)):
    """Of levels with prompts of their own, positive and negative."""
    kit = Ladder(pack, zooms, make_cond=tiny.make_cond)
    kit.negative = kit.tagged(tiny.make_cond(50 + level) for level in range(kit.levels))
    return kit


def stock(model, kit, tiny, sample=ksampler, only=None, off=0.0, **options):
    """Each level by stock nodes alone, of the noise that it has in a batch; or one of them.

    The noise is ``nudged`` by ``off``.
    """
    import comfy.sample

    noise = nudged(comfy.sample.prepare_noise(tiny.latent(kit.levels, 16, 16), 5), off)
    sides = ("positive", "negative")
    found = []
    for level in range(kit.levels) if only is None else (only,):
        own = {
            side: [[t, {k: v for k, v in e.items() if k != "zoom_level"}]]
            for side in sides
            for t, e in [options.get(side, getattr(kit, side))[level]]
        }
        patched = model.clone()
        patched.add_wrapper_with_key(
            WrappersMP.OUTER_SAMPLE, "noise", _of(noise[level : level + 1])
        )
        found.append(sample(patched, kit, tiny.latent(1, 16, 16), **{**options, **own}))
    return torch.cat(found)


def _of(noise):
    def sample(executor, own, *args, **kwargs):
        torch.manual_seed(0)  # for what draws: once a call of the model, for all its rows
        return executor(own if noise is None else noise, *args, **kwargs)

    return sample


def rows_computed(model):
    """How many rows the network itself is given from now on, call by call."""
    rows = []

    def count(executor, x, *args, **kwargs):
        rows.append(len(x))
        return executor(x, *args, **kwargs)

    model.add_wrapper_with_key(WrappersMP.DIFFUSION_MODEL, "count", count)
    return rows


# --- caches ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("ours_first", [True, False])
def test_easy_cache_skips_the_same_steps_of_all_levels(pack, sd15, ours_first):
    from comfy_extras.nodes_easycache import EasyCacheNode

    kit, computed = ladder(pack, sd15, (2.0, 2.5, 2.0)), []

    def cached(model):
        return EasyCacheNode.execute(model, 1e6, 0.15, 1.0, False).result[0]

    for most in (4, 2, 1):

        def ours(model, most=most):
            return apply_node(pack, model, kit.ladder, levels_per_batch=most)

        model = cached(ours(sd15.model)) if ours_first else ours(cached(sd15.model))
        rows = rows_computed(model)
        with torch.inference_mode():
            latent = ksampler(model, kit, sd15.latent(4, 16, 16), steps=8)
        views = model.model.process_latent_in(latent)
        assert kit.disagreement(views) / float(views.std()) < 1e-4
        computed.append(sum(rows))
    assert computed[0] == computed[1] == computed[2] < 8 * 8


def test_easy_cache_skips_the_same_steps_of_all_windows(pack, sd15):
    from comfy_extras.nodes_easycache import EasyCacheNode

    kit, computed = ladder(pack, sd15, ()), []
    for most in (9, 1):
        model = pack.nodes.MultiScalePatch.execute(
            sd15.model, tile_size=64, multiscale=0, windows_per_batch=most
        ).result[0]
        model = EasyCacheNode.execute(model, 1e6, 0.15, 1.0, False).result[0]
        rows = rows_computed(model)
        with torch.inference_mode():
            ksampler(model, kit, sd15.latent(1, 16, 16), steps=6)
        computed.append(sum(rows))
    assert computed[0] == computed[1] < 6 * 9 * 2


# --- a compiled network ---------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a compiler here")
def test_a_compiled_network_is_sampled_as_it_is(pack, sd15):
    from comfy_extras.nodes_torch_compile import TorchCompileModel

    kit, latent = ladder(pack, sd15, (2.0,)), sd15.latent(2, 16, 16)
    compiled = TorchCompileModel.execute(sd15.model, "inductor").result[0]
    with torch.inference_mode():
        eager, found = (
            ksampler(apply_node(pack, model, kit.ladder), kit, latent, steps=2)
            for model in (sd15.model, compiled)
        )
        a_level = ksampler(
            apply_node(pack, compiled, kit.ladder, levels_per_batch=1), kit, latent, steps=2
        )
    assert apart(found, eager) < 1e-4
    assert apart(a_level, found) < 1e-4


# --- guidance that knows one picture alone --------------------------------------------------------


def unknown(model):
    """Another pack's, that asks whether a number of each row is true."""

    def halve(args):
        return args["denoised"] / 2 if args["sigma"] > 1 else args["denoised"]

    clone = model.clone()
    clone.set_model_sampler_post_cfg_function(halve)
    return clone


@pytest.fixture(scope="module")
def families():
    """Built once, gone before the interpreter ends."""
    build = functools.cache(family)
    yield build
    build.cache_clear()


@pytest.mark.parametrize("name", [*ROWS, "another pack's"])
def test_levels_are_as_if_sampled_alone_whatever_shares_a_call(pack, families, name):
    row = ROWS.get(name, Row("", "sd15", {}))
    tiny = families(row.family)
    kit, latent = ladder(pack, tiny, (2.0,)), tiny.latent(2, 16, 16)
    how = {"steps": 2, "cfg": row.cfg}
    if name == "RenormCFG":  # made for Lumina, whose network says it
        tiny.model.model.diffusion_model.in_channels = 4
    patched = applied(name, tiny.model) if name in ROWS else unknown(tiny.model)

    def ours(model, **options):
        coupled = apply_node(pack, model, kit.ladder, **options)
        coupled.add_wrapper_with_key(WrappersMP.OUTER_SAMPLE, "noise", _of(None))
        return ksampler(coupled, kit, latent, **how)

    def near(one, other):
        off = apart(one, other)
        again = functools.partial(stock, patched, kit, tiny, **how)
        return off < row.tolerance or off < rounding(again, alone)

    with torch.inference_mode():
        plain, alone = ours(tiny.model, **ALONE), stock(patched, kit, tiny, **how)
        for most in (0,) if row.draws else (0, 1):
            found = ours(patched, levels_per_batch=most, **ALONE)
            assert apart(found, plain) > 1e-4  # the patch has its say
            assert near(found, alone)
        coupled = ours(patched)
        assert row.draws or near(ours(patched, levels_per_batch=1), coupled)
    views = tiny.model.model.process_latent_in(coupled)
    assert kit.disagreement(views) / float(views.std()) < 1e-4


def test_every_node_of_the_host_that_changes_a_model_is_tried_or_says_why_not(server):
    with urllib.request.urlopen(f"{server.url}/object_info") as answer:
        known = json.loads(answer.read())
    changing = {
        name
        for name, node in known.items()
        if node["python_module"].startswith(("nodes", "comfy_extras"))
        and "MODEL" in node["output"]
        and any(given[0] == "MODEL" for side in node["input"].values() for given in side.values())
        and not name.startswith(MERGES)
    }
    tried = {name.removesuffix(" before") for name in ROWS}
    tables = [tried, set(ELSEWHERE), set(UNTRIED)]
    assert changing == set().union(*tables)
    assert len(changing) == sum(map(len, tables))


@pytest.mark.parametrize("name", ["RenormCFG", "SelfAttentionGuidance", "HyperTile"])
def test_levels_agree_in_a_sampler_that_steps_along_the_negative(pack, sd15, name):
    sd15.model.model.diffusion_model.in_channels = 4
    kit, patched = ladder(pack, sd15), applied(name, sd15.model)
    how, latent = {"sampler": "euler_cfg_pp", "steps": 3}, sd15.latent(3, 16, 16)
    with torch.inference_mode():
        found = ksampler(apply_node(pack, patched, kit.ladder), kit, latent, **how)
        ours = apply_node(pack, patched, kit.ladder, **ALONE)
        together = ksampler(ours, kit, latent, **how)
        assert apart(together, stock(patched, kit, sd15, **how)) < 1e-5
    views = sd15.model.model.process_latent_in(found)
    assert kit.disagreement(views) / float(views.std()) < 1e-4


def perp_neg_guider(model, kit, latent, steps, positive=None, negative=None):
    """Its sums are over all rows of the batch."""
    from comfy_extras import nodes_custom_sampler as custom
    from comfy_extras.nodes_perpneg import PerpNegGuider

    empty = [[torch.zeros_like(kit.positive[0][0]), {}]]
    own = positive or kit.positive, negative or kit.negative
    guider = PerpNegGuider.execute(model, *own, empty, 4.0, 1.0).result[0]
    sigmas = custom.BasicScheduler.execute(model, "simple", steps, 1.0).result[0]
    sampler = custom.KSamplerSelect.execute("euler").result[0]
    noise = custom.RandomNoise.execute(5).result[0]
    return custom.SamplerCustomAdvanced.execute(
        noise, guider, sampler, sigmas, {"samples": latent}
    ).result[0]["samples"]


def test_a_guider_that_sums_over_a_batch_is_given_a_level_at_a_time(pack, sd15):
    kit = ladder(pack, sd15)
    with torch.inference_mode():
        alone = stock(sd15.model, kit, sd15, perp_neg_guider, steps=3)
        ours = apply_node(pack, sd15.model, kit.ladder, **ALONE)
        assert apart(perp_neg_guider(ours, kit, sd15.latent(3, 16, 16), 3), alone) < 1e-5


# --- patches that show pictures -------------------------------------------------------------------

SHOWING = {
    "AnimaLLLiteApply": ("image", tiny_patches.pictures),
    "QwenImageDiffsynthControlnet": ("image", tiny_patches.pictures),
    "USOStyleReference": ("clip_vision_output", tiny_patches.styles),
    "ZImageFunControlnet": ("image", tiny_patches.pictures),
}


def row_of(shown, level):
    """One picture of several."""
    if isinstance(shown, torch.Tensor):
        return shown[level : level + 1]
    return types.SimpleNamespace(**{k: row_of(v, level) for k, v in vars(shown).items()})


@pytest.mark.parametrize("name", SHOWING)
def test_each_level_is_shown_its_own_picture(pack, families, name):
    tiny, (key, shown) = families(ROWS[name].family), SHOWING[name]
    kit, how = ladder(pack, tiny), {"steps": 2, "cfg": ROWS[name].cfg}
    import comfy.model_management

    patch, cached = ROWS[name].inputs["model_patch"](), []
    # It looks at all MODELs that are loaded: not at those of tests that are over, and its own are
    # kept, as the host's cache of nodes does.
    comfy.model_management.current_loaded_models.clear()

    def given(shown):
        cached.append(applied(name, tiny.model, model_patch=patch, **{key: shown}))
        return cached[-1]

    with torch.inference_mode():
        alone = torch.cat(
            [stock(given(row_of(shown(3), i)), kit, tiny, only=i, **how) for i in range(3)]
        )
        for most in (0, 1):
            ours = apply_node(pack, given(shown(3)), kit.ladder, levels_per_batch=most, **ALONE)
            found = ksampler(ours, kit, tiny.latent(3, 16, 16), **how)
            assert apart(found, alone) < 1e-5
        coupled = ksampler(
            apply_node(pack, given(shown(3)), kit.ladder), kit, tiny.latent(3, 16, 16), **how
        )
        views = tiny.model.model.process_latent_in(coupled)
        views = views.squeeze(2) if views.ndim == 5 else views
        assert kit.disagreement(views) / float(views.std()) < 1e-4
        refused(
            pack,
            given(shown(2)),
            kit,
            tiny,
            "has 2 pictures for 3 levels; give one",
            cfg=how["cfg"],
        )
        if name == "USOStyleReference":  # a style has no place in the picture
            model = apply_node(pack, given(shown(3)), kit.ladder, tile_size=64)
            assert ksampler(model, kit, tiny.latent(3, 16, 16), **how).isfinite().all()
            return
        windows = "shows its whole picture .* 9 windows; remove that node, or set tile_size to 0"
        refused(pack, given(shown(3)), kit, tiny, windows, cfg=how["cfg"], tile_size=64)


class SUPIRPatch:
    """As the host's: hooks of one object, and what they keep for each other."""

    def __init__(self, hint):
        self.hint_latent, self.cached_features = hint, None

    def middle_after(self, kwargs):
        rows = len(kwargs["h"])
        hint = self.hint_latent.repeat(-(-rows // len(self.hint_latent)), 1, 1, 1)[:rows]
        self.cached_features = hint
        return {"h": kwargs["h"] * (1 + hint)}

    def merge(self, h, skip, options):
        return h * (1 + self.cached_features.mean((2, 3), keepdim=True)), skip

    def on(self, model):
        model = model.clone()
        model.set_model_patch(self.middle_after, "middle_block_after_patch")
        model.set_model_output_block_patch(self.merge)
        return model


def test_hooks_that_share_an_object_share_a_levels_own(pack, sd15):
    kit = ladder(pack, sd15)
    hints = torch.randn(3, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        alone = torch.cat(
            [
                stock(SUPIRPatch(hints[i : i + 1]).on(sd15.model), kit, sd15, steps=2, only=i)
                for i in range(3)
            ]
        )
        for most in (0, 1):
            ours = apply_node(
                pack, SUPIRPatch(hints).on(sd15.model), kit.ladder, levels_per_batch=most, **ALONE
            )
            found = ksampler(ours, kit, sd15.latent(3, 16, 16), steps=2)
            assert apart(found, alone) < 1e-5


def refused(pack, model, kit, tiny, words, cfg=3.0, **options):
    ours = apply_node(pack, model, kit.ladder, **options)
    with torch.inference_mode(), pytest.raises(ValueError, match=words):
        ksampler(ours, kit, tiny.latent(kit.levels, 16, 16), steps=2, cfg=cfg)


def test_what_cannot_both_be_right_is_refused_in_words(pack, sd15):
    from comfy_extras.nodes_apg import APG

    kit, model = ladder(pack, sd15), applied("SelfAttentionGuidance", sd15.model)
    both = APG.execute(model, 1.0, 0.0, 0.5).result[0]
    words = "SelfAttentionGuidance needs one level at a time, and APG remembers .*; remove one"
    refused(pack, both, kit, sd15, words)
    words = "SelfAttentionGuidance remembers the attention of one call, .* 9 windows; .* tile_size"
    refused(pack, model, kit, sd15, words, tile_size=64)


@pytest.mark.parametrize("most", [0, 1])
def test_a_cache_of_the_first_calls_references_is_refused_where_calls_are_several(pack, most):
    from comfy_extras.nodes_flux import FluxKVCache

    tiny = family("flux2", guidance_embed=False)
    kit = ladder(pack, tiny)
    pictures = torch.randn(3, 1, *tiny.latent(1, 16, 16).shape[1:])
    kit.positive = [
        [text, {**extras, "reference_latents": [picture]}]
        for (text, extras), picture in zip(kit.positive, pictures, strict=True)
    ]
    model, options = FluxKVCache.execute(tiny.model).result[0], {"levels_per_batch": most, **ALONE}
    if most:
        refused(pack, model, kit, tiny, "Flux KV Cache keeps .* levels do not share", **options)
        return
    with torch.inference_mode():
        ours = apply_node(pack, model, kit.ladder, **options)
        together = ksampler(ours, kit, tiny.latent(3, 16, 16), steps=3, cfg=1.0)
        assert apart(together, stock(model, kit, tiny, steps=3, cfg=1.0)) < 1e-5
