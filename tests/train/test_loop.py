"""The training loop: what it resumes, what it divides among processes, what it leaves alone."""

import math

import pytest
import torch
from tiny_training import tiny_loss, tiny_net, tiny_trainer, train_and_keep
from tiny_world import tiny_corpus

from zoomstack.demo.networks.autoencoder import load_autoencoder
from zoomstack.train.learning.loop import Budget, Rates, Trainer
from zoomstack.train.principal import revive
from zoomstack.train.processes import together
from zoomstack.train.reconstruction import (
    NOISE,
    Waking,
    crops,
    measure,
    range_cost,
    reconstruction_loss,
    run,
)
from zoomstack.train.stages import autoencoder
from zoomstack.train.stages.autoencoder import Recipe, autoencoder_folder, train
from zoomstack.train.stages.corpus import open_corpus

SMALL = Recipe(Budget(0, steps=4), crop=32, batch=2, measured=2, reports=1)


def same(a, b):
    return all(torch.equal(x, y) for x, y in zip(a.values(), b.values(), strict=True))


def test_a_resumed_run_goes_on_as_the_stopped_one_would_have(tmp_path):
    whole = tiny_trainer()
    for _ in whole.steps(tiny_loss(whole)):
        pass
    stopped = tiny_trainer()
    for _ in stopped.steps(tiny_loss(stopped)):
        if stopped.step == 4:
            break
    stopped.save(tmp_path / "state.pt")
    resumed = tiny_trainer()
    resumed.load(tmp_path / "state.pt")
    assert resumed.step == 4
    for _ in resumed.steps(tiny_loss(resumed)):
        pass
    assert resumed.step == whole.step == 9
    assert same(resumed.net.state_dict(), whole.net.state_dict())
    assert same(resumed.average.state_dict(), whole.average.state_dict())
    assert [path.name for path in tmp_path.iterdir()] == ["state.pt"]


def test_training_lowers_the_loss_and_the_average_follows():
    trainer = Trainer(tiny_net(), Budget(0, 100), Rates(adam=0.03), ["2.weight"])
    loss = tiny_loss(trainer)
    before = loss(0, 0).item()
    for _ in trainer.steps(loss):
        pass
    assert loss(0, 0).item() < 0.5 * before
    gap = trainer.average.module[2].weight - trainer.net[2].weight
    assert gap.abs().mean() < 0.1 * trainer.net[2].weight.abs().mean()


def test_a_budget_of_minutes_counts_the_time_between_steps_too():
    budget = Budget(minutes=2)
    assert budget.share(10, 30) == 0.25
    assert Budget(2, steps=40).share(10, 30) == 0.25


def test_what_needs_no_gradient_stays():
    net = tiny_net()
    net[0].requires_grad_(False)
    before = net[0].weight.clone()
    trainer = Trainer(net, Budget(0, 3), Rates(), ["2.weight"])
    for _ in trainer.steps(tiny_loss(trainer)):
        pass
    assert torch.equal(net[0].weight, before)


def test_two_processes_with_half_the_batch_each_do_what_one_does(tmp_path):
    for processes in (1, 2):
        together(train_and_keep, processes, tmp_path / f"{processes}.pt")
    alone, both = (torch.load(tmp_path / f"{n}.pt", weights_only=True)["net"] for n in (1, 2))
    for key, value in alone.items():
        assert torch.allclose(both[key], value, atol=1e-4), key


def test_crops_lie_on_the_latents_grid_and_follow_from_the_step(tmp_path):
    pictures = open_corpus(tiny_corpus(tmp_path)).pictures
    x = crops(pictures, 24, 5, step=3)
    assert x.shape == (5, 3, 24, 24) and 0 <= x.min() and x.max() <= 1
    assert torch.equal(x, crops(pictures, 24, 5, step=3))
    assert not torch.equal(x, crops(pictures, 24, 5, step=4))
    windows = {
        tuple(crop.flatten().tolist())
        for picture in (torch.from_numpy(p.copy()).permute(2, 0, 1) / 255 for p in pictures)
        for y in range(0, 41, 8)
        for x in range(0, 41, 8)
        for crop in (picture[:, y : y + 24, x : x + 24], picture[:, y : y + 24, x : x + 24].flip(2))
    }
    assert all(tuple(crop.flatten().tolist()) in windows for crop in x)


def test_blocks_sleep_only_while_they_know_nothing(tmp_path):
    net = load_autoencoder()
    with torch.no_grad():
        for parameter in net.decoder[18].conv[4].parameters():
            parameter.zero_()
        net.encoder[4].conv[4].weight.fill_(0.1)
    revive(net.decoder)
    waking = Waking.of(net)
    assert 18 in waking.decoder and 4 not in waking.encoder
    z = torch.rand(1, 16, 2, 2)
    # With its last layer at zero a sleeping block is the same, only faster.
    assert torch.allclose(run(net.decoder, z, waking.decoder, 0.0), net.decoder(z), atol=1e-5)
    net.decoder[18].conv[4].weight.data.fill_(0.1)
    awake = run(net.decoder, z, waking.decoder, waking.decoder[18])
    assert torch.equal(awake, net.decoder(z))
    assert not torch.equal(awake, run(net.decoder, z, waking.decoder, 0.0))


def test_the_decoder_learns_from_noisy_latents_and_latents_out_of_range_cost():
    net = load_autoencoder()
    x = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    seen = []
    net.decoder[0].register_forward_pre_hook(lambda layer, inputs: seen.append(inputs[0]))
    with torch.no_grad():
        losses = [reconstruction_loss(net, x, step, 1.0).item() for step in (3, 3, 4)]
        noises = [z - net.encoder(x) for z in seen]
    assert torch.equal(noises[0], noises[1]) and not torch.equal(noises[0], noises[2])
    assert losses[0] == losses[1] != losses[2]
    assert all(0 < noise.std() < NOISE for noise in noises)

    signs = torch.randint(0, 2, (4, 16, 8, 8)) * 2.0 - 1
    signs[:2] = -signs[2:]
    assert range_cost(signs).item() == pytest.approx(0, abs=1e-6)  # mean 0, mean square 1
    for off in (2 * signs, 0.5 * signs, signs + 0.5, torch.where(signs > 0, 0, 4.0 * signs)):
        assert range_cost(off) > 1e-4


def test_quality_is_of_whole_held_out_pictures(tmp_path):
    work = tiny_corpus(tmp_path)
    pictures = open_corpus(work, "held").pictures
    net = load_autoencoder()
    with torch.no_grad():
        net.encoder[-1].weight *= 2  # so that some latents are beyond 3
        x = torch.from_numpy(pictures.take([0, 2])).permute(0, 3, 1, 2).float() / 255
        z = net.encoder(x)
        error = (net.decoder(z).clamp(0, 1) - x).square().mean().item()
    found = measure(net, pictures, 2)
    assert found.psnr == pytest.approx(-10 * math.log10(error), abs=1e-3)
    assert found.deviation == pytest.approx(z.square().mean().sqrt().item(), rel=1e-4)
    assert 0 < found.far == pytest.approx((z.abs() > 3).float().mean().item(), abs=1e-6)


def test_the_autoencoder_trains_stops_and_goes_on_exactly(tmp_path, monkeypatch):
    whole, stopped = (tiny_corpus(tmp_path / name) for name in ("whole", "stopped"))
    train(whole, SMALL)

    class StoppedError(Exception):
        pass

    def tracker(*args, **kwargs):
        raise StoppedError

    # The measurement half-way is where it stops; its last state is the step before.
    with monkeypatch.context() as patch:
        patch.setattr(autoencoder, "SAVE_SECONDS", -1)
        patch.setattr(autoencoder, "measure", tracker)
        with pytest.raises(StoppedError):
            train(stopped, SMALL._replace(reports=2))
    train(stopped, SMALL)
    for name in ("encoder.safetensors", "decoder.safetensors"):
        a, b = (autoencoder_folder(work) / name for work in (whole, stopped))
        assert a.read_bytes() == b.read_bytes()


def test_the_decoder_alone_leaves_the_encoder_to_the_bit(tmp_path):
    work = tiny_corpus(tmp_path)
    train(work, SMALL)
    folder = autoencoder_folder(work)
    encoder, decoder = ((folder / f"{n}.safetensors").read_bytes() for n in ("encoder", "decoder"))
    quality = train(work, SMALL._replace(decoder_only=True))
    assert (folder / "encoder.safetensors").read_bytes() == encoder
    assert (folder / "decoder.safetensors").read_bytes() != decoder
    again = measure(load_autoencoder(folder), open_corpus(work, "held").pictures, 2)
    assert again.psnr == pytest.approx(quality.psnr, abs=0.05)


def test_a_finished_training_keeps_the_decoder_that_was_polished_after_it(tmp_path):
    work = tiny_corpus(tmp_path)
    train(work, SMALL)
    train(work, SMALL._replace(decoder_only=True))
    folder = autoencoder_folder(work)
    polished = (folder / "decoder.safetensors").read_bytes()
    train(work, SMALL)
    assert (folder / "decoder.safetensors").read_bytes() == polished
    # One that goes on has another encoder: its decoder is polished anew.
    train(work, SMALL._replace(budget=Budget(0, steps=5)))
    assert (folder / "decoder.safetensors").read_bytes() != polished
    assert not (folder / "decoder.pt").exists()


def test_the_command_trains_afresh(tmp_path, capfd):
    work = tiny_corpus(tmp_path)
    few = "--steps 2 --batch 1 --crop 32 --processes 1 --fresh".split()
    assert autoencoder.main(["--work", str(work), *few]) == 0
    assert "dB" in capfd.readouterr().out
    assert load_autoencoder(autoencoder_folder(work))
