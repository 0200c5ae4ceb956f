"""``bench space``: its parts by laws, and the whole command on the demo's autoencoder."""

import csv
from argparse import ArgumentParser
from pathlib import Path

import numpy as np
import pytest
import torch
from encoders import blurring, exact
from PIL import Image

from zoomstack.bench.__main__ import main
from zoomstack.bench.options import add_options
from zoomstack.bench.space.autoencoder import Autoencoder, load, of_one_kind, remembered
from zoomstack.bench.space.couples import (
    BUDGET,
    INDEPENDENT,
    PIXEL,
    PLANS,
    SHARES,
    UNSHOWN,
    USUAL,
    WAYS,
    Couples,
    OnSteps,
    chosen_ways,
)  # fmt: skip
from zoomstack.bench.space.explained import ENLARGING, SHRINKING, explained, pairs
from zoomstack.bench.space.ideal import PatchDenoiser, schedule
from zoomstack.bench.space.run import chosen_sizes, report
from zoomstack.bench.space.sampled import DETAIL, RESULT, mosaic, sampled
from zoomstack.bench.space.scenes import mirrored, photographs, scene
from zoomstack.bench.space.settings import LADDERS, QUICK
from zoomstack.bench.space.unharmed import AGREE, KEPT, unharmed
from zoomstack.joint.blend import agreement
from zoomstack.measure.detail import MOST
from zoomstack.scene.geometry import Geometry
from zoomstack.setup.errors import BAD_INPUT, OK
from zoomstack.spaces.fitting.leaves import dead_leaves

CPU = torch.device("cpu")
MIXED = LADDERS["mixed"].geometry(56)


def autoencoder(codec, name="exact", channels=48):
    return Autoencoder(name, codec, channels, CPU)


EXACT, SOFT = autoencoder(exact()), autoencoder(blurring(), "soft", 3)


@pytest.fixture(scope="module")
def pictures():
    return [*dead_leaves(4, 112, 112, seed=500)]


def test_levels_are_cut_so_that_they_agree_and_lie_where_the_ladder_says(pictures):
    levels = scene(pictures[0], MIXED)
    assert levels.shape == (3, 3, 56, 56) and min(agreement(levels, MIXED)) > 100
    # The deepest by a second way: Pillow's, of the part that the placements give.
    rows, columns = MIXED.placement(0, 2)
    left, top = 2 * columns.left, 2 * rows.left
    box = (left, top, left + 112 / columns.zoom, top + 112 / rows.zoom)
    photo = Image.fromarray((pictures[0].permute(1, 2, 0).numpy() * 255).round().astype(np.uint8))
    seen = photo.resize((56, 56), Image.Resampling.LANCZOS, box=box)
    apart = levels[2] - torch.from_numpy(np.array(seen)).permute(2, 0, 1) / 255
    assert apart.abs().mean() < 0.01


def test_only_scenes_that_zoom_into_the_middle_are_mirrored(pictures):
    middle = Geometry(56, 56, (2.0,))
    scenes = [scene(picture, middle) for picture in pictures]
    twice = mirrored(scenes, middle)
    assert len(twice) == 8 and torch.equal(twice[5], scenes[1].flip(-1))
    assert len(mirrored(scenes, MIXED)) == 4


def test_photographs_are_read_upright_and_small_enough(tmp_path):
    side = Image.new("RGB", (2048, 1536))
    side.paste((255, 0, 0), (0, 0, 1024, 1536))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise: what is left comes on top
    side.save(tmp_path / "a.jpg", exif=exif)
    Image.new("L", (30, 20)).save(tmp_path / "b.png")
    (tmp_path / "notes.txt").write_text("no picture")
    first, second = photographs(tmp_path, 2)
    assert first.shape == (3, 1365, 1024) and second.shape == (3, 20, 30)
    assert first[0, :600].min() > 0.9 and first[0, 800:].max() < 0.1
    with pytest.raises(ValueError, match="2 pictures in .*; put at least 3"):
        photographs(tmp_path, 3)
    with pytest.raises(ValueError, match="is not a folder"):
        photographs(tmp_path / "a.jpg", 1)


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("steps", (3, 8, 24))
def test_a_budget_is_spent_on_as_many_steps_and_always_on_the_last(plan, share, steps):
    chosen = PLANS[plan](share)(steps)
    assert len(set(chosen)) == len(chosen) == max(1, round(share * steps))
    assert steps - 1 in chosen and set(chosen) <= set(range(steps))


def test_a_couple_acts_on_its_steps_alone():
    sigmas = schedule(5, 10.0, 0.1)
    couple = OnSteps(lambda views, sigma: "between", lambda views, sigma: "there", sigmas, {0, 3})
    met = [couple(torch.zeros(1), sigma) for sigma in sigmas[:-1]]
    assert met == ["there", "between", "between", "there", "between"]


def test_the_schedule_is_that_of_karras():
    sigmas = schedule(24, 12.0, 0.05)
    assert sigmas[0] == pytest.approx(12) and sigmas[23] == pytest.approx(0.05) and sigmas[24] == 0
    roots = torch.tensor(sigmas[:24], dtype=torch.float64) ** (1 / 7)
    steps = roots.diff()
    assert torch.allclose(steps, steps.mean(), atol=1e-9)


def test_the_ideal_denoiser_is_bayes_rule_place_by_place():
    """Against the sum written out, at a place in the middle and in a corner."""
    scenes = torch.randn(3, 2, 4, 9, 11, generator=torch.Generator().manual_seed(0)).double()
    x, sigma = scenes[1] + 1.5 * torch.randn(2, 4, 9, 11).double(), torch.tensor([2.0, 3.0])
    found = PatchDenoiser(scenes, 5)(x, sigma.double())
    for row, column in ((4, 5), (0, 10)):
        rows = slice(max(0, row - 2), row + 3)
        columns = slice(max(0, column - 2), column + 3)
        for level in range(2):
            apart = (x[level] - scenes[:, level]).square().sum(1)[:, rows, columns].mean((1, 2))
            likely = torch.softmax(-apart * (25 / 4) / (2 * sigma[level] ** 2), 0)
            mean = (likely[:, None] * scenes[:, level, :, row, column]).sum(0)
            torch.testing.assert_close(found[level, :, row, column], mean)
    with pytest.raises(ValueError, match="an odd number"):
        PatchDenoiser(scenes, 4)


def test_a_scene_that_agrees_passes_an_exact_autoencoder_unharmed_through_pixels(pictures):
    pixels = LADDERS["p2"].geometry(64)
    scenes = [scene(picture, pixels) for picture in pictures[:2]]
    ways = [way for way in WAYS if way.space not in ("fitted", "twin")]
    lines = unharmed("p2", scenes, pixels, ways, EXACT, Couples(EXACT, EXACT))
    found = {line.way: line.numbers for line in lines}
    assert [*found] == ["independent", "latent", "pixel", "unshown"], "those that meet"
    assert found["pixel"][KEPT] == found["unshown"][KEPT] == MOST
    assert found["latent"][KEPT] < 40 and found["latent"][AGREE] < 40 < found["pixel"][AGREE]


def test_a_soft_autoencoder_loses_detail_unless_wider_levels_show_what_they_can(pictures):
    pixels = LADDERS["p2"].geometry(64)
    scenes = [scene(picture, pixels) for picture in pictures[:2]]
    ways = (PIXEL, UNSHOWN)
    _, shown, unshown = unharmed("p2", scenes, pixels, ways, SOFT, Couples(SOFT, SOFT))
    assert shown.numbers[KEPT] > unshown.numbers[KEPT] + 1


def test_operators_explain_all_of_an_autoencoder_that_is_plain(pictures):
    """Of one that takes means, plain latents are the truth at a whole factor, but for D's shape."""
    shown = torch.stack(pictures)
    ladders = LADDERS["p2"], LADDERS["mixed"]
    for zooms in ladders:
        lines = [*explained("x", zooms, shown, WAYS, SOFT, Couples(SOFT, SOFT))]
        kinds = [line.way for line in lines]
        assert kinds == (
            ["latent", "fitted", "twin"] if zooms is ladders[0] else ["latent", "twin"]
        )
        assert lines[0].numbers[SHRINKING] > 0.9 > lines[0].numbers[ENLARGING]
    assert [pair.zooms for pair in pairs(LADDERS["p2"], 64)] == [(2.0,)], "both pairs are one"
    assert [pair.zooms for pair in pairs(LADDERS["mixed"], 64)] == [(3.0,), (2.5,)]


def test_an_encoder_is_asked_once_for_what_it_has_seen():
    asked = []
    encode = remembered(lambda pictures: asked.append(pictures) or pictures * 2)
    for value in (0.1, 0.2, 0.1):
        assert torch.equal(
            encode(torch.full((1, 3, 2, 2), value)), torch.full((1, 3, 2, 2), 2 * value)
        )
    assert len(asked) == 2


def test_ideal_levels_are_sampled_with_each_sampler_against_independent_ones(pictures):
    pixels = Geometry(64, 64, (2.0,))
    scenes = [scene(picture, pixels) for picture in pictures]
    on = mosaic("p2", scenes, pixels, EXACT, Couples(EXACT, EXACT), 4)
    found = [each.line for each in sampled(on, [INDEPENDENT, PIXEL], 2)]
    assert [(line.table, line.way) for line in found] == [
        (sampler, way) for sampler in ("Euler", "ancestral") for way in ("independent", "pixel")
    ]
    assert found[0].numbers[DETAIL] == found[2].numbers[DETAIL] == 1
    assert found[1].numbers[RESULT] > 60 > 20 > found[0].numbers[RESULT], "an exact autoencoder"


def test_ways_are_all_of_them_or_those_asked_for_and_independent_comes_first():
    assert chosen_ways(None) == [*USUAL] and USUAL[0] == INDEPENDENT and {*USUAL} < {*WAYS}
    assert [way.name for way in chosen_ways(["pixel", "last-20"])] == [
        "independent", "pixel", "last-20",
    ]  # fmt: skip
    assert chosen_ways(["budget"]) == [INDEPENDENT, *BUDGET]
    with pytest.raises(ValueError, match="no row 'pixle'; there are: .*pixel"):
        chosen_ways(["pixle"])
    assert len({way.name for way in (*WAYS, *BUDGET)}) == len(WAYS) + len(BUDGET)


def test_a_small_autoencoder_must_be_of_the_same_latents():
    of_one_kind(EXACT, EXACT)
    with pytest.raises(ValueError, match="exact has latents of 48 channels at 1/4 but soft of 3"):
        of_one_kind(EXACT, SOFT)
    with pytest.raises(ValueError, match="66 x 66 pixels does not divide by exact's 4"):
        EXACT.latents(Geometry(66, 66, (2.0,)))


def test_the_demos_autoencoder_is_the_default_and_needs_no_comfyui():
    own = load("demo", Path("nowhere"), None, "cpu")
    latents = own.encode(torch.rand(2, 3, 32, 48))
    assert latents.shape == (2, 16, 4, 6) and (own.channels, own.ratio) == (16, 8)
    assert 0 <= own.decode(9 * latents).min() and own.decode(9 * latents).max() <= 1


def options(*words):
    parser = ArgumentParser()
    add_options(parser)
    parser.add_argument("--comfyui", type=Path)
    return parser.parse_args(["space", *map(str, words)])


def test_sizes_are_the_quick_ones_with_what_was_given():
    assert chosen_sizes(options("--quick")) == QUICK
    assert chosen_sizes(options("--quick", "--steps", 3)) == QUICK._replace(steps=3)
    with pytest.raises(ValueError, match="bench space has no grid"):
        report(options("--grid", "feather=0,1"))


SMALL = ("--quick", "--size", 48, "--steps", 2, "--processes", 1, "--rows", "latent")


def test_the_command_leaves_tables_numbers_and_sheets(tmp_path, capsys):
    words = ["space", *SMALL, "--out", tmp_path, "--comfyui", tmp_path]
    assert main([str(word) for word in words]) == OK
    said, text = capsys.readouterr().out, (tmp_path / "table.md").read_text("utf-8")
    assert text in said and str(tmp_path) in said
    assert text.count("| plain latents |") == text.count("### ") == 12
    with (tmp_path / "table.csv").open(newline="") as file:
        rows = [*csv.DictReader(file)]
    assert {row["table"] for row in rows} == {"explained", "unharmed", "Euler", "ancestral"}
    assert {row["ladder"] for row in rows} == set(LADDERS)
    for name in LADDERS:
        with Image.open(tmp_path / f"sheet-{name}.png") as sheet:
            assert sheet.width > 600 and np.asarray(sheet).std() > 20


def test_what_it_cannot_do_is_said_in_a_line(tmp_path, capsys):
    words = ["space", "--pictures", str(tmp_path), "--comfyui", str(tmp_path)]
    assert main(words) == BAD_INPUT
    assert capsys.readouterr().err.startswith(f"error: There are 0 pictures in {tmp_path}; put")
