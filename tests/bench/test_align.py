"""``align`` on a folder, and the benchmark of it."""

import argparse
import json

import pytest
import torch
from PIL import Image
from scenes import field, scene

from zoomstack import Geometry, load_stack
from zoomstack.bench.align import __main__ as command
from zoomstack.bench.align.cases import SPOILT, case
from zoomstack.bench.align.measured import Outcome, measured, table
from zoomstack.bench.options import add_options
from zoomstack.export.pictures import image
from zoomstack.scene.ladder import parse_ladder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three pictures, the names in another order than the zoom."""
    place = tmp_path_factory.mktemp("photos")
    levels = scene(Geometry(128, 128, (2.0, 2.5)), contrast=0.15).levels
    for name, level in zip(["c", "a", "b"], levels, strict=True):
        image(level).save(place / f"{name}.png")
    return place


def test_a_folder_becomes_a_table_and_a_ladder(folder, capsys):
    assert command.main([str(folder)]) == 0
    told = capsys.readouterr().out
    assert "The pictures were given in another order: it is c.png, a.png, b.png." in told
    assert "| 1 | a.png | 2.00" in told
    ladder = parse_ladder(told.rpartition("\n\n")[2])
    assert ladder.prompts == ("c", "a", "b") and ladder.zooms == pytest.approx((2, 2.5), rel=1e-2)


def test_it_writes_a_stack_and_tells_it_as_json(folder, tmp_path, capsys):
    target = tmp_path / "zoom.safetensors"
    assert command.main([str(folder), "--out", str(target), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    stack = load_stack(target)
    assert told["order"] == ["c.png", "a.png", "b.png"] and stack.prompts == ("c", "a", "b")
    assert list(stack.geometry.zooms) == pytest.approx(told["zooms"])


def test_it_writes_a_folder_of_pictures(folder, tmp_path, capsys):
    assert command.main([str(folder), "--out", str(tmp_path / "new")]) == 0
    assert Image.open(tmp_path / "new" / "level_02.png").size == (128, 128)
    assert command.main([str(folder), "--out", str(tmp_path / "new")]) != 0
    assert "new" in capsys.readouterr().err


def test_what_is_no_zoom_ends_with_the_code_of_a_bad_input(tmp_path, capsys):
    for name, picture in zip("ab", field(2, 64, 64), strict=True):
        image(picture).save(tmp_path / f"{name}.png")
    assert command.main([str(tmp_path)]) == 2
    assert "not a zoom" in capsys.readouterr().err
    assert command.main([str(tmp_path / "none")]) == 2


def test_the_ladder_of_files_of_any_name_can_be_read_again(folder, tmp_path, capsys):
    """A line that begins with # would be a comment, and the widest level lost."""
    names = {"c": "#1 \u96ea & <wide>", "a": "# two\nlines", "b": "#"}
    for name, new in names.items():
        (tmp_path / f"{new}.png").write_bytes((folder / f"{name}.png").read_bytes())
    assert command.main([str(tmp_path)]) == 0
    ladder = parse_ladder(capsys.readouterr().out.rpartition("\n\n")[2])
    assert ladder.prompts == ("1 \u96ea & <wide>", "two lines", "level 2")


def test_files_without_a_whole_picture_are_left_out_and_named(folder, tmp_path, capsys):
    for file in folder.glob("*.png"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "d.png").write_bytes((folder / "b.png").read_bytes())
    (tmp_path / "cut.png").write_bytes((folder / "a.png").read_bytes()[:900])
    (tmp_path / "phone.heic").write_bytes(b"0000ftypheic")
    assert command.main([str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "Left out: cut.png breaks off in the middle of the picture; copy it again." in told
    assert "Left out: phone.heic is no picture that can be read here" in told
    assert "| 1 | a.png | 2.00" in told and "| 2 | b.png | 2.50" in told
    assert "\nd.png shows the same view as b.png: it was left out." in told
    for name in ("b.png", "c.png", "d.png"):
        (tmp_path / name).unlink()
    assert command.main([str(tmp_path)]) == 2
    assert "can read 1 in" in (said := capsys.readouterr().err) and "cut.png breaks off" in said


def test_a_case_is_the_same_every_time_and_spoilt_as_it_says():
    one, again = case(3, 96), case(3, 96)
    assert torch.equal(one.wider, again.wider) and torch.equal(one.deeper, again.deeper)
    assert [case(number, 64).spoilt for number in range(4)] == [*SPOILT]


def test_the_table_counts_what_is_far_off_as_wrong():
    right = Outcome("jpeg", 1.5, True, 0.05, 0.02, 0.9, 0.1, 0.0)
    far = right._replace(percent=20.0, stranger=0.5)
    lines = table([right, far, right._replace(found=False)], 128).splitlines()
    assert lines[2].split("|")[2:5] == [" 3 ", " 2 ", " 1 "] and lines[2].endswith("| 1 |")
    assert "Of 3 pictures that are not there 1 were found" in lines[-1]


def test_a_case_is_measured():
    one = measured(11, 192)
    assert one.found and one.percent < 1 and one.pixels < 0.5 and one.stranger == 0


def test_the_command_line_knows_it():
    parser = argparse.ArgumentParser()
    add_options(parser)
    assert parser.parse_args(["align", "--quick"]).what == "align"
