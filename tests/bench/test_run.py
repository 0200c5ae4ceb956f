"""A run: what it leaves, that it goes on where it was stopped, and that it can be repeated."""

import json
from functools import partial

import pytest
import torch
from PIL import Image
from torch import Tensor
from toy_model import ToyModel

from zoomstack.bench import work
from zoomstack.bench.comparison import Comparison
from zoomstack.bench.model.flow import euler_ancestral
from zoomstack.bench.model.settings import Settings
from zoomstack.bench.store import Store, key_of
from zoomstack.bench.zooms.job import Job
from zoomstack.bench.zooms.operators import Operators, pictures
from zoomstack.bench.zooms.places import pixel_grid
from zoomstack.bench.zooms.rows import BY_NAME, ROWS, parse_row
from zoomstack.bench.zooms.sampling import run, sample_zoom
from zoomstack.demo.networks.flow import sigmas
from zoomstack.joint.blend import agreement
from zoomstack.spaces.fitting.leaves import dead_leaves

TINY = Settings(size=64, levels=3, steps=4)


def a_run(folder, *names, seeds=2, stamp="one"):
    return Comparison([BY_NAME[name] for name in names], seeds, TINY, folder, stamp)


@pytest.fixture(scope="module")
def toy():
    model = ToyModel()
    return model, Operators(model)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_samples_and_can_be_repeated(row, toy):
    job = Job(row, 1, TINY)
    measured, views = run(job, *toy)
    again, _ = run(job, *toy)
    del measured["seconds"], again["seconds"]
    assert json.dumps(measured) == json.dumps(again)
    pictures = len(job.ladder.prompts) + (row.anchor != "none")
    assert views.shape == (pictures, 3, TINY.size, TINY.size)
    assert ("along_right" in measured) == row.ladder.startswith("far")
    assert ("photo" in measured) == (row.anchor != "none")


def test_levels_fit_their_prompts_alone_and_each_other_together(toy):
    jobs = [Job(BY_NAME[name], 0, TINY) for name in ("independent", "default")]
    assert all(run(jobs[0], *toy)[0]["right"])
    grid = pixel_grid(jobs[0].geometry)
    alone, together = (agreement(sample_zoom(job, *toy).final, grid) for job in jobs)
    assert min(together) > max(alone) + 6


def test_an_exact_anchor_shows_the_photo(toy):
    outcome = sample_zoom(Job(parse_row("photo-exact: space=small"), 0, TINY), *toy)
    shown = toy[0].decode(toy[0].encode(outcome.photo[None]))[0]
    torch.testing.assert_close(outcome.final[0], shown.clamp(0, 1), atol=0.03, rtol=0)


def test_pixels_on_some_steps_only_cost_less(toy, monkeypatch):
    decoded = []
    monkeypatch.setattr(
        toy[0], "decode", lambda z: decoded.append(len(z)) or ToyModel.decode(toy[0], z)
    )
    counts = []
    for spec in ("pixel", "pixel every=2", "pixel start=0.7", "pixel start=0.7 between=auto"):
        decoded.clear()
        run(Job(parse_row(spec), 0, TINY), *toy)
        counts.append(len(decoded) - 2)  # the final pictures, and the last prediction
    assert counts == [4, 2, 1, 1]


def test_a_sampler_that_is_told_the_truth_arrives_there():
    truth = torch.rand(2, 3, 4, 4)
    steps = euler_ancestral(
        lambda x, sigma: truth, torch.randn(2, 3, 4, 4), sigmas(5), lambda: torch.randn(2, 3, 4, 4)
    )
    torch.testing.assert_close(list(steps)[-1].x, truth)


def test_noise_keeps_its_level_while_sampling():
    shape = (1, 4, 64, 64)
    for step in euler_ancestral(
        lambda x, sigma: torch.zeros(shape),
        torch.randn(shape),
        sigmas(6),
        lambda: torch.randn(shape),
    ):
        # The prior is a point at zero: what is left is noise of the step's own level.
        assert float(step.x.std()) == pytest.approx(step.sigma, abs=0.02)


def test_a_run_leaves_a_table_a_sheet_and_its_findings(tmp_path):
    job = a_run(tmp_path, "default", "photo-exact")
    text = job.report(job.work(ToyModel, 1), sheet_seed=1)
    assert (tmp_path / "table.md").read_text("utf-8") == text
    assert "2 seeds" in text and "| the default, where no" in text and "| independent |" not in text
    assert len((tmp_path / "table.csv").read_text("utf-8").splitlines()) == 3
    assert len((tmp_path / "findings.jsonl").read_text("utf-8").splitlines()) == 6
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width > 4 * 160, "three levels and the photo"
    assert not [path for path in tmp_path.rglob("*.part")]
    assert not list(tmp_path.rglob(".*")), "nothing half-written is left"


def test_a_stopped_run_goes_on_where_it_was(tmp_path, monkeypatch):
    model = ToyModel()
    first = a_run(tmp_path, "default")
    first.work(lambda: model, 1)
    calls = model.calls
    results = a_run(tmp_path, "default").work(lambda: model, 1)
    assert model.calls == calls, "nothing is done twice"
    a_run(tmp_path, "default", "latent", seeds=3).work(lambda: model, 1)
    assert model.calls == calls + 5 * TINY.steps
    lines = (tmp_path / "findings.jsonl").read_text("utf-8").splitlines()
    (tmp_path / "findings.jsonl").write_text("\n".join([*lines[:2], lines[2][:50]]), "utf-8")
    calls = model.calls
    again = a_run(tmp_path, "default").work(lambda: model, 1)
    assert model.calls == calls + 2 * TINY.steps, "the half-written finding and the lost one"
    before, after = (
        [own["frame"] for own, _ in found[BY_NAME["default"]]] for found in (results, again)
    )
    assert before == after
    assert len(Store(tmp_path / "findings.jsonl")._findings) == 4


def test_other_code_or_weights_make_findings_anew(tmp_path):
    model = ToyModel()
    a_run(tmp_path, "independent", seeds=1).work(lambda: model, 1)
    calls = model.calls
    a_run(tmp_path, "independent", seeds=1, stamp="two").work(lambda: model, 1)
    assert model.calls == 2 * calls
    keys = {key_of(Job(BY_NAME["snr"], seed, TINY), stamp) for seed in (0, 1) for stamp in "ab"}
    assert len(keys) == 4


def test_processes_share_the_work(tmp_path):
    alone = a_run(tmp_path / "one", "default", seeds=1).work(ToyModel, 1)
    both = a_run(tmp_path / "two", "default", seeds=1).work(ToyModel, 2)
    for one, two in zip(alone.values(), both.values(), strict=True):
        assert one[0][0]["agreement"] == pytest.approx(two[0][0]["agreement"], rel=1e-4)


def test_a_process_that_cannot_load_its_model_says_so_at_its_first_job(tmp_path, monkeypatch):
    monkeypatch.setattr(work, "_worker", None)
    monkeypatch.setattr(work.signal, "signal", lambda *told: None)
    work._begin(partial(open, tmp_path / "model"))
    order = a_run(tmp_path, "default").order(Job(BY_NAME["default"], 0, TINY))
    with pytest.raises(FileNotFoundError, match="model"):
        work._do(order)
    work._begin(ToyModel)
    assert [work._do(order)["row"] for _ in range(2)] == ["default"] * 2
    assert work._worker() is work._worker()


@pytest.mark.parametrize("kind", ("scenery", "leaves", "noise", "world"))
def test_operators_can_be_fitted_on_pictures_of_any_kind(kind):
    shown = pictures(kind, 2, 48)
    assert shown.shape == (2, 3, 48, 48) and shown.dtype == torch.float32
    assert 0 <= float(shown.min()) < float(shown.max()) <= 1
    torch.testing.assert_close(shown, pictures(kind, 2, 48))
    if kind == "leaves":
        torch.testing.assert_close(shown, dead_leaves(2, 48, 48, 7000))


def test_a_space_is_fitted_once_on_as_many_pictures_as_a_row_says():
    class Encoding(ToyModel):
        asked: list[Tensor] = []

        def encode(self, pictures):
            self.asked.extend(pictures)
            return super().encode(pictures)

    operators = Operators(Encoding())
    geometry = Job(BY_NAME["default"], 0, TINY).geometry
    for shown, count, most in (("leaves", 0, 8), ("leaves", 2, 2), ("world", 3, 3)):
        Encoding.asked.clear()
        operators.space("fitted", geometry, shown, count)
        largest = max(picture.shape[-1] for picture in Encoding.asked)
        whole = [picture for picture in Encoding.asked if picture.shape[-1] == largest]
        assert len(whole) == 2 * most, "each as it is, and shrunk and enlarged"
        fitted = len(Encoding.asked)
        operators.space("fitted", geometry, shown, count)
        assert len(Encoding.asked) == fitted
        operators.space("twin", geometry, shown, count)
        assert len(Encoding.asked) > fitted
