"""Training data: drawn once, the same everywhere, and never half there."""

import itertools

import numpy as np
import pytest
import torch
from tiny_world import TINY, colours, tiny_corpus

from zoomstack.demo.networks.autoencoder import load_autoencoder, save_autoencoder
from zoomstack.demo.world import SCALES
from zoomstack.train.shards import open_shards, shard_path, write_shard
from zoomstack.train.stages.autoencoder import autoencoder_folder
from zoomstack.train.stages.corpus import (
    HELD_SEED,
    HIGHEST,
    JITTER,
    LOWEST,
    NAMED,
    SHIFT_LIMIT,
    SHIFT_SPREAD,
    Amount,
    corpus_folder,
    draw_corpus,
    labels,
    main,
    open_corpus,
)
from zoomstack.train.stages.encode import encode_corpus, latents_folder


def everything(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_labels_follow_the_distribution():
    drawn = np.concatenate([labels(Amount(shard=1000), "train", i) for i in range(8)])
    names = np.array([scale.octave for scale in SCALES])
    away = np.abs(drawn["octave"][:, None] - names).min(1)
    by_chance = (1 - NAMED) * 2 * JITTER / 2  # names are two octaves apart
    assert (away <= JITTER + 1e-5).mean() == pytest.approx(NAMED + by_chance, abs=0.02)
    assert drawn["octave"].min() >= LOWEST and drawn["octave"].max() <= HIGHEST
    still = (drawn["shift"] == 0).all(1)
    assert still.mean() == pytest.approx(0.5, abs=0.02)
    assert np.abs(drawn["shift"]).max() <= SHIFT_LIMIT + 1e-6
    assert drawn["shift"][~still].std() == pytest.approx(SHIFT_SPREAD, rel=0.05)


def test_every_world_gives_the_same_number_of_pictures_and_held_out_worlds_are_others():
    plan = Amount(shard=16, per_scene=8)
    train = np.concatenate([labels(plan, "train", i)["seed"] for i in range(3)])
    held = labels(plan, "held", 0)["seed"]
    assert np.unique(train, return_counts=True)[1].tolist() == [8] * 6
    assert held.min() >= HELD_SEED > train.max()


def test_a_corpus_holds_what_its_labels_say(tmp_path):
    corpus = open_corpus(tiny_corpus(tmp_path))
    assert len(corpus.pictures) == len(corpus.labels) == TINY.pictures
    for picture, row in zip(corpus.pictures, corpus.labels, strict=True):
        expected = colours(row["seed"], row["octave"], TINY.size, row["shift"]) * 255
        assert np.abs(picture - expected).max() <= 0.5 + 1e-3
    assert len(open_corpus(tmp_path, "held").pictures) == TINY.held


def test_a_killed_run_loses_the_shard_it_was_at_and_draws_only_that_again(tmp_path):
    whole = everything(corpus_folder(tiny_corpus(tmp_path / "whole")))
    count = itertools.count()

    def killed(*arguments):
        if next(count) == 10:  # in the second training shard
            raise KeyboardInterrupt
        return colours(*arguments)

    with pytest.raises(KeyboardInterrupt):
        draw_corpus(tmp_path / "killed", TINY, draw=killed)
    folder = corpus_folder(tmp_path / "killed")
    before = everything(folder)
    assert len(before) == 4 and before.items() <= whole.items()
    assert len(open_corpus(tmp_path / "killed").pictures) == TINY.shard
    drawn = []
    draw_corpus(tmp_path / "killed", TINY, draw=lambda *a: drawn.append(a) or colours(*a))
    assert everything(folder) == whole
    assert len(drawn) == TINY.pictures - TINY.shard


def test_several_processes_draw_what_one_does(tmp_path):
    alone = tiny_corpus(tmp_path / "alone")
    draw_corpus(tmp_path / "pool", TINY, processes=2, draw=colours)
    assert everything(corpus_folder(alone)) == everything(corpus_folder(tmp_path / "pool"))


def test_an_error_in_a_process_is_not_lost(tmp_path):
    with pytest.raises(TypeError):
        draw_corpus(tmp_path, TINY, processes=2, draw=None)  # pyright: ignore


def test_the_command_draws_the_world(tmp_path):
    small = "--pictures 2 --held 2 --shard 2 --per-scene 2 --size 32 --processes 1".split()
    assert main(["--work", str(tmp_path), *small]) == 0
    assert open_corpus(tmp_path).pictures[1].std() > 1


def test_shards_are_one_long_array(tmp_path):
    values = np.arange(10).reshape(5, 2)
    write_shard(shard_path(tmp_path, "x", 0), values[:3])
    write_shard(shard_path(tmp_path, "x", 1), values[3:])
    write_shard(shard_path(tmp_path, "x-labels", 0), values)  # another name
    shards = open_shards(tmp_path, "x")
    assert np.array_equal(shards.take(range(5)), values)
    for outside in (-1, 5):
        with pytest.raises(IndexError, match="of 5"):
            shards[outside]
    with pytest.raises(FileNotFoundError, match="y-0000"):
        open_shards(tmp_path, "y")


def test_latents_are_the_encoders_at_both_sizes_and_mirrored(tmp_path):
    work = tiny_corpus(tmp_path)
    net = load_autoencoder()
    save_autoencoder(net, autoencoder_folder(work))
    encode_corpus(work, sizes=(64, 32))
    pictures = open_corpus(work).pictures
    for size in (64, 32):
        latents = open_shards(latents_folder(work, size), "train")
        assert len(latents) == len(pictures)
        x = torch.from_numpy(pictures[5].copy()).permute(2, 0, 1)[None].float() / 255
        x = torch.nn.functional.interpolate(x, (size, size), mode="area")
        with torch.no_grad():
            expected = net.encoder(torch.cat([x, x.flip(3)]))
        assert latents[5].dtype == np.float16
        assert torch.allclose(torch.tensor(latents[5]).float(), expected, atol=0.01)


def test_encoding_goes_on_where_it_stopped(tmp_path):
    work = tiny_corpus(tmp_path)
    save_autoencoder(load_autoencoder(), autoencoder_folder(work))
    encode_corpus(work, sizes=(32,))
    folder = latents_folder(work, 32)
    paths = sorted(folder.iterdir())
    times = [path.stat().st_mtime_ns for path in paths]
    paths[1].unlink()
    encode_corpus(work, sizes=(32,))
    assert [path.stat().st_mtime_ns == then for path, then in zip(paths, times, strict=True)] == [
        True,
        False,
        True,
    ]
