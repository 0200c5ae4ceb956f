"""The neighbouring methods in the benchmark: each makes its zoom, by the library that nodes use."""

import json
import math

import pytest
import torch
from toy_model import ToyModel

from zoomstack.bench.__main__ import compared
from zoomstack.bench.comparison import Comparison
from zoomstack.bench.model.settings import Settings
from zoomstack.bench.told.columns import both
from zoomstack.bench.told.estimate import estimate
from zoomstack.bench.zooms.job import Job
from zoomstack.bench.zooms.methods import METHODS, Neighbour, chosen_methods
from zoomstack.bench.zooms.neighbours import Painter
from zoomstack.bench.zooms.operators import Operators
from zoomstack.bench.zooms.places import pixel_grid
from zoomstack.bench.zooms.rows import BY_NAME
from zoomstack.bench.zooms.sampling import run, sample_zoom
from zoomstack.demo.networks.flow import sigmas
from zoomstack.joint.blend import agreement

TINY = Settings(size=64, levels=3, steps=4)
KNOWN = {row.name: row for row in METHODS}


@pytest.fixture(scope="module")
def toy():
    model = ToyModel()
    return model, Operators(model)


def of(name, seed=0):
    return Job(KNOWN[name], seed, TINY)


@pytest.mark.parametrize("row", METHODS, ids=lambda row: row.name)
def test_every_method_makes_a_zoom_and_can_be_repeated(row, toy):
    job = Job(row, 1, TINY)
    measured, views = run(job, *toy)
    again, _ = run(job, *toy)
    del measured["seconds"], again["seconds"]
    assert json.dumps(measured) == json.dumps(again)
    assert views.shape == (TINY.levels, 3, TINY.size, TINY.size) and views.isfinite().all()
    assert all(measured["right"])


@pytest.mark.parametrize("ladder", ["p2", "p4", "mixed"])
def test_outpainted_levels_agree_exactly_and_others_do_not(toy, ladder):
    for row in METHODS:
        if isinstance(row, Neighbour):
            row = Neighbour(**{**vars(row), "ladder": ladder})
            job = Job(row, 0, TINY)
            decibels = agreement(sample_zoom(job, *toy).final, pixel_grid(job.geometry))
            assert (min(decibels) == math.inf) == (row.direction == "outward" and not row.joint)


def test_a_level_is_painted_with_its_own_prompt_alone(toy, monkeypatch):
    asked = []

    def denoiser(prompts, cfg):
        asked.append(len(prompts))
        return ToyModel.denoiser(toy[0], prompts, cfg)

    monkeypatch.setattr(toy[0], "denoiser", denoiser)
    counts = {"superres": 3, "outpaint-direct": 3, "outpaint-sequential": 9}
    for name, calls in counts.items():
        asked.clear()
        sample_zoom(of(name), *toy)
        assert asked == [1] * calls
    asked.clear()
    sample_zoom(of("outpaint-direct-joint"), *toy)
    assert asked == [1, 1, 1, TINY.levels]


def test_what_is_not_masked_comes_back_as_the_autoencoder_keeps_it(toy):
    picture, mask = torch.rand(3, 61, 64), torch.zeros(61, 64)
    mask[:, 40:] = 1
    painted = Painter(of("outpaint-direct"), toy[0]).paint(picture, mask, 1)
    kept = toy[0].decode(toy[0].encode(torch.nn.functional.pad(picture, (0, 0, 0, 3))[None]))[0]
    assert painted.shape == picture.shape
    assert torch.allclose(painted[:, :56, :40], kept[:, :56, :40], atol=1e-6)
    assert (painted - kept[:, :61])[:, :, 40:].abs().mean() > 0.05


def test_a_strength_takes_the_last_steps_of_a_longer_schedule_as_ksampler_does(toy):
    painter = Painter(of("superres"), toy[0])
    assert painter._sigmas(1.0) == sigmas(4)
    assert painter._sigmas(0.5) == sigmas(8)[-5:]


def test_a_picture_is_drawn_anew_from_itself_under_noise_of_the_first_level(toy):
    model, _ = toy
    picture = torch.rand(3, 64, 64)
    shown = []

    class Watched(ToyModel):
        def denoiser(self, prompts, cfg):
            denoise = super().denoiser(prompts, cfg)
            return lambda x, sigma: shown.append((x, float(sigma[0]))) or denoise(x, sigma)

    Painter(of("superres", seed=3), Watched()).redraw(picture, 1, 0.5)
    latents = model.encode(picture[None])
    noise = torch.randn(latents.shape, generator=torch.Generator().manual_seed(3))
    first = sigmas(8)[-5]
    assert shown[0][1] == pytest.approx(first) and len(shown) == 4
    torch.testing.assert_close(shown[0][0], (1 - first) * latents + first * noise)


def test_methods_are_chosen_by_name():
    assert chosen_methods(None) == list(METHODS)
    assert chosen_methods(["superres"]) == [KNOWN["superres"]]
    with pytest.raises(ValueError, match="no method 'sr'; there are: superres, outpaint-direct, "):
        chosen_methods(["sr"])


def test_the_joint_method_is_the_default_row():
    settings = Settings()
    for mine, theirs in (("default", "default"), ("independent", "independent")):
        jobs = Job(KNOWN[mine], 0, settings), Job(BY_NAME[theirs], 0, settings)
        assert jobs[0].described() == jobs[1].described()
    told = [repr(Job(row, 0, settings).described()) for row in METHODS]
    assert len(set(told)) == len(METHODS)


def test_levels_that_agree_exactly_are_written_so():
    assert estimate([math.inf, math.inf]).written(1) == "exact"
    exact = {"agreement": [math.inf], "frame": [2.0]}
    assert math.isnan(both(exact, exact)) and both({**exact, "agreement": [20.0]}, exact) < 20


def test_a_run_leaves_a_table_and_a_sheet(tmp_path):
    rows = chosen_methods(["superres", "outpaint-direct", "default"])
    work = Comparison(rows, 2, TINY, tmp_path, "stamp")
    text = work.report(work.work(ToyModel, 1))
    assert "| outpainting, direct |" in text and "exact" in text
    assert "photo, dB" not in text  # no row has one
    assert (tmp_path / "sheet.png").exists()
    assert work.report(work.work(pytest.fail, 1)) == text


def test_a_grid_is_refused(tmp_path):
    from argparse import Namespace

    with pytest.raises(ValueError, match="has no grid; choose among its methods with --rows"):
        compared(Namespace(what="methods", grid="feather=0,1"))
