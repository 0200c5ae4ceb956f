"""The small autoencoder's training: what is asked, what is answered, what is learned of it."""

import numpy as np
import pytest
import torch
from checkout import TREE, needs_tree
from tiny_world import tiny_corpus

from zoomstack.demo import parts
from zoomstack.demo.networks.autoencoder import load_autoencoder
from zoomstack.spaces.small.file import load_small, owner_of
from zoomstack.spaces.small.network import Layout, SmallAutoencoder
from zoomstack.train import answers
from zoomstack.train.answers import Answers, Lessons
from zoomstack.train.distillation import changed, distillation_loss
from zoomstack.train.learning.loop import Budget, Rates, Trainer
from zoomstack.train.questions import paste, questions
from zoomstack.train.stages.corpus import open_corpus
from zoomstack.train.stages.small import Recipe, ask, main, small_folder

NARROW = Layout(fine=8, coarse=12, fine_blocks=1, coarse_blocks=1)
QUICK = Recipe(Budget(0, steps=4), 4, 4, batch=3, layout=NARROW)


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A tiny corpus, and answers by the few."""
    monkeypatch.setattr(answers, "BATCH", 2)
    return tiny_corpus(tmp_path)


def some_answers(count=4):
    """Answers of a teacher that is linear: the mean of a patch, and flat patches."""
    random = torch.Generator().manual_seed(0)
    x = torch.rand(count, 3, 64, 64, generator=random)
    z = torch.nn.functional.avg_pool2d(x, 8)
    asked = torch.cat([z[:2], z[2:] + 0.1])
    return Answers(x, z, asked, asked.repeat_interleave(8, 2).repeat_interleave(8, 3))


def test_questions_follow_from_seed_and_rows_and_are_pictures(work):
    pictures = open_corpus(work).pictures
    rows = np.array([0, 3, 3, 7, 11])
    x = questions(pictures, rows, seed=3)
    assert x.shape == (5, 3, 64, 64) and 0 <= x.min() and x.max() <= 1
    assert torch.equal(x, questions(pictures, rows, seed=3))
    assert not torch.equal(x, questions(pictures, rows, seed=4))


def test_a_shrunk_picture_lies_where_it_was_laid():
    over, inner = torch.zeros(1, 3, 40, 40), torch.ones(1, 3, 40, 40)
    found = paste(over, inner, 2.5, (1.0, 0.0))
    assert torch.allclose(found[..., 24:, :16], torch.ones(16, 16), atol=1e-5)
    assert found.sum() == pytest.approx(3 * 16 * 16, abs=1e-2) and not over.any()


def test_a_coupling_changes_half_of_them_smoothly_and_lays_others_into_the_rest():
    x, others = torch.zeros(4, 3, 64, 64), torch.ones(4, 3, 64, 64)
    found = changed(x, others, seed=1)
    assert torch.equal(found, changed(x, others, seed=1))
    inside = found[:2] > 0.5
    assert inside.any() and not inside.all()
    assert found[2:].abs().max() > 0
    steps = found[2:].diff(dim=-1).abs().max()
    assert steps < found[2:].abs().max()


def test_a_teacher_is_learned():
    torch.manual_seed(0)
    net = SmallAutoencoder(NARROW._replace(channels=3))
    trainer = Trainer(net, Budget(0, 60), Rates(adam=5e-3))
    taught, losses = some_answers(), []

    def loss(step, _share):
        losses.append(distillation_loss(net, taught, step))
        return losses[-1]

    for _ in trainer.steps(loss):
        pass
    assert np.mean([float(x.detach()) for x in losses[-5:]]) < 0.5 * float(losses[0].detach())


@needs_tree
def test_answers_are_the_large_networks_own(work):
    ask(work, TREE, QUICK)
    lessons = Lessons(work)
    assert len(lessons) == 4
    pictures, latents, asked, shown = lessons.take(np.arange(4))
    net = load_autoencoder().eval()
    with torch.no_grad():
        assert torch.allclose(net.encoder(pictures), latents, atol=0.02)
        assert torch.allclose(net.decoder(asked), shown, atol=0.02)


@needs_tree
def test_a_stopped_run_goes_on_and_leaves_what_loads(work, capsys):
    words = ["--work", str(work), "--comfyui", str(TREE), "--questions", "4", "--batch", "2"]
    assert main([*words, "--steps", "2"]) == 0
    first = load_small(small_folder(work) / parts.SMALL.name)
    assert first.owner == owner_of(load_autoencoder().state_dict().values())
    assert "explained" in capsys.readouterr().out
    assert main([*words, "--steps", "2"]) == 0  # done is done
    again = load_small(small_folder(work) / parts.SMALL.name)
    assert all(map(torch.equal, again.parameters(), first.parameters()))
    assert main([*words, "--steps", "3"]) == 0
    assert torch.load(small_folder(work) / "state.pt", weights_only=True)["step"] == 3


def test_without_answers_the_remedy_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="answers holds no train-pictures-0000.npy"):
        Lessons(tmp_path)
