"""The pack's wrappers on a MODEL: in one order, whichever node came first, and never twice."""

from itertools import permutations

import pytest
import torch
from host_kit import Ladder, apply_node, ksampler
from tiny_models import import_comfy, toy_latent, toy_model

import_comfy()
from comfy.patcher_extension import WrappersMP  # noqa: E402

OURS = ["zoomstack_record", "zoomstack", "zoomstack_windows"]
# While a model samples: outermost first.
LIE = {
    WrappersMP.OUTER_SAMPLE: [*OURS, "other"],
    WrappersMP.PREDICT_NOISE: [*OURS, "other", "zoomstack_apart"],
    WrappersMP.PREPARE_SAMPLING: OURS[1:],
    WrappersMP.SAMPLER_SAMPLE: OURS[1:2],
    WrappersMP.CALC_COND_BATCH: ["other", *OURS[1:]],
}


@pytest.fixture(scope="module")
def kit(pack):
    return Ladder(pack, zooms=(2.0, 2.5))


@pytest.fixture
def lay():
    """How the wrappers lay in each run, outermost first."""
    return []


@pytest.fixture
def put(pack, kit, tmp_path, lay):
    """Each way to put wrappers on a MODEL, by a name."""

    def other(model):
        """Another pack's, which tells levels apart: inside of ours, or levels would disagree."""

        def brighter(executor, x, *args):
            return executor(x, *args) + torch.arange(len(x)).view(-1, 1, 1, 1)

        def note(executor, *args, **kwargs):
            held = executor.class_obj.model_options["transformer_options"]["wrappers"]
            lay.append({kind: list(keys) for kind, keys in held.items()})
            return executor(*args, **kwargs)

        clone = model.clone()
        wrappers = {
            WrappersMP.OUTER_SAMPLE: note,
            WrappersMP.PREDICT_NOISE: brighter,
            WrappersMP.CALC_COND_BATCH: lambda executor, *args: executor(*args),
        }
        for kind, wrapper in wrappers.items():
            clone.remove_wrappers_with_key(kind, "other")
            clone.add_wrapper_with_key(kind, "other", wrapper)
        return clone

    return {
        "record": lambda model: pack.nodes.host.record(model, str(tmp_path), {}, lambda line: None),
        "levels": lambda model: apply_node(pack, model, kit.ladder),
        "windows": lambda model: pack.nodes.MultiScalePatch.execute(
            model, tile_size=64, multiscale=0
        ).result[0],
        "other": other,
    }


def test_wrappers_lie_in_one_order_whichever_came_first(put, kit, lay):
    model, results = toy_model("eps"), []
    for order in permutations(put):
        wrapped = model
        for name in order:
            wrapped = put[name](wrapped)
        with torch.inference_mode():
            results.append(ksampler(wrapped, kit, toy_latent(kit.levels), steps=2))
        assert lay.pop() == LIE, order
    assert all(torch.equal(result, results[0]) for result in results)
    views = model.model.process_latent_in(results[0])
    assert kit.disagreement(views) / float(views.std()) < 1e-4
    assert not model.wrappers


@pytest.mark.parametrize("name", ["record", "levels", "windows"])
def test_what_is_applied_again_takes_its_own_place(put, name):
    model = toy_model("eps")
    for one in ("other", "windows", "levels", "record"):
        model = put[one](model)
    before = {kind: dict(keys) for kind, keys in model.wrappers.items()}
    again = put[name](model)
    assert {kind: list(keys) for kind, keys in again.wrappers.items()} == LIE
    assert all(len(held) == 1 for keys in again.wrappers.values() for held in keys.values())
    assert model.wrappers == before


def test_two_others_stay_as_they_lay(put):
    model = toy_model("eps").clone()
    for key in ("b", "a"):
        model.add_wrapper_with_key(WrappersMP.OUTER_SAMPLE, key, lambda executor, *args: None)
    model = put["levels"](put["windows"](model))
    assert list(model.wrappers[WrappersMP.OUTER_SAMPLE]) == [*OURS[1:], "b", "a"]
