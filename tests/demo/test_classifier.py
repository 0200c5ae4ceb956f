"""The world's classifier: what it is taught, and what it says."""

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tiny_world import TINY, tiny_corpus

from zoomstack.demo.networks.classifier import Classifier, load_classifier, log_probabilities
from zoomstack.demo.world import SCALES
from zoomstack.train.stages.classifier import augment, classifier_folder, main, targets


def test_targets_are_shared_by_the_two_scales_about_an_octave():
    found = targets(np.array([0.0, -0.25, 2.0, 5.0, 6.5, 28.2]))
    assert torch.allclose(found.sum(1), torch.ones(6))
    assert found[0, 0] == found[1, 0] == found[2, 1] == found[5, -1] == 1
    assert found[3, 2:4].tolist() == [0.5, 0.5]
    assert found[4, 3:5].tolist() == [0.75, 0.25]


@pytest.mark.parametrize("size", [(64, 64), (256, 256), (130, 78)])
def test_log_probabilities_of_pictures_of_any_size(size):
    pictures = torch.rand(3, 3, *size, generator=torch.Generator().manual_seed(0))
    found = log_probabilities(Classifier(), pictures.half())
    assert found.shape == (3, len(SCALES)) and found.dtype == torch.float32
    assert torch.allclose(found.exp().sum(1), torch.ones(3), atol=1e-5)


def test_it_is_small():
    assert sum(p.numel() for p in Classifier().parameters()) <= 150_000


def test_augmented_pictures_stay_pictures_and_follow_from_the_generator():
    pictures = torch.rand(8, 3, 64, 64)
    first, second = (augment(pictures, torch.Generator().manual_seed(s)) for s in (1, 2))
    assert first.shape == pictures.shape and 0 <= first.min() and first.max() <= 1
    assert torch.equal(first, augment(pictures, torch.Generator().manual_seed(1)))
    assert not torch.equal(first, second)


def test_it_learns_the_corpus_and_is_kept_in_half_precision(tmp_path, capsys):
    work = tiny_corpus(tmp_path, TINY._replace(pictures=160, held=80, shard=40))
    assert main(["--work", str(work), "--steps", "60", "--batch", "16"]) == 0
    right = float(capsys.readouterr().out.split()[-1].rstrip("%"))
    assert right > 25  # by chance 7: the colours of `colours` tell the scales apart
    path = classifier_folder(work) / "classifier.safetensors"
    assert all(value.dtype == torch.float16 for value in load_file(path).values())
    assert log_probabilities(load_classifier(path), torch.zeros(1, 3, 64, 64)).isfinite().all()
