"""What a level asks for itself: as it is alone with that, whatever the others of its batch ask."""

import pytest
import torch
from host_kit import ALONE, Ladder, apart, apply_node, custom_advanced, ksampler, part, sampler_node
from rework_kit import extend, ladder_of, rework, zoom
from stock_patches import applied
from tiny_conds import toy_cond
from tiny_families import family
from tiny_models import import_comfy, randn, toy_latent, toy_model, watch
from tiny_vae import mosaic_vae

import_comfy()
import folder_paths  # noqa: E402

SIZE = (16, 16)


class Asking(Ladder):
    """A ladder of three levels, with what each asks for itself by its place."""

    def __init__(self, pack, own=None, zooms=(2.0, 2.5), make_cond=toy_cond, **options):
        super().__init__(pack, zooms, make_cond=make_cond, **options)
        lib = part(pack, "zoomstack.scene.settings")
        given = [lib.Settings(**(own or {}).get(level, {})) for level in range(self.levels)]
        if own:
            self.ladder = self.ladder._replace(settings=tuple(given))
        self.negative = self.tagged(make_cond(50 + level) for level in range(self.levels))

    def of(self, level):
        """A level's own prompts, as a single picture has them."""
        sides = {"positive": self.positive, "negative": self.negative}
        return {
            side: [[t, {k: v for k, v in e.items() if k != "zoom_level"}]
                   for t, e in given if e["zoom_level"] == level]
            for side, given in sides.items()
        }  # fmt: skip


@pytest.fixture(scope="module")
def toy(comfy_host):
    return toy_model("eps")


# --- weight ---------------------------------------------------------------------------------------


def answering(x0):
    """A model that predicts these levels, whatever it is asked."""
    return toy_model("eps", respond=lambda x, sigma, context: x0.repeat(len(x) // len(x0), 1, 1, 1))


@pytest.mark.parametrize("closed", [False, True])
def test_levels_count_as_much_as_they_weigh(pack, closed):
    zooms = (2.0, 2.5, 2.0) if closed else (2.0, 2.5)
    kit = Asking(pack, {0: {"weight": 4.0}, 2: {"weight": 0.5}}, zooms=zooms, closed=closed)
    x0 = randn(3, kit.levels, 4, *SIZE)
    consensus = part(pack, "zoomstack.joint.consensus").Consensus
    with torch.inference_mode():
        found = sampler_node(pack, answering(x0), kit, steps=2)
        wanted = consensus(weights=(4.0, 1.0, 0.5))(x0, kit.geometry)
        assert apart(answering(x0).model.process_latent_in(found), wanted) < 1e-5
        assert apart(wanted, consensus()(x0, kit.geometry)) > 0.1


def test_plain_settings_are_none(pack, toy):
    plain, asking = Asking(pack), Asking(pack, {1: {}})
    assert asking.ladder.settings and not plain.ladder.settings
    with torch.inference_mode():
        found = [sampler_node(pack, toy, kit, sampler="dpmpp_sde") for kit in (plain, asking)]
    assert torch.equal(*found)


def test_blended_pictures_count_as_much_as_their_lines_weigh(pack):
    kit = Asking(pack, {1: {"weight": 9.0}})
    images = torch.rand(3, 16, 16, 3, generator=torch.Generator().manual_seed(0))
    node = pack.nodes.LaplacianBlend
    weighed, plain = (
        node.execute(images, ladder=ladder).result[1]
        for ladder in (kit.ladder, kit.ladder._replace(settings=()))
    )
    keep = part(pack, "zoomstack.joint.keep").keep
    how = part(pack, "zoomstack.joint.consensus").Consensus(values=(0.0, 1.0), weights=(1, 9, 1))
    wanted = keep(images.movedim(-1, 1), kit.geometry, [], how)
    assert torch.allclose(weighed.movedim(-1, 1), wanted, atol=1e-6)
    assert not torch.allclose(weighed, plain, atol=1e-2)


# --- seed -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["eps", "flow"])
@pytest.mark.parametrize(
    "sampler", ["euler", "euler_ancestral", "dpmpp_2m_sde", "dpmpp_sde_gpu", "lcm", "euler_cfg_pp"]
)
def test_a_level_has_the_noise_of_a_picture_with_its_seed(pack, kind, sampler):
    """Against the stock sampler with that seed; of the others no bit changes."""
    model, kit, plain = toy_model(kind), Asking(pack, {1: {"seed": 77}}), Asking(pack)
    how = {"sampler": sampler, "steps": 3}
    with torch.inference_mode():
        ours, before = (
            ksampler(apply_node(pack, model, one.ladder, **ALONE), one, toy_latent(3), **how)
            for one in (kit, plain)
        )
        alone = ksampler(model, kit, toy_latent(1), seed=77, **kit.of(1), **how)
    assert apart(ours[1:2], alone) < 1e-5
    assert torch.equal(ours[[0, 2]], before[[0, 2]])
    assert apart(ours[1], before[1]) > 0.1


def noises(pack, kit, sampler="euler", **options):
    """What is left in x, call by call, where a model predicts nothing."""
    seen = []

    def respond(x, sigma, context):
        seen.append(x[: kit.levels].clone())
        return torch.zeros_like(x)

    with torch.inference_mode():
        sampler_node(pack, toy_model("flow", respond=respond), kit, sampler=sampler, **options)
    return seen


@pytest.mark.parametrize("sampler", ["euler", "euler_ancestral", "dpmpp_2m_sde"])
def test_what_a_level_shares_is_shared_whatever_its_seed(pack, sampler):
    """Its own is what lies outside of the deeper one's frame; wider ones show it in theirs."""
    kits = [Asking(pack, {1: {"seed": 7}}), Asking(pack, {1: {"seed": 8}})]
    kits.append(Asking(pack, dict.fromkeys(range(3), {"seed": 7}), zooms=(2.0, 2.5)))
    first, second, all_alike = (noises(pack, kit, sampler) for kit in kits)
    windows = [kits[0].space().link(*pair).window for pair in kits[0].geometry.neighbours]
    assert len(first) == len(second) > 2
    for call, (a, b) in enumerate(zip(first, second, strict=True)):
        assert kits[0].disagreement(a, noise=True) < 1e-4
        same = torch.ones(3, 4, *SIZE, dtype=torch.bool)
        same[0][(..., *windows[0])] = False
        same[1] = False
        same[1][(..., *windows[1])] = True
        # Later ones are rounded on their way through the blend of nothing.
        assert torch.allclose(a[same], b[same], rtol=0, atol=1e-6 if call else 0)
        assert (a != b)[1][~same[1]].all() and not torch.equal(a[0], b[0])
    # The deepest level is all its own: with the others' seed it is what they are outside.
    outside = torch.ones(SIZE, dtype=torch.bool)
    outside[windows[0]] = False
    assert torch.equal(all_alike[0][0][:, outside], all_alike[0][2][:, outside])


def test_a_sampler_that_adds_no_noise_adds_none_of_a_level(pack, toy):
    import nodes

    kit, latent = Asking(pack, {1: {"seed": 7}}), {"samples": randn(2, 3, 4, *SIZE)}
    how = (4, 3.0, "euler", "simple", kit.positive, kit.negative, latent, 2, 4, "disable")
    stage = nodes.KSamplerAdvanced().sample
    with torch.inference_mode():
        ours, plain = (
            stage(apply_node(pack, toy, ladder, **ALONE), "disable", 5, *how)[0]["samples"]
            for ladder in (kit.ladder, kit.ladder._replace(settings=()))
        )
    assert torch.equal(ours, plain)


def test_one_level_alone_is_the_stock_samplers_with_its_seed(pack, toy):
    kit = Asking(pack, {0: {"seed": 11}}, zooms=())
    with torch.inference_mode():
        ours, _ = custom_advanced(
            apply_node(pack, toy, kit.ladder), kit, toy_latent(1), sampler="euler_ancestral"
        )
        stock = ksampler(toy, kit, toy_latent(1), seed=11, sampler="euler_ancestral")
    assert torch.equal(ours, stock)


# --- cfg ------------------------------------------------------------------------------------------

CFGS = {
    0: {"cfg": 1.0, "seed": 20}, 1: {"cfg": 7.0, "seed": 21}, 2: {"seed": 22},
    3: {"cfg": 7.0, "seed": 23},
}  # fmt: skip


@pytest.fixture(scope="module")
def sd15(comfy_host):
    return family("sd15")


def stock(model, kit, latent, cfg, sample=ksampler, **how):
    """Each level by the stock nodes alone, with the cfg and the seed that it asks for."""
    found = []
    for level, own in enumerate(kit.ladder.settings):
        wish = {"cfg": cfg if own.cfg is None else own.cfg, "seed": own.seed}
        found.append(sample(model, kit, latent[:1], **kit.of(level), **wish, **how))
    return torch.cat(found)


@pytest.mark.parametrize("kind", ["eps", "flow"])
@pytest.mark.parametrize("cfg, most", [(3.0, 0), (1.0, 0), (7.0, 1)])
@pytest.mark.parametrize("sampler", ["euler", "dpmpp_2m_cfg_pp"])
def test_a_level_is_guided_by_its_own_cfg(pack, kind, cfg, most, sampler):
    model, kit = toy_model(kind), Asking(pack, CFGS, zooms=(2.0, 2.0, 2.0))
    how, latent = {"sampler": sampler, "steps": 3}, toy_latent(4)
    with torch.inference_mode():
        ours = apply_node(pack, model, kit.ladder, levels_per_batch=most, **ALONE)
        found = ksampler(ours, kit, latent, cfg=cfg, **how)
        assert apart(found, stock(model, kit, latent, cfg, **how)) < 1e-5


def test_levels_of_any_cfg_share_the_models_calls(pack, toy):
    kit = Asking(pack, CFGS, zooms=(2.0, 2.0, 2.0))
    for cfg, rows in ((3.0, [1, 6]), (1.0, [2, 4])):
        model = toy.clone()
        calls = watch(model)
        with torch.inference_mode():
            ksampler(apply_node(pack, model, kit.ladder), kit, toy_latent(4), cfg=cfg, steps=3)
        # As the host, nothing is asked of the negatives where cfg is 1.
        steps = [sorted(call.shape[0] for call in calls[at : at + 2]) for at in (0, 2, 4)]
        assert steps == [rows] * 3
        assert len(calls) == 6
    plain = Asking(pack, {0: {"cfg": 2.0}, 2: {"cfg": 5.0}})
    model = toy.clone()
    calls = watch(model)
    with torch.inference_mode():
        ksampler(apply_node(pack, model, plain.ladder), plain, toy_latent(3), cfg=3.0, steps=3)
    assert [call.shape[0] for call in calls] == [6] * 3


def test_levels_that_are_all_asked_alike_are_as_the_samplers_cfg_would_have_them(pack, toy):
    kit = Asking(pack, dict.fromkeys(range(3), {"cfg": 6.5}))
    with torch.inference_mode():
        ours = sampler_node(pack, toy, kit, cfg=1.0)
        kit.ladder = kit.ladder._replace(settings=())
        assert torch.equal(ours, sampler_node(pack, toy, kit, cfg=6.5))
        one = Asking(pack, {0: {"cfg": 6.5}}, zooms=())
        alone = sampler_node(pack, toy, one, cfg=1.0)
        assert torch.equal(alone, ksampler(toy, one, toy_latent(1), cfg=6.5))


AROUND_CFG = (
    "APG", "CFGNorm", "CFGNorm before", "CFGOverride", "CFGZeroStar", "FreSca", "Mahiro", "PerpNeg",
    "PerturbedAttentionGuidance", "RenormCFG", "RescaleCFG", "SelfAttentionGuidance", "TCFG",
    "TemporalScoreRescaling",
)  # fmt: skip


@pytest.mark.parametrize("name", [*AROUND_CFG, "another pack's"])
def test_what_other_nodes_do_around_cfg_they_do_for_each_levels_own(pack, sd15, name):
    def unsure(args):  # a number of the guider's, and one of the batch, that are asked for truth
        most = args["denoised"].std() if args["cond_scale"] > 5 else 1.0
        return args["denoised"] / most if args["sigma"] > 1 else args["denoised"]

    sd15.model.model.diffusion_model.in_channels = 4  # for RenormCFG, which is made for Lumina
    if name in AROUND_CFG:
        model = applied(name, sd15.model)
    else:
        model = sd15.model.clone()
        model.set_model_sampler_post_cfg_function(unsure)
    own = {0: {"cfg": 2.0, "seed": 20}, 1: {"seed": 21}, 2: {"cfg": 6.5, "seed": 22}}
    kit, latent = Asking(pack, own, make_cond=sd15.make_cond), sd15.latent(3, 16, 16)
    if name == "CFGOverride":  # says it for the levels that say nothing
        stock_cfg, cfg = 1.5, 3.0
        alone = sd15.model
    else:
        stock_cfg, cfg, alone = 3.0, 3.0, model
    with torch.inference_mode():
        ours = apply_node(pack, model, kit.ladder, **ALONE)
        found = ksampler(ours, kit, latent, cfg=cfg, steps=2)
        # What a batch of another size rounds otherwise grows with cfg.
        assert apart(found, stock(alone, kit, latent, stock_cfg, steps=2)) < 1e-4


def guided_by(name):
    """A sampler of the host's by another guider than KSampler's."""
    from comfy_extras import nodes_custom_sampler as custom
    from comfy_extras.nodes_perpneg import PerpNegGuider

    def sample(model, kit, latent, positive=None, negative=None, cfg=3.0, seed=5, steps=3):
        good, bad = positive or kit.positive, negative or kit.negative
        if name == "PerpNeg":
            guider = PerpNegGuider.execute(model, good, bad, toy_cond(70), cfg, 1.0).result[0]
        elif name == "DualModel":
            guider = custom.DualModelGuider.execute(
                model, good, cfg, model_negative=model, negative=bad
            ).result[0]
        elif name == "DualCFG":
            guider = custom.DualCFGGuider.execute(
                model, good, good, bad, cfg, 2.0, "regular"
            ).result[0]
        else:
            guider = custom.BasicGuider.execute(model, good).result[0]
        sigmas = custom.BasicScheduler.execute(model, "simple", steps, 1.0).result[0]
        sampler = custom.KSamplerSelect.execute("euler").result[0]
        noise = custom.RandomNoise.execute(seed).result[0]
        given = noise, guider, sampler, sigmas, {"samples": latent}
        return custom.SamplerCustomAdvanced.execute(*given).result[0]["samples"]

    return sample


@pytest.mark.parametrize("name", ["PerpNeg", "DualModel"])
def test_other_guiders_that_have_one_cfg_guide_each_level_by_its_own(pack, toy, name):
    kit, latent = Asking(pack, CFGS, zooms=(2.0, 2.0, 2.0)), toy_latent(4)
    kit.ladder = kit.ladder._replace(settings=tuple(
        own._replace(cfg=4.0) if own.cfg == 1 else own for own in kit.ladder.settings
    ))  # fmt: skip
    sample = guided_by(name)
    with torch.inference_mode():
        found = sample(apply_node(pack, toy, kit.ladder, **ALONE), kit, latent, cfg=3.0)
        assert apart(found, stock(toy, kit, latent, 3.0, sample)) < 1e-5


@pytest.mark.parametrize(
    "name, cfg, words",
    [
        ("Basic", 3.0, "Level 1 .* by a cfg of 7, but Guider_Basic has no negative prompt"),
        ("DualCFG", 3.0, "but Guider_DualCFG guides in a way of its own, .*take cfg= out"),
        ("DualModel", 1.0, "but the Dual Model CFG Guider loads its second model only for a cfg"),
    ],
)
def test_a_guider_that_has_no_cfg_of_a_levels_own_is_named(pack, toy, name, cfg, words):
    kit = Asking(pack, {1: {"cfg": 7.0}})
    model = apply_node(pack, toy, kit.ladder)
    with torch.inference_mode(), pytest.raises(ValueError, match=words):
        guided_by(name)(model, kit, toy_latent(3), cfg=cfg)
    with torch.inference_mode():  # and is none where no level asks for one
        plain = apply_node(pack, toy, kit.ladder._replace(settings=()))
        assert guided_by(name)(plain, kit, toy_latent(3), cfg=cfg).isfinite().all()


@pytest.mark.parametrize("options", [{"tile_size": 64}, {"tile_size": 64, "multiscale": 1}])
def test_levels_in_windows_are_guided_by_their_own_cfg(pack, toy, options):
    kit, latent = Asking(pack, CFGS, zooms=(2.0, 2.0, 2.0)), toy_latent(4)
    tiled = pack.nodes.MultiScalePatch.execute(toy, **{"multiscale": 0, **options}).result[0]
    with torch.inference_mode():
        found = ksampler(apply_node(pack, tiled, kit.ladder, **ALONE), kit, latent, steps=3)
        assert apart(found, stock(tiled, kit, latent, 3.0, steps=3)) < 1e-5


# --- steps ----------------------------------------------------------------------------------------

TEXTS = ("a planet", "a coast", "a leaf")
STEPS = ((0.0, 1.0), (0.25, 0.75), (0.0, 0.5))


class Clip:
    """A text encoder of toys: texts of a length are alike."""

    def tokenize(self, text):
        return text

    def encode_from_tokens_scheduled(self, text):
        return toy_cond(len(text))


def timed(pack, steps=STEPS, seeds=False):
    """A ladder whose second line leaves first and last to what is around all, its third the end."""
    own = {level: {"steps": when} for level, when in enumerate(steps)}
    if seeds:
        own = {level: {**wish, "seed": 30 + level} for level, wish in own.items()}
    kit = Asking(pack, own)
    kit.positive = pack.nodes.host.encode_levels(Clip(), TEXTS, steps, "photo")
    return kit


def by_hand(node, text, when):
    """As stock nodes have it."""
    start, end = when
    parts = [("photo", 0.0, start), (text, start, end), ("photo", end, 1.0)]
    return [
        entry
        for said, first, last in parts
        if first < last
        for entry in node("ConditioningSetTimestepRange", toy_cond(len(said)), first, last)
    ]


def range_node(name, *inputs):
    import nodes

    node = nodes.NODE_CLASS_MAPPINGS[name]()
    return getattr(node, node.FUNCTION)(*inputs)[0]


@pytest.mark.parametrize("most", [0, 1])
@pytest.mark.parametrize("scheduler, steps", [("simple", 6), ("karras", 7)])
def test_a_prompt_applies_in_its_steps_alone(pack, toy, scheduler, steps, most):
    """Against the stock node's ranges, level by level."""
    kit, how = timed(pack, seeds=True), {"scheduler": scheduler, "steps": steps}
    with torch.inference_mode():
        model = apply_node(pack, toy, kit.ladder, levels_per_batch=most, **ALONE)
        found = ksampler(model, kit, toy_latent(3), **how)
        alone = [
            ksampler(
                toy, kit, toy_latent(1), seed=30 + level, **how,
                **{**kit.of(level), "positive": by_hand(range_node, text, when)},
            )
            for level, (text, when) in enumerate(zip(TEXTS, STEPS, strict=True))
        ]  # fmt: skip
    assert apart(found, torch.cat(alone)) < 1e-5


@pytest.mark.parametrize("kind", ["eps", "v", "flow"])
@pytest.mark.parametrize("steps", [4, 8])
def test_every_step_has_one_text_and_one_call(pack, kind, steps):
    """Also where a step begins exactly at the end of a range: it belongs to the next one."""
    seen = []

    def respond(x, sigma, context):
        seen.append(context)
        return torch.zeros_like(x)

    kit = timed(pack)
    with torch.inference_mode():
        sampler_node(pack, toy_model(kind, respond=respond), kit, steps=steps)
    texts = {text: toy_cond(len(text))[0][0] for text in (*TEXTS, "photo")}
    assert len(seen) == steps
    for step, context in enumerate(seen):
        assert len(context) == 6
        for level, (start, end) in enumerate(STEPS):
            said = TEXTS[level] if start <= step / steps < end else "photo"
            rows = [torch.allclose(row, texts[said][0]) for row in context]
            assert any(rows), (step, level, said)


def test_texts_that_always_apply_are_as_before(pack):
    encode = pack.nodes.host.encode_levels
    plain, always = encode(Clip(), TEXTS), encode(Clip(), TEXTS, ((0.0, 1.0),) * 3, "photo")
    assert [extra for _, extra in plain] == [extra for _, extra in always]
    assert all(torch.equal(a, b) for (a, _), (b, _) in zip(plain, always, strict=True))
    around = part(pack, "zoomstack.scene.ladder").around
    assert around(" a photo, ", "at dawn") == "a photo, at dawn" and around("", "") == ""


def test_what_changes_nothing_is_said(pack, toy, caplog):
    kit = Asking(pack, {1: {"weight": 2.0, "steps": (0.0, 0.5)}, 2: {"steps": (0.5, 1.0)}})
    with torch.inference_mode(), caplog.at_level("INFO", "zoomstack"):
        sampler_node(pack, toy, kit, coupling="iterative", steps=2)
    assert "Level 1 has a weight of its own, which counts where levels are blended" in caplog.text
    assert "Levels 1, 2 have steps of their own in the ladder, but prompts from" in caplog.text
    caplog.clear()
    kit = timed(pack)
    with torch.inference_mode(), caplog.at_level("INFO", "zoomstack"):
        sampler_node(pack, toy, kit, steps=2)
    assert "of their own" not in caplog.text and "of its own" not in caplog.text


# --- where levels are not sampled as one batch ----------------------------------------------------


def painted(pack, node, kit, **options):
    """What a node makes level by level of a picture, which is one end of the zoom."""
    small = torch.rand(1, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    image = torch.nn.functional.interpolate(small, (64, 64), mode="bicubic").clamp(0, 1)
    given = {
        "model": toy_model("eps"), "vae": mosaic_vae(4), "ladder": kit.ladder, "image":
        image.movedim(1, -1), "positive": kit.positive, "negative": kit.negative, "seed": 5,
        "steps": 2, "cfg": 3.0, "sampler_name": "euler", "scheduler": "simple", **options,
    }  # fmt: skip
    with torch.inference_mode():
        return getattr(pack.nodes, node).execute(**given).result[0]


@pytest.mark.parametrize("method", ["sequential", "direct"])
def test_a_level_that_is_painted_outward_has_its_own_cfg_and_seed(pack, method):
    how = {"joint": 0.0, "method": method}
    ours = painted(pack, "OutpaintZoom", Asking(pack, {1: {"cfg": 7.0, "seed": 11}}), **how)
    as_all = painted(pack, "OutpaintZoom", Asking(pack), cfg=7.0, seed=11, **how)
    plain = painted(pack, "OutpaintZoom", Asking(pack), **how)
    other = painted(pack, "OutpaintZoom", Asking(pack, {0: {"seed": 11}}), **how)
    assert torch.equal(ours[1], as_all[1]) and not torch.equal(ours[1], plain[1])
    assert torch.equal(other[1:], plain[1:]) and not torch.equal(other[0], plain[0])


def test_paintings_of_a_level_go_on_from_its_seed(pack):
    kit = Asking(pack, {1: {"seed": 2**64 - 1, "weight": 2.0}})
    seeds = part(pack, "nodes.run.own").Seeds(5, kit.ladder)
    assert [seeds.next(level) for level in (2, 1, 1, 0, None)] == [5, 2**64 - 1, 0, 8, 9]
    onward = seeds.onward()
    assert [own.seed for own in onward.settings] == [None, 1, None]
    assert onward.settings[1].weight == 2.0
    plain = Asking(pack).ladder
    assert part(pack, "nodes.run.own").Seeds(5, plain).onward() == plain


def test_a_level_that_is_painted_inward_has_its_own_cfg_and_seed(pack, caplog):
    kit = Asking(pack, {1: {"cfg": 7.0, "seed": 11, "weight": 2.0}})
    with caplog.at_level("INFO", "zoomstack"):
        ours = painted(pack, "SuperResZoom", kit)
    assert "Level 1 has a weight of its own, but SuperResZoom blends no levels" in caplog.text
    as_all = painted(pack, "SuperResZoom", Asking(pack), cfg=7.0, seed=10)  # level 1's is one more
    plain = painted(pack, "SuperResZoom", Asking(pack))
    assert torch.equal(ours[1], as_all[1]) and not torch.equal(ours[1], plain[1])


def asking(pack, ladder, own):
    lib = part(pack, "zoomstack.scene.settings")
    settings = (lib.Settings(**own.get(level, {})) for level in range(ladder.levels))
    return ladder._replace(settings=tuple(settings))


def test_levels_made_anew_have_what_their_lines_ask_for(pack):
    stack = zoom(pack)

    def made(own, **options):
        ladder = asking(pack, ladder_of(pack, stack), own)
        return rework(pack, stack, "1-2", ladder=ladder, **options)[0].levels

    plain = made({})
    both = {1: {"cfg": 7.0}, 2: {"cfg": 7.0}}
    assert torch.equal(made(both), made({}, cfg=7.0)) and not torch.equal(made(both), plain)
    # Those of levels that stay are not asked for.
    assert torch.equal(made({0: {"cfg": 7.0, "seed": 3}, 3: {"cfg": 7.0, "seed": 3}}), plain)
    for own in ({"seed": 3}, {"cfg": 7.0}, {"weight": 9.0}):
        first, second = made({1: own}), made({2: own})
        assert not torch.equal(first, plain) and not torch.equal(second, plain)
        assert not torch.equal(first, second)
    # Of two new levels: the wider counts more, or the deeper one less.
    assert torch.allclose(made({1: {"weight": 9.0}}), made({2: {"weight": 1 / 9}}), atol=1e-5)


def test_new_levels_have_what_their_lines_ask_for(pack):
    stack, lib = zoom(pack), part(pack, "zoomstack.scene.ladder")
    lines = lib.Ladder(("a seed", "an atom"), ("", ""), (3.0,), ((0.5, 0.5),))

    def made(own, **options):
        given = {"ladder": asking(pack, lines, own), **options}
        return extend(pack, stack, lines.prompts, zooms=(3.0,), zoom=2.0, **given)[0].levels

    both = {0: {"cfg": 7.0}, 1: {"cfg": 7.0}}
    assert torch.equal(made(both), made({}, cfg=7.0))
    assert not torch.equal(made({1: {"cfg": 7.0}}), made(both))


def test_texts_that_only_the_prompt_ladder_knows_are_asked_for(pack):
    stack = zoom(pack)
    ladder = asking(pack, ladder_of(pack, stack), {1: {"steps": (0.0, 0.5)}})
    with pytest.raises(ValueError, match="apply in some of the steps alone.*connect its positive"):
        rework(pack, stack, "1", ladder=ladder, positive=None, clip=Clip())


# --- a run that broke off -------------------------------------------------------------------------


class Killed(BaseException):
    """A run that ends in the middle."""


def recorded(pack, own, dies_at=-1):
    """(samples or None where it died, how often the model was called)"""
    usual, calls = toy_model("eps").model.diffusion_model.respond, []

    def respond(x, sigma, context):
        if len(calls) == dies_at:
            raise Killed
        calls.append(len(x))
        return usual(x, sigma, context)

    model, how = toy_model("eps", respond=respond), {"steps": 4, "sampler": "euler_ancestral"}
    try:
        with torch.inference_mode():
            return sampler_node(pack, model, Asking(pack, own), checkpoint="a run", **how), calls
    except Killed:
        return None, calls


def test_a_broken_run_goes_on_with_the_same_settings_alone(pack, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(folder_paths, "output_directory", str(tmp_path))
    own = {0: {"cfg": 6.0}, 1: {"cfg": 2.0, "seed": 3, "weight": 2.0}}
    whole, calls = recorded(pack, own)
    recorded(pack, own, dies_at=2)
    again, more = recorded(pack, own)
    assert torch.equal(again, whole) and len(more) < len(calls)
    recorded(pack, own, dies_at=2)
    for changed in ({"cfg": 2.5}, {"seed": 4}, {"weight": 3.0}, {"steps": (0.0, 0.5)}):
        with caplog.at_level("INFO", "zoomstack"):
            _, asked = recorded(pack, {**own, 1: {**own[1], **changed}})
        assert len(asked) == len(calls) and "other inputs" in caplog.text
        assert "ladder" in caplog.text.split("other inputs: ")[1]
        caplog.clear()
