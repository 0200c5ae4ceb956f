"""``bench speed`` and ``bench memory``: the arithmetic of their lines, and tiny rows for real.

Nothing here asserts how long anything takes.
"""

import csv
import io
import os
import time
from argparse import Namespace
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from zoomstack.bench.speed.line import Line, comma_separated, markdown
from zoomstack.bench.speed.menu import MEMORY, SPEED, chosen
from zoomstack.bench.speed.peak import MIB, peak
from zoomstack.bench.speed.rows.anchored import residual
from zoomstack.bench.speed.rows.fuse import fuse
from zoomstack.bench.speed.rows.motion import FPS, SIDE, blobs, centre, measured, whole_pixels
from zoomstack.bench.speed.run import measured as run
from zoomstack.bench.speed.run import report, settings
from zoomstack.bench.speed.settings import FULL, QUICK, Bench, Sizes
from zoomstack.bench.speed.turns import Seconds, Spread, in_turns, ratio, spread
from zoomstack.film.frames import FrameRenderer
from zoomstack.film.path import Path as Way
from zoomstack.scene.geometry import Geometry

CPU = torch.device("cpu")
TINY = Sizes(1, 1, 64, 2, 32, 4, (64, 48), (64, 48), (2, 4), 1, 2)


def test_candidates_take_turns_in_an_order_that_is_turned_round():
    done = []
    works = {name: lambda name=name: done.append(name) for name in "ab"}
    found = in_turns(works, 3, CPU)
    assert "".join(done) == "ab" + "ab" + "ba" + "ab", "warmed once, then three turns"
    assert [len(found[name]) for name in "ab"] == [3, 3]
    in_turns(works, 1, CPU, warm=False)
    assert len(done) == 10


def test_own_time_is_work_and_not_waiting():
    found = in_turns({"sleep": lambda: time.sleep(0.2)}, 1, CPU, warm=False)["sleep"][0]
    assert found.wall >= 0.2 > found.own


def test_a_ratio_is_of_the_same_turn():
    """A machine that is three times as slow in one turn changes no ratio of that turn."""
    plain = [Seconds(1, 1), Seconds(3, 3), Seconds(1, 1)]
    twice = [Seconds(2, 1.5), Seconds(6, 4.5), Seconds(2, 1.5)]
    assert ratio(twice, plain, by="wall") == Spread(2, 2, 2)
    assert ratio(twice, plain) == Spread(1.5, 1.5, 1.5)
    assert ratio(twice, plain, by="wall", scale=4) == Spread(0.5, 0.5, 0.5)


def test_a_spread_is_a_median_and_quartiles():
    assert spread([5, 1, 2, 3, 4]) == Spread(3, 2, 4)
    assert spread([5, 1, 2, 3, 4]).written(1) == "3.0 (2.0 to 4.0)"
    assert spread([3]).written() == "3.00"


@pytest.mark.parametrize(
    "value, bars, expected",
    [
        (1.2, {}, ""),
        (1.2, {"most": 1.25}, "holds"),
        (1.3, {"most": 1.25}, "FAILS"),
        (9.0, {"least": 10.0}, "FAILS"),
        (11.0, {"least": 10.0}, "holds"),
    ],
)
def test_the_median_is_held_to_its_bars(value, bars, expected):
    line = Line("film", "a film", Spread(value, 0.0, 99.0), **bars)
    assert line.verdict == expected
    assert line.bar == "".join(f"at {word} x{bar:g}" for word, bar in bars.items())


def test_the_table_says_the_same_as_markdown_and_as_csv():
    lines = [
        Line("film", "a film, encoded", Spread(1.2, 1.1, 1.3), most=1.25, details="4 frames"),
        Line("start", "later", Spread(0.1, 0.1, 0.1), "s", digits=1),
    ]
    text = markdown(lines)
    assert "| a film, encoded | x1.20 (1.10 to 1.30) | at most x1.25 | holds | 4 frames |" in text
    assert "| later | 0.1 s |  |  |  |" in text
    first, second = csv.DictReader(io.StringIO(comma_separated(lines, "today, here")))
    assert (first["what"], first["median"], first["high"]) == ("a film, encoded", "1.2", "1.3")
    assert (first["at_most"], first["verdict"], first["about"]) == ("1.25", "holds", "today, here")
    assert (second["unit"], second["at_most"]) == ("s", "")


def test_a_run_writes_its_table_after_every_row(tmp_path):
    def good(bench):
        yield Line("good", "fine", Spread(1, 1, 1))

    def bad(bench):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run({"good": good, "bad": bad}, Bench(TINY, tmp_path), tmp_path)
    assert "| fine |" in (tmp_path / "table.md").read_text("utf-8")
    assert "good,fine" in (tmp_path / "table.csv").read_text("utf-8")


def options(**given):
    names = dict.fromkeys(("size", "levels", "steps", "grid", "seeds", "rows", "out", "processes"))
    base = {"quick": False, "device": "cpu", "model": "demo", "comfyui": Path("tree")}
    return Namespace(**{"what": "speed", **names, **base, **given})


def test_sizes_are_the_full_or_the_quick_ones_with_what_was_given():
    assert settings(options()).sizes == FULL
    assert settings(options(quick=True)).sizes == QUICK
    assert settings(options(steps=3)).sizes.steps == 3
    assert settings(options(device="cuda", model="sdxl")).sizes.sampled == 1024
    assert settings(options(device="cuda", model="sdxl", size=512)).sizes.sampled == 512


def test_rows_are_all_of_them_or_those_asked_for():
    assert chosen(None, SPEED) == SPEED
    assert list(chosen(["fuse", "film"], SPEED)) == ["fuse", "film"]
    with pytest.raises(ValueError, match="no row 'film'; there are: calls, depths, films"):
        chosen(["film"], MEMORY)
    with pytest.raises(ValueError, match="no grid and no seeds"):
        report(options(grid="feather=0,1"))


def test_every_row_that_needs_no_model_yields_lines():
    bench = Bench(TINY, Path("tree"))
    for name in ("fuse", "anchor", "files"):
        lines = list(SPEED[name](bench))
        assert lines and all(line.row == name for line in lines)
        assert all(np.isfinite(line.value).all() for line in lines)
        if name == "anchor":
            # What Adam leaves over what the closed form does, in latents and in pictures.
            assert all(line.value.median > 10 for line in lines[1::2])
    assert next(fuse(bench)).details.startswith("16 x 3 x 32²")


def test_the_residual_is_that_of_the_photos_own_part():
    geometry = Geometry(8, 8, (2.0,))
    photo = torch.zeros(1, 8, 8)
    assert residual(torch.zeros(2, 1, 8, 8), photo, geometry) == 1e-9
    views = torch.stack([photo, torch.full((1, 8, 8), 0.5)])
    assert residual(views, photo, geometry) == pytest.approx(0.5)
    # Of three levels, the deepest alone is off, by 1: on 4 of the 20 pixels that deeper ones hold.
    geometry = Geometry(8, 8, (2.0, 2.0))
    views = torch.stack([photo, photo, photo + 1])
    assert residual(views, photo, geometry) == pytest.approx((4 / 20) ** 0.5)


@pytest.fixture(scope="module")
def second():
    """A second and a half of the benchmark's zoom, where it is quickest."""
    path = Way((2.0,), FPS, 1.5)
    geometry = Geometry(SIDE, SIDE, (2.0,))
    stack = blobs(geometry)
    return path, stack, FrameRenderer(stack, geometry)


def test_a_perfect_zoom_has_no_noise_and_a_bad_one_is_found_out(second):
    path, stack, film = second
    ours = measured([film.picture(depth)[0].numpy() for depth in path], path)
    assert ours.frozen == 0 and ours.acceleration < 0.02 and ours.speed < 1e-3
    cut = measured(list(whole_pixels(stack[0, 0].numpy(), path)), path)
    assert cut.acceleration > 20 * ours.acceleration and cut.speed > 10 * ours.speed


def test_frozen_frames_and_jerks_are_counted(second):
    path, _, film = second
    frames = [film.picture(depth)[0].numpy() for depth in path]
    smooth = measured(frames, path)
    still = measured([*frames[:30], *[frames[29]] * 3, *frames[33:]], path)
    assert (smooth.frozen, still.frozen) == (0, 3)
    assert still.acceleration > 3 * smooth.acceleration


def test_the_centre_of_a_shifted_blob_is_shifted():
    frame = np.zeros((9, 20))
    frame[4, 13] = 1.0
    assert centre(frame) == 3.5


def test_the_peak_is_what_the_work_held_and_not_what_it_left():
    small, large = (
        peak(CPU, partial, np.ones, mib * MIB, np.uint8).added / MIB for mib in (20, 320)
    )
    assert 290 < large - small < 330


def test_a_process_that_dies_is_not_waited_for():
    with pytest.raises(BrokenProcessPool):
        peak(CPU, partial, os._exit, 1)
