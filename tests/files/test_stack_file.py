import json
import subprocess
import sys

import pytest
import torch
from hostile import stack_bytes
from ladders import mixed, noise
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from zoomstack.files.stack_file import load_stack, save_stack
from zoomstack.files.whole import replacing
from zoomstack.scene.geometry import Geometry
from zoomstack.scene.history import Event
from zoomstack.scene.stack import ZoomStack

HISTORY = (
    Event("sample", "", (0, 1, 2, 3, 4), 7, ("a", "b", "c", "d", "e")),
    Event("again", "2026-11-28T11:30:00+00:00", (2,), 8),
)
PROMPTS = ("a galaxy", 'a "star" <b>', "ein Blatt \u2603", "", "x")


@pytest.fixture
def stack():
    g = mixed()
    return ZoomStack(noise(g, dtype=torch.float32), g, PROMPTS, 2**63 + 1)


def test_a_saved_stack_comes_back_whole(tmp_path, stack):
    save_stack(tmp_path / "a.safetensors", stack, {"workflow": "{}"})
    back = load_stack(tmp_path / "a.safetensors")
    assert torch.equal(back.levels, stack.levels)
    assert back[1:] == stack[1:]


@pytest.mark.parametrize("dtype", [torch.float16, torch.float64])
def test_the_dtype_stays(tmp_path, stack, dtype):
    save_stack(tmp_path / "a.safetensors", stack._replace(levels=stack.levels.to(dtype)))
    assert load_stack(tmp_path / "a.safetensors").levels.dtype == dtype


def metadata(path):
    with safe_open(path, "pt") as file:
        return file.metadata()


def test_a_stack_that_was_made_once_is_written_as_ever(tmp_path, stack):
    """Byte for byte: a ZoomStack that knows of no history reads it."""
    save_stack(tmp_path / "a.safetensors", stack)
    g = stack.geometry
    about = {
        "height": g.height, "width": g.width, "zooms": g.zooms, "focus": g.focus,
        "prompts": stack.prompts, "seed": stack.seed,
    }  # fmt: skip
    assert metadata(tmp_path / "a.safetensors") == {
        "version": "1",
        "zoomstack": json.dumps(about),
    }


def test_a_file_of_the_first_version_is_read(tmp_path):
    (tmp_path / "old.safetensors").write_bytes(stack_bytes())
    old = load_stack(tmp_path / "old.safetensors")
    assert not old.geometry.closed and old.history == () and old.seed == 7


def test_a_history_and_a_ring_come_back_and_are_the_second_version(tmp_path, stack):
    g = stack.geometry
    ring = Geometry(g.height, g.width, (*g.zooms, 2.0), (*g.focus, (0.3, 0.6)), closed=True)
    for change in ({"history": HISTORY}, {"geometry": ring}):
        other = stack._replace(**change)
        save_stack(tmp_path / "a.safetensors", other)
        assert load_stack(tmp_path / "a.safetensors")[1:] == other[1:]
        assert metadata(tmp_path / "a.safetensors")["version"] == "2"


def test_which_levels_were_put_between_two_comes_back(tmp_path, stack):
    """In the first version still: one that does not know it loses no picture."""
    bridged = stack._replace(bridges=(False, True, False, True, False))
    save_stack(tmp_path / "a.safetensors", bridged)
    assert load_stack(tmp_path / "a.safetensors")[1:] == bridged[1:]
    assert metadata(tmp_path / "a.safetensors")["version"] == "1"
    with pytest.raises(ValueError, match="the first is False"):
        save_stack(tmp_path / "b.safetensors", stack._replace(bridges=(True,) * 5))


def test_a_broken_history_costs_no_stack(tmp_path, stack):
    path = tmp_path / "a.safetensors"
    save_stack(path, stack._replace(history=HISTORY))
    rewrite(path, lambda m, t: m.update({"zoomstack history": "[3, {}"}))
    back = load_stack(path)
    assert torch.equal(back.levels, stack.levels) and back[1:4] == stack[1:4]
    assert [event.deed for event in back.history] == ["unreadable"]


def test_a_failed_save_leaves_the_earlier_file(tmp_path, stack):
    path = tmp_path / "a.safetensors"
    save_stack(path, stack)
    before = path.read_bytes()
    with pytest.raises(KeyboardInterrupt), replacing(path) as temporary:
        with open(temporary, "wb") as half:
            half.write(b"half")
        raise KeyboardInterrupt
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_named(tmp_path, stack):
    with pytest.raises(FileNotFoundError, match="there is no folder; make it first") as caught:
        save_stack(tmp_path / "there" / "a.safetensors", stack)
    assert str(tmp_path / "there") in str(caught.value) and "a.safetensors" in str(caught.value)


def test_levels_and_geometry_must_match(tmp_path, stack):
    with pytest.raises(ValueError, match="5 levels of 63 x 54"):
        save_stack(tmp_path / "a.safetensors", stack._replace(levels=stack.levels[:4]))
    assert not list(tmp_path.iterdir())


def test_what_could_not_be_loaded_again_is_not_saved(tmp_path, stack):
    for change, words in (
        ({"levels": stack.levels.byte()}, "levels are torch.uint8"),
        ({"prompts": ("only",)}, "1 prompts for 5 levels"),
    ):
        with pytest.raises(ValueError, match=words):
            save_stack(tmp_path / "a.safetensors", stack._replace(**change))
    assert not list(tmp_path.iterdir())


def rewrite(path, change):
    """The file again with other metadata or tensors."""
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
    tensors = load_file(path)
    change(metadata, tensors)
    save_file(tensors, path, metadata)


def set_about(**values):
    def change(metadata, tensors):
        metadata["zoomstack"] = json.dumps({**json.loads(metadata["zoomstack"]), **values})

    return change


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda m, t: m.update(version="3"), "version 3 of the stack format .* update ZoomStack"),
        (lambda m, t: m.pop("zoomstack"), "not a zoom stack"),
        (lambda m, t: t.update(other=t.pop("levels")), "no tensor named 'levels'"),
        (lambda m, t: t.update(levels=t["levels"][:3]), r"levels' shape is \(3, 2, 63, 54\)"),
        (lambda m, t: t.update(levels=t["levels"].int()), "must be floats"),
        (set_about(zooms=[0.5] * 4), "zoom factor of 0.5"),
        (set_about(focus=None), "description of its levels is broken"),
        (set_about(closed=1), "closed and bridges must be true or false"),
        (set_about(bridges=[False, True]), "2 marks of levels put between two for 5 levels"),
        (set_about(bridges=[False, 1, 0, 0, 0]), "closed and bridges must be true or false"),
        (set_about(height=-4), "description of its levels is broken"),
        (set_about(height=float("inf")), "description of its levels is broken"),
        (set_about(zooms=[10**400] * 4), "description of its levels is broken"),
        (lambda m, t: m.update(zoomstack="[" * 100000), "description of its levels is broken"),
    ],
)
def test_other_files_are_refused_with_the_reason(tmp_path, stack, change, words):
    path = tmp_path / "a.safetensors"
    save_stack(path, stack)
    rewrite(path, change)
    with pytest.raises(ValueError, match=words):
        load_stack(path)


@pytest.mark.parametrize("length", [0, 5, 8, 100, 5000])
def test_a_truncated_file_is_refused(tmp_path, stack, length):
    path = tmp_path / "a.safetensors"
    save_stack(path, stack)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ValueError, match="cannot be read as a stack"):
        load_stack(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ValueError, match="no stack file gone.safetensors"):
        load_stack(tmp_path / "gone.safetensors")


def test_one_level_is_a_stack(tmp_path):
    stack = ZoomStack(torch.rand(1, 3, 8, 8), Geometry(8, 8, ()))
    save_stack(tmp_path / "one.safetensors", stack)
    assert load_stack(tmp_path / "one.safetensors").geometry.levels == 1


def test_a_stack_outlives_its_file(tmp_path, stack):
    """A mapped file that is cut short ends the process that reads on in it."""
    path = tmp_path / "a.safetensors"
    save_stack(path, stack)
    code = f"""
import os
from zoomstack import load_stack
stack = load_stack({str(path)!r})
os.truncate({str(path)!r}, 10)
print(stack.levels.isfinite().all().item())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
