"""Levels dealt to the copies of a model on several devices: the same zoom, each device its share.

The devices are the CPU under several names, which is all that is a fake: the host's own node makes
the copies, loads them, and its own threads carry the calls.
"""

import logging
import threading
from collections import Counter

import pytest
import torch
from host_kit import Ladder, apply_node, custom_advanced, ksampler, part, sampler_node
from tiny_conds import during, in_area, stock_control, toy_cond
from tiny_families import family
from tiny_models import import_comfy, randn, toy_latent, toy_model
from tiny_vae import mosaic_vae

import_comfy()
import comfy.hooks  # noqa: E402
import comfy.model_management as management  # noqa: E402
import comfy.sampler_helpers  # noqa: E402
from comfy.patcher_extension import WrappersMP  # noqa: E402
from comfy_extras.nodes_easycache import EasyCacheNode  # noqa: E402
from comfy_extras.nodes_multigpu import MultiGPUCFGSplitNode  # noqa: E402

CPU, NEXT = torch.device("cpu"), torch.device("cpu", 1)
LEVELS = 5
WINDOWS = "zoomstack_windows"


class Several:
    """A MODEL with copies on so many devices, and what each was asked: the first is its own."""

    def __init__(self, monkeypatch, named=(CPU, NEXT), make=lambda: toy_model("eps")):
        monkeypatch.setattr(
            management, "get_all_torch_devices", lambda exclude_current=False: named
        )
        management.unload_all_models()  # the node stumbles over those that are gone
        self.calls, self.before = [], lambda place: None
        self.one = make()
        self.one.cached_patcher_init = (make, ())
        self.one.add_wrapper_with_key(WrappersMP.APPLY_MODEL, "note", self._note)
        self.model = MultiGPUCFGSplitNode.execute(self.one, len(named)).result[0]
        copies = self.model.get_additional_models_with_key("multigpu")
        self._places = {id(model.model): place for place, model in enumerate((self.one, *copies))}
        assert len(self._places) == len(named)

    def _note(self, executor, x, *args, **kwargs):
        place = self._places.setdefault(id(executor.class_obj), len(self._places))
        self.before(place)
        self.calls.append((place, len(x), threading.current_thread()))
        return executor(x, *args, **kwargs)

    def rows(self):
        """How many rows each was asked for; and forgets it."""
        counted = Counter()
        for place, rows, _ in self.calls:
            counted[place] += rows
        self.calls.clear()
        return dict(sorted(counted.items()))


@pytest.fixture
def two(monkeypatch):
    return Several(monkeypatch)


@pytest.fixture(scope="module")
def kit(pack):
    return Ladder(pack, zooms=(2.0, 2.5, 3.0, 2.0))


def run(pack, model, kit, **options):
    with torch.inference_mode():
        return sampler_node(pack, model, kit, **{"steps": 2, **options})


def near(a, b):
    return float((a - b).abs().max() / b.std()) < 1e-5


def alike(pack, several, kit, **options):
    """The rows that each device was asked for, of a zoom that is as one device makes it."""
    several.calls.clear()
    whole = run(pack, several.one, kit, **options)
    one = several.rows()
    assert near(run(pack, several.model, kit, **options), whole)
    shares = several.rows()
    assert set(one) == {0} and sum(shares.values()) == one[0]
    return shares


@pytest.mark.parametrize("sampler", ["euler", "euler_ancestral", "dpmpp_2m_cfg_pp"])
@pytest.mark.parametrize("cfg", [1.0, 3.0])
def test_each_device_has_its_levels_of_the_zoom_that_one_makes(pack, two, kit, sampler, cfg):
    shares = alike(pack, two, kit, sampler=sampler, cfg=cfg)
    assert set(shares) == {0, 1} and shares[0] * 2 == shares[1] * 3, "three levels and two"


@pytest.mark.parametrize("devices, most", [(3, 0), (8, 0), (2, 1), (2, 2)])
def test_with_more_devices_than_levels_or_few_levels_a_call(pack, monkeypatch, kit, devices, most):
    named = (CPU, *(torch.device("cpu", index) for index in range(1, devices)))
    several = Several(monkeypatch, named)
    run(pack, several.model, kit)
    threads = {thread for _, _, thread in several.calls}
    assert len(threads) == min(devices, LEVELS) and threading.current_thread() not in threads
    several.rows()
    shares = alike(pack, several, kit, levels_per_batch=most)
    assert set(shares) == set(range(min(devices, LEVELS)))


def test_what_levels_ask_for_themselves_and_whatever_hangs_on_a_prompt(pack, two, kit):
    """Each level its cfg; one has an area, one is longer, two are for a part of the schedule."""
    lib = part(pack, "zoomstack.scene.settings")
    cfgs = (None, 1.0, 4.0, None, 1.0)
    own = tuple(lib.Settings(cfg=cfg) if cfg else lib.Settings() for cfg in cfgs)
    asking = Ladder(pack, zooms=(2.0, 2.5, 3.0, 2.0))
    asking.ladder = asking.ladder._replace(settings=own)
    conds = [toy_cond(level, tokens=7 if level == 3 else 5) for level in range(LEVELS)]
    conds[0] = conds[0] + in_area(toy_cond(20), 8, 8, 4, 4, strength=1.5)
    conds[2] = during(conds[2], 0.0, 0.5) + during(toy_cond(30), 0.5, 1.0)
    positive = asking.tagged(conds)
    assert set(alike(pack, two, asking, positive=positive, sampler="euler_ancestral")) == {0, 1}


def test_a_controlnet_with_a_hint_a_level(pack, two, kit):
    hints = torch.rand(LEVELS, 3, 128, 128, generator=torch.Generator().manual_seed(1)).round()

    def shown(hints):
        net = stock_control("controlnet", hints, type=[1])
        return [[tensor, {**extras, "control": net}] for tensor, extras in kit.positive]

    assert set(alike(pack, two, kit, positive=shown(hints))) == {0, 1}
    upside_down, plain = (
        run(pack, two.model, kit, positive=shown(some)) for some in (hints.flip(0), hints)
    )
    assert not near(upside_down, plain)


def lora(model):
    """A random LoRA on a MODEL's attention, as a file of one holds it."""
    tensors = {}
    for name, weight in model.model.named_parameters():
        if weight.ndim == 2 and "attn" in name and name.endswith(".weight"):
            up, down = (randn(seed, size, 2) for seed, size in enumerate(weight.shape))
            key = name.removesuffix(".weight")
            tensors[f"{key}.lora_up.weight"] = 0.2 * up / weight.shape[0] ** 0.5
            tensors[f"{key}.lora_down.weight"] = down.T.contiguous()
    return tensors


def test_a_lora_of_some_levels_changes_over_time_on_all_devices(pack, monkeypatch):
    sd15 = family("sd15")
    several = Several(monkeypatch, make=lambda: family("sd15").model)
    kit = Ladder(pack, zooms=(2.0, 2.0, 2.0), make_cond=sd15.make_cond)

    def hooked():
        hook = comfy.hooks.create_hook_lora(lora(sd15.model), 1.0, 0.0)
        frames = comfy.hooks.HookKeyframeGroup()
        for strength, start in ((0.0, 0.0), (1.0, 0.4), (0.3, 0.7)):
            frames.add(comfy.hooks.HookKeyframe(strength, start_percent=start))
        hook.set_keyframes_on_hooks(frames)
        return [[t, {**e, "hooks": hook} if e["zoom_level"] else e] for t, e in kit.positive]

    assert set(alike(pack, several, kit, steps=4, positive=hooked())) == {0, 1}
    plain = run(pack, several.one, kit, steps=4)
    assert not near(run(pack, several.model, kit, steps=4, positive=hooked()), plain)


def test_other_packs_see_one_call_of_all_levels_a_step(pack, two, kit):
    seen = []

    def look(executor, model, conds, x, *args):
        seen.append((len(x), threading.current_thread()))
        return executor(model, conds, x, *args)

    two.model.add_wrapper_with_key(WrappersMP.CALC_COND_BATCH, "other", look)
    run(pack, two.model, kit)
    assert seen == [(LEVELS, threading.current_thread())] * 2
    assert set(two.rows()) == {0, 1}


def test_any_guider_of_the_host_and_whichever_node_came_first(pack, two, kit):
    def sampled(model, sample):
        two.calls.clear()
        with torch.inference_mode():
            return sample(model, kit, toy_latent(LEVELS), steps=2), set(two.rows())

    applied, split = (apply_node(pack, model, kit.ladder) for model in (two.one, two.model))
    late = MultiGPUCFGSplitNode.execute(applied, 2).result[0]
    whole, places = sampled(applied, ksampler)
    assert places == {0}
    for model in (split, late):
        result, places = sampled(model, ksampler)
        assert near(result, whole) and 0 in places and len(places) == 2
    (result, _), places = sampled(split, custom_advanced)
    assert near(result, whole) and places == {0, 1}


def test_a_vae_that_is_loaded_with_the_model_is_not_copied(pack, two):
    vae = mosaic_vae()
    vae.patcher.deepclone_multigpu = None
    part(pack, "nodes.host.vae").load_together(two.model, vae)
    prepare = comfy.sampler_helpers.prepare_sampling
    _, _, loaded = prepare(two.model, (2, 4, 8, 8), {}, two.model.model_options)
    assert [patcher.load_device for patcher in loaded if patcher is not vae.patcher] == [NEXT]
    assert vae.patcher in loaded


def test_what_is_kept_for_all_steps_is_looked_up_where_the_caller_is(pack, two, kit, monkeypatch):
    """By no two threads at once."""
    router, places = part(pack, "nodes.conditioning.levels").Router, []
    usual = router.groups

    def groups(*args):
        places.append(threading.current_thread())
        return usual(*args)

    monkeypatch.setattr(router, "groups", groups)
    run(pack, two.model, kit)
    assert set(places) == {threading.current_thread()} and set(two.rows()) == {0, 1}


def test_what_a_device_is_asked_lies_there_and_what_it_answers_comes_back(pack, monkeypatch, kit):
    """Torch's device "meta", which is no CPU and holds no numbers: its answers are made up."""
    meta, asked = torch.device("meta"), []

    def plenty(device=None, torch_free_too=False, torch_total_too=False):
        return (2**40, 2**40) if torch_free_too or torch_total_too else 2**40

    monkeypatch.setattr(management, "get_free_memory", plenty)
    monkeypatch.setattr(management, "get_total_memory", plenty)
    several = Several(monkeypatch, named=(CPU, meta))

    def answer(apply_model, args):
        x, options = args["input"], args["c"]["transformer_options"]
        given = (x, args["timestep"], args["c"]["c_crossattn"],
                 options["sigmas"], options["sample_sigmas"])  # fmt: skip
        asked.append({tensor.device for tensor in given})
        return apply_model(x, args["timestep"], **args["c"]) if x.device == CPU else Made(x)

    class Made:
        """Comes back as a tensor of ones."""

        def __init__(self, x):
            self.shape = x.shape

        def to(self, device):
            assert device == CPU
            return torch.ones(self.shape)

    several.model.set_model_unet_function_wrapper(answer)
    result = run(pack, several.model, kit, coupling="independent", shared_noise=False)
    assert sorted(asked, key=str) == [{CPU}, {CPU}, {meta}, {meta}]
    assert result.device == CPU and result.isfinite().all()


# --- what goes wrong --------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 1])
def test_an_error_of_any_device_comes_to_the_caller_and_says_where(pack, two, kit, place, caplog):
    def fail(at):
        if at == place:
            raise LookupError("no such thing")

    two.before = fail
    named = (CPU, NEXT)[place]
    with caplog.at_level(logging.WARNING, "zoomstack"), pytest.raises(LookupError, match="no such"):
        run(pack, two.model, kit)
    assert f"On {named}, with rows" in caplog.text
    two.before = lambda at: None
    alike(pack, two, kit)


@pytest.mark.parametrize("place", [0, 1])
def test_where_one_device_has_no_memory_all_go_on_with_fewer_levels_a_call(pack, two, kit, place):
    whole = run(pack, two.one, kit)
    failed = []

    def fail(at):
        if at == place and not failed:
            failed.append(at)
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    two.before = fail
    assert near(run(pack, two.model, kit), whole) and failed


def test_a_cancelled_run_ends_and_the_next_one_is_untouched(pack, two, kit):
    two.before = lambda place: management.interrupt_current_processing() if place else None
    with pytest.raises(management.InterruptProcessingException):
        run(pack, two.model, kit, levels_per_batch=1)
    two.before = lambda place: None
    management.interrupt_current_processing(False)
    alike(pack, two, kit)


# --- what is not dealt ------------------------------------------------------------------------


def test_windows_and_easycache_are_split_as_the_host_does(pack, two, kit):
    """By positive and negative: half of all rows each."""
    for options, model in (
        ({"tile_size": 64}, two.model),
        ({}, EasyCacheNode.execute(two.model, 0.0, 0.0, 1.0, False).result[0]),
    ):
        run(pack, model, kit, **options)
        shares = two.rows()
        assert shares[0] == shares[1]


# --- how it is dealt --------------------------------------------------------------------------


def test_whoever_is_done_first_takes_the_next(pack):
    deal = part(pack, "nodes.conditioning.deal").deal
    assert deal([3, 3, 2], [1.0, 1.0]) == [[0, 2], [1]]
    assert deal([1, 1, 1, 4], [1.0, 1.0]) == [[3], [0, 1, 2]]
    assert deal([2, 2, 2], [2.0, 1.0]) == [[0, 1], [2]]
    assert deal([5], [1.0, 1.0]) == [[0], []]


def test_each_device_takes_calls_as_large_as_its_own_memory(pack, kit):
    lib = part(pack, "nodes.conditioning.deal")
    router = part(pack, "nodes.conditioning.levels").Router(8, repeats=True)
    conds = [[{"model_conds": {}}], None]
    asked = [(tuple(range(8)), conds)]
    hands = [lib.Hand(1.0, 4), lib.Hand(1.0, 2)]
    calls = lib.deal_levels(router, hands, 8, asked, lambda: 1.0)
    assert [[group.levels for group in own] for own in calls] == [
        [(0, 1, 2, 3)],
        [(4, 5), (6, 7)],
    ]
    again = lib.deal_levels(router, hands, 8, asked, lambda: 1.0)
    assert all(a is b for old, new in zip(calls, again, strict=True)
               for a, b in zip(old, new, strict=True)), "merged once for all steps"  # fmt: skip


def test_memory_is_planned_for_the_share_of_each_device(pack, two, monkeypatch):
    planned, shape = part(pack, "nodes.host.hooks.devices").planned, (8, 4, 16, 16)
    assert planned(two.one, shape, {}, 0) == planned(two.model, shape, {WINDOWS: None}, 0) == 8
    assert planned(two.model, shape, {}, 0) == planned(two.model, shape, {}, 6) == 4
    assert planned(two.model, shape, {}, 3) == 3
    need = two.one.model.memory_required([2, *shape[1:]])
    small = {CPU: 2**40, NEXT: 2 * need}
    monkeypatch.setattr(management, "get_total_memory", lambda device: small[device])
    assert planned(two.model, shape, {}, 0) == 1
