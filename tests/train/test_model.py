"""Training the diffusion model: the optimiser, the plan, what is resumed; and a run of it all."""

import numpy as np
import pytest
import torch
from checkout import TREE, needs_tree
from tiny_world import tiny_corpus

from zoomstack.demo.networks.transformer import Transformer
from zoomstack.train.latents import Latents
from zoomstack.train.learning import training
from zoomstack.train.learning.objective import flow_loss, noise_levels
from zoomstack.train.learning.optimiser import DECAY, MUON, Optimiser, pieces
from zoomstack.train.learning.orthogonal import orthogonal
from zoomstack.train.learning.schedule import WARM_UP, Timetable
from zoomstack.train.learning.training import LATEST, POWER, STABLE
from zoomstack.train.processes import together
from zoomstack.train.run import main
from zoomstack.train.shards import write_shard
from zoomstack.train.stages import diffusion
from zoomstack.train.stages.encode import latents_folder

# Where a step counts as a minute: three small, five large, the last two with a falling rate.
PLAN = Timetable(8, decay=2, fine=5, coarse_size=16, fine_size=32, batch=4, fine_batch=2)
SEEN = 3 * 4 + 3 * 2 + 2 * 4  # pictures: three coarse steps, then two of five


@pytest.fixture
def work(tmp_path):
    """A work folder whose latents say which picture they are of, and of which side."""
    tiny_corpus(tmp_path)
    for size in (16, 32):
        for shard in range(3):
            rows = np.arange(4 * shard, 4 * shard + 4).reshape(-1, 1, 1, 1, 1)
            values = (rows / 10 + np.array([0, 0.05]).reshape(1, 2, 1, 1, 1)).astype(np.float16)
            values = np.broadcast_to(values, (4, 2, 16, size // 8, size // 8))
            write_shard(latents_folder(tmp_path, size) / f"train-{shard:04d}.npy", values)
    return tmp_path


def trained(work, plan=PLAN, **options):
    setting = diffusion.Setting(work, TREE, depth=1, step_seconds=60.0, **options)
    diffusion.train(setting, plan)
    return torch.load(work / LATEST, weights_only=True)


def same(a, b):
    return all(torch.equal(a[key], b[key]) for key in a) and a.keys() == b.keys()


def test_the_plan_warms_up_holds_and_falls():
    plan = Timetable(100, decay=20, fine=30)
    assert plan.rate(0, 0.0) == pytest.approx(1 / WARM_UP)
    assert plan.rate(10**4, 79.9) == 1
    assert plan.rate(10**4, 90.0) == pytest.approx(0.5)
    assert plan.rate(10**4, 101.0) == 0
    assert Timetable.lasting(30) == Timetable(30, 6, 10)
    assert {plan.size(minute, step) for minute in (0, 69) for step in range(9)} == {128}
    fine = [plan.size(minute, step) for minute in (70, 99) for step in range(9)]
    assert fine.count(256) == 12 and fine.count(128) == 6  # small ones are not forgotten


@pytest.mark.parametrize("shape", [(96, 96), (128, 32), (32, 128)])
def test_the_orthogonal_matrix_keeps_directions_and_evens_out_lengths(shape):
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    found = left.T @ orthogonal(matrix) @ right.T
    lengths = found.diagonal()
    assert (found - lengths.diag()).abs().max() < 1e-3
    assert 0.6 < lengths[: len(lengths) // 2].min() and lengths.max() < 1.25


def test_queries_keys_and_values_are_matrices_of_their_own():
    net = Transformer(2)
    rows = [piece.rows for piece in pieces("blocks.0.qkv.weight", net.blocks[0].qkv.weight)]
    assert rows == [slice(0, 128), slice(128, 256), slice(256, 384)]
    (wide,) = pieces("blocks.0.fc1.weight", net.blocks[0].fc1.weight)
    (narrow,) = pieces("blocks.0.fc2.weight", net.blocks[0].fc2.weight)
    assert (wide.rows, narrow.rows) == (slice(0, 512), slice(0, 128))
    assert (wide.scale, narrow.scale) == (2, 1)  # the root of 512 rows over 128 columns


def test_without_gradients_a_step_only_shrinks_the_blocks_matrices():
    net = Transformer(1)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    optimiser = Optimiser(net)
    optimiser.step(0.5)
    for name, value in net.state_dict().items():
        kept = 1 - 0.5 * MUON * DECAY if name in optimiser.matrices else 1
        torch.testing.assert_close(value, kept * before[name])


def test_the_running_average_is_of_the_weights_so_far_by_a_power_of_when_they_were():
    net = Transformer(1)
    progress = training.Training(net)
    steps = 30
    with torch.no_grad():
        net.out.bias.fill_(0)
        progress.average["out.bias"].fill_(0)
    # Each step moves the weight by 1: after step s it is s.
    progress.optimiser.step = lambda rate: net.out.bias.data.add_(1)
    for _ in range(steps):
        progress.update(1.0, 4)
    upto = np.arange(1, steps + 2) ** (POWER + 1.0) / (steps + 1) ** (POWER + 1.0)
    weights = np.diff(upto, prepend=0)  # of the weights after steps 0, 1, ..., 30
    expected = float(weights @ np.arange(steps + 1))
    assert steps - 2 < expected < steps
    torch.testing.assert_close(
        progress.average["out.bias"], torch.full((64,), expected), atol=1e-4, rtol=0
    )
    assert (progress.step, progress.pictures) == (steps, 4 * steps)


def test_noise_levels_rise_with_the_size_and_reach_both_ends():
    small, large = (
        noise_levels(4000, size, np.random.default_rng(0)).sort().values for size in (128, 256)
    )
    assert (large >= small).all()
    assert small[0] < 0.01 and large[-1] > 0.99
    # Logit-normal about 0, shifted by 1.5: the median goes from 0.5 to 0.6.
    assert small.median() == pytest.approx(0.6, abs=0.01)


def test_training_learns_a_handful_of_pictures():
    torch.manual_seed(0)
    net = Transformer(1)
    optimiser = Optimiser(net)
    latents, text = torch.randn(4, 16, 4, 4), (torch.randn(4, 3, 768), torch.randn(4, 768))
    losses = []
    for step in range(80):
        levels = noise_levels(16, 128, np.random.default_rng(step))
        noise = torch.randn(16, 16, 4, 4, generator=torch.Generator().manual_seed(step))
        pictures = [part.repeat(4, *[1] * (part.ndim - 1)) for part in (latents, *text)]
        loss = flow_loss(net, pictures[0], noise, levels, tuple(pictures[1:]))
        loss.backward()
        optimiser.step(1.0)
        net.zero_grad()
        losses.append(float(loss.detach()))
    assert np.mean(losses[-10:]) < 0.5 * np.mean(losses[:10])


def test_a_batch_has_both_sides_of_pictures_and_their_captions(work):
    latents = Latents(work, 16)
    clean, captions = latents.batch(400, np.random.default_rng(0))
    assert len(latents) == 12
    sides = (clean.mean((1, 2, 3)) * 20).round().long()
    assert set(sides.tolist()) == set(range(24))
    assert 20 < captions.count("") < 65
    again = latents.batch(400, np.random.default_rng(0))
    assert torch.equal(clean, again.latents) and captions == again.captions


def test_without_latents_the_remedy_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="latents-16 holds no .*encode the corpus first"):
        Latents(tmp_path, 16)


@needs_tree
def test_a_stopped_run_goes_on_as_if_it_had_not_been(work, monkeypatch):
    whole = trained(work)
    (work / LATEST).unlink()
    monkeypatch.setattr(diffusion, "SAVE_SECONDS", -1.0)  # after every step
    update = training.Training.update

    def dies(self, *arguments):
        if self.step == 5:
            raise KeyboardInterrupt
        update(self, *arguments)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(training.Training, "update", dies)
        trained(work)
    assert torch.load(work / LATEST, weights_only=True)["progress"][0] == 5
    resumed = trained(work)
    assert resumed["progress"][:3] == whole["progress"][:3] == (8, 480.0, SEEN)
    assert same(resumed["net"], whole["net"])
    assert same(resumed["average"], whole["average"])
    assert same(trained(work)["net"], whole["net"])  # done is done


@needs_tree
def test_more_minutes_go_on_from_before_the_rate_fell(work):
    longer = PLAN._replace(minutes=11)
    at_once = trained(work, longer)
    for name in (LATEST, STABLE):
        (work / name).unlink()
    trained(work, longer._replace(fine=8))
    first = torch.load(work / STABLE, weights_only=True)
    assert first["progress"][0] == 9
    for name in (LATEST, STABLE):
        (work / name).unlink()
    trained(work, PLAN._replace(fine=2))
    extended = trained(work, longer)
    assert extended["progress"][:2] == at_once["progress"][:2] == (11, 660.0)
    assert same(extended["net"], at_once["net"])


@needs_tree
def test_two_processes_see_twice_the_pictures(work):
    setting = diffusion.Setting(work, TREE, depth=1, step_seconds=60.0)
    together(diffusion.train, 2, setting, PLAN)
    state = torch.load(work / LATEST, weights_only=True)
    assert state["progress"][:3] == (8, 480.0, SEEN)
    assert all(value.isfinite().all() for value in state["net"].values())


@needs_tree
def test_start_takes_weights_and_their_depth(work):
    from safetensors.torch import save_file

    save_file(Transformer(2).state_dict(), work / "start.safetensors")
    state = trained(work, PLAN._replace(minutes=0), start=work / "start.safetensors")
    assert "blocks.1.qkv.weight" in state["net"]


@needs_tree
def test_a_quick_run_goes_from_the_world_to_the_parts(tmp_path, capsys):
    from zoomstack.demo import parts

    before = parts.fingerprint()
    command = ["--quick", "--work", str(tmp_path), "--comfyui", str(TREE), "--processes", "1"]
    assert main(command) == 0
    files = {path.name for path in (tmp_path / "weights").iterdir()}
    names = {path.name for path in (parts.DIT, parts.ENCODER, parts.DECODER, parts.WORDS)}
    assert files == {*names, "classifier.safetensors", "small.safetensors", "sheet.png"}
    assert parts.fingerprint() == before
    assert "by the classifier" in capsys.readouterr().out
    # The second time all is done, but for the writing.
    assert main([*command, "--stages", "world,latents,model"]) == 0


def test_noise_is_not_installed(capsys):
    with pytest.raises(SystemExit):
        main(["--quick", "--install", "--comfyui", "."])
    assert "not for --install" in capsys.readouterr().err
