"""Memory that runs out anywhere: the run goes on with less, or ends; the next one is untouched."""

import os
import random
import re
import traceback
import types

import pytest
import torch
from host_kit import Ladder, part, sampler_node
from tiny_models import import_comfy, toy_model
from tiny_vae import bent, mosaic_vae
from torch.utils._python_dispatch import TorchDispatchMode

import_comfy()

LONG = bool(os.environ.get("ZOOMSTACK_LONG_TESTS"))


class RunsOut(TorchDispatchMode):
    """Counts what torch is asked to do; the ``at``-th and ``lasting - 1`` more find no memory."""

    def __init__(self, at=None, lasting=1):
        super().__init__()
        self.at, self.lasting, self.count = at, lasting, 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.count += 1
        if self.at is not None and self.at <= self.count < self.at + self.lasting:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return function(*args, **(kwargs or {}))


class Respond(torch.nn.Module):
    """The toy's answer; ``fails`` says at which calls there is no memory."""

    def __init__(self, fails=lambda call: False):
        super().__init__()
        self.usual = toy_model("eps").model.diffusion_model.respond
        self.fails, self.calls = fails, 0

    def forward(self, x, sigma, context):
        self.calls += 1
        if self.fails(self.calls):
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return self.usual(x, sigma, context)


@pytest.fixture
def kit(pack):
    return Ladder(pack, zooms=(2.0, 2.5, 3.0))


def run(pack, model, kit, **options):
    with torch.inference_mode():
        return sampler_node(pack, model, kit, **{"steps": 2, **options})


def near(a, b):
    return float((a - b).abs().max() / b.std()) < 1e-4


def frames_of(error):
    """The names of the functions that the error went through."""
    return {frame.name for frame in traceback.extract_tb(error.__traceback__)}


OPTIONS = [
    {"sampler": "euler_ancestral"},
    {"sampler": "dpmpp_2m_cfg_pp", "levels_per_batch": 1},
    {"sampler": "euler", "tile_size": 64, "multiscale": 1},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_at_any_call_of_the_model_the_run_goes_on_with_less_or_says_so(pack, kit, options):
    respond = Respond()
    model = toy_model("eps", respond=respond)
    whole, calls = run(pack, model, kit, **options), respond.calls
    once_failed = []
    for at in range(1, calls + 1):
        respond.calls, respond.fails = 0, lambda call, at=at: call == at
        try:
            assert near(run(pack, model, kit, **options), whole)
        except MemoryError as error:
            assert "Out of memory with one" in str(error) and "choose a smaller" in str(error)
            once_failed.append(at)
        respond.calls, respond.fails = 0, lambda call, at=at: call >= at
        with pytest.raises(MemoryError, match="Out of memory with one .* choose a smaller"):
            run(pack, model, kit, **options)
        respond.calls, respond.fails = 0, lambda call: False
        assert torch.equal(run(pack, model, kit, **options), whole)
    # Where there is one level or window a call already, nothing smaller can be tried.
    assert (options.get("levels_per_batch") == 1) == (once_failed == list(range(1, calls + 1)))


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_at_any_allocation_the_next_run_is_as_if_nothing_had_been(pack, kit, options):
    model = toy_model("eps")
    whole = run(pack, model, kit, **options)
    with RunsOut() as counting:
        run(pack, model, kit, **options)
    assert counting.count > 100
    chance = random.Random()
    survived = 0
    for at in chance.sample(range(1, counting.count), 200 if LONG else 6):
        try:
            with RunsOut(at, lasting=1):
                survived += near(run(pack, model, kit, **options), whole)
        except torch.OutOfMemoryError as error:
            said = re.match(r"Out of memory (with one|between the model's calls)", str(error))
            # The host's own work before and after is the host's to explain.
            assert said or "_outer_sample" not in frames_of(error), f"operation {at}"
        assert torch.equal(run(pack, model, kit, **options), whole), f"after operation {at}"
    # Of one level a call nothing smaller can be tried.
    assert survived or not LONG or options.get("levels_per_batch") == 1


@pytest.mark.parametrize("free, levels", [(1201, 8), (1200, 4), (601, 4), (600, 2), (0, 1)])
def test_as_many_levels_share_a_call_as_the_host_would_send(pack, free, levels):
    """By its own estimate, with the half again that it keeps free."""
    memory = part(pack, "nodes.host.memory")
    patcher = types.SimpleNamespace(get_free_memory=lambda device: free)
    model = types.SimpleNamespace(
        current_patcher=patcher, memory_required=lambda shape: 100 * shape[0]
    )
    assert memory.fitting(model, torch.empty(8, 4, 16, 16, device="meta")) == levels


def test_on_a_cpu_no_more_levels_share_a_call_than_are_quick(pack):
    memory = part(pack, "nodes.host.memory")
    patcher = types.SimpleNamespace(get_free_memory=lambda device: 2**40)
    model = types.SimpleNamespace(current_patcher=patcher, memory_required=lambda shape: 1)
    for side, levels in ((8, 16), (16, 8), (32, 2), (64, 1)):
        assert memory.fitting(model, torch.empty(16, 4, side, side)) == levels


@pytest.mark.parametrize("total, levels", [(3200, 8), (3199, 4), (1600, 4), (1599, 2), (0, 1)])
def test_half_of_the_device_is_planned_for_levels_and_their_negatives(
    pack, monkeypatch, total, levels
):
    memory = part(pack, "nodes.host.memory")
    monkeypatch.setattr(memory.management, "get_total_memory", lambda device: total)
    network = types.SimpleNamespace(memory_required=lambda shape: 100 * shape[0])
    patcher = types.SimpleNamespace(load_device="meta", model=network)
    assert memory.affordable(patcher, (8, 4, 16, 16)) == levels


def cuda():
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has ...")


def cpu():
    torch.empty(2**55, dtype=torch.uint8)


def ram():
    raise MemoryError


@pytest.mark.parametrize(
    "where, out, need",
    [
        ("noise", cuda, "2.00 GiB"),
        ("couple", cuda, "2.00 GiB"),
        ("couple", cpu, f"{2**55} bytes"),
        ("couple", ram, "more"),
        ("settle", cuda, "2.00 GiB"),
        ("_held", cuda, "2.00 GiB"),
    ],
)
def test_between_the_calls_the_error_says_what_needs_it(pack, kit, where, out, need, monkeypatch):
    from comfy.model_management import is_oom

    Levels, Run = pack.nodes.run.autoencoder.Levels, pack.nodes.run.levels.Run
    model = toy_model("eps")
    options = {"space": "pixel", "vae": bent(mosaic_vae())} if where == "_held" else {}
    whole = run(pack, model, kit, **options)
    with monkeypatch.context() as broken:
        owner = Levels if where == "_held" else Run
        broken.setattr(owner, where, lambda *args: out())
        with pytest.raises(MemoryError) as caught:
            run(pack, model, kit, **options)
    g = kit.geometry
    assert re.fullmatch(
        rf"Out of memory between the model's calls, for 4 levels of {g.width} x {g.height} latent "
        rf"pixels: {need} needed, [\d.]+ GiB free on cpu. Choose a smaller width and .*",
        str(caught.value),
    )
    # As the host tells that its models are to go.
    assert is_oom(caught.value)
    assert torch.equal(run(pack, model, kit, **options), whole)
