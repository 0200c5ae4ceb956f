"""Disks that are full or read-only, files that vanish, and many writers of one output folder."""

import errno
import os
import resource
import subprocess
import threading
import types
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch
from host_kit import part

from zoomstack.files.recording import Recording
from zoomstack.files.stack_file import load_stack, save_stack
from zoomstack.scene.geometry import Geometry
from zoomstack.scene.stack import ZoomStack

FORMATS = ("html", "dzi", "png", "webp")
EXISTS = "what was there before is as it was"


@contextmanager
def small_disk(folder):
    """A disk of 4 MiB at ``folder``, or a skip."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(folder)]
    if os.name != "posix" or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a disk is not allowed here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def output(pack, tmp_path, monkeypatch):
    import folder_paths

    monkeypatch.setattr(folder_paths, "output_directory", str(tmp_path))
    return tmp_path


class Place(NamedTuple):
    """A folder, and ``full(bytes)``: from then on it takes no more, which it says with ``says``."""

    folder: Path
    full: Callable[[int], None]
    says: int


@pytest.fixture(params=[errno.EFBIG, errno.ENOSPC], ids=["large files refused", "full disk"])
def place(request, tmp_path):
    if request.param == errno.EFBIG:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        limit = lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))  # noqa: E731
        yield Place(tmp_path, limit, errno.EFBIG)
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        return
    with small_disk(tmp_path / "disk") as disk:
        folder, filling = disk / "folder", disk / "filling"
        folder.mkdir()

        def fill(size):
            filling.write_bytes(b"")
            free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
            filling.write_bytes(bytes(max(0, free - size)))

        yield Place(folder, fill, errno.ENOSPC)


@pytest.fixture
def stack(pack):
    levels = torch.rand(3, 3, 96, 128, generator=torch.Generator().manual_seed(0))
    return part(pack, "zoomstack.scene.stack").ZoomStack(
        levels, part(pack, "zoomstack.scene.geometry").Geometry(96, 128, (2.0, 2.0))
    )


def node(pack, name):
    hidden = types.SimpleNamespace(prompt=None, extra_pnginfo=None, unique_id=None)
    return type(name, (getattr(pack.nodes, name),), {"hidden": hidden})


def saved(pack, stack, prefix="a/zoom"):
    return node(pack, "SaveZoomStack").execute(stack, prefix)


def exported(pack, stack, format, prefix="a/zoom"):
    return node(pack, "ExportZoomStack").execute(stack, prefix, format)


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def contents(folder):
    return {name: (folder / name).read_bytes() for name in files(folder)}


# --- full and read-only ---------------------------------------------------------------------------


def test_a_stack_that_finds_no_room_leaves_the_earlier_one(place):
    small = ZoomStack(torch.rand(1, 3, 8, 8), Geometry(8, 8, ()))
    large = ZoomStack(torch.rand(1, 3, 80, 80), Geometry(80, 80, ()))
    path = place.folder / "a.safetensors"
    save_stack(path, small)
    place.full(20_000)
    with pytest.raises(
        OSError, match=f"a.safetensors cannot be written .*{EXISTS}. Free some"
    ) as e:
        save_stack(path, large)
    assert e.value.errno == place.says
    assert torch.equal(load_stack(path).levels, small.levels)
    assert files(place.folder) == {"a.safetensors"}


@pytest.mark.parametrize("format", FORMATS)
def test_an_export_that_finds_no_room_leaves_nothing(pack, stack, place, monkeypatch, format):
    import folder_paths

    monkeypatch.setattr(folder_paths, "output_directory", str(place.folder))
    exported(pack, stack, format)
    before = contents(place.folder)
    place.full(8192)
    with pytest.raises(OSError, match=f"cannot be written .*{EXISTS}") as caught:
        exported(pack, stack, format)
    assert caught.value.errno == place.says
    assert contents(place.folder) == before
    place.full(10**8)
    exported(pack, stack, format)
    assert len(files(place.folder)) == 2 * len(before)


def test_tiles_go_where_their_description_finds_no_room(pack, stack, output, monkeypatch):
    deepzoom = part(pack, "zoomstack.export.deepzoom")

    def refused(path):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(deepzoom, "replacing", refused)
    with pytest.raises(OSError, match="No space"):
        exported(pack, stack, "dzi")
    assert files(output) == set() and not list(output.rglob("*_files"))


def test_a_video_that_finds_no_room_leaves_nothing(place):
    from zoomstack.film.encode import encode

    path = place.folder / "a.mp4"
    path.write_bytes(b"the earlier one")
    noise = np.random.default_rng(0)
    planes = (noise.integers(0, 255, (192, 128), dtype=np.uint8) for _ in range(30))
    place.full(20_000)
    with pytest.raises(OSError, match="a.mp4 cannot be written") as caught:
        encode(path, planes, 30)
    assert caught.value.errno == place.says
    assert contents(place.folder) == {"a.mp4": b"the earlier one"}


def test_a_checkpoint_that_finds_no_room_lets_the_run_go_on(place):
    said = []
    recording = Recording(place.folder / "a", {}, said.append, seconds=0)
    place.full(5000)
    for number in range(5):
        answer = recording.answer(str(number), lambda: (torch.ones(1000 * 4),))
        assert answer[0].sum() == 4000
    recording.finish()
    reason = f"cannot be written ({os.strerror(place.says)})"
    assert len(said) == 1 and reason in said[0] and files(place.folder) == set()


@pytest.fixture
def read_only(tmp_path):
    """A folder on a disk that was mounted read-only, with one file on it."""
    with small_disk(tmp_path / "disk") as folder:
        (folder / "zoom_00001_.safetensors").write_bytes(b"the earlier one")
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        yield folder


def test_a_read_only_folder_is_named_and_stays_as_it_was(pack, stack, read_only, monkeypatch):
    import folder_paths

    monkeypatch.setattr(folder_paths, "output_directory", str(read_only))
    for prefix in ("zoom", "new/zoom"):
        with pytest.raises(OSError, match="zoom.* cannot be written .Read-only file system"):
            saved(pack, stack, prefix)
        for format in FORMATS:
            with pytest.raises(OSError, match="zoom.* cannot be written .Read-only file system"):
                exported(pack, stack, format, prefix)
    assert files(read_only) == {"zoom_00001_.safetensors"}


# --- files that vanish ----------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before it is opened", "while it is read"])
def test_a_stack_that_vanishes_while_it_is_loaded_is_named(tmp_path, monkeypatch, when):
    import safetensors

    path = tmp_path / "a.safetensors"
    stack = ZoomStack(torch.rand(1, 3, 8, 8), Geometry(8, 8, ()))
    save_stack(path, stack)
    usual = safetensors.safe_open

    def vanishing(name, *args):
        if when == "before it is opened":
            path.unlink()
        opened = usual(name, *args)
        path.unlink()
        return opened

    monkeypatch.setattr(safetensors, "safe_open", vanishing)
    if when == "while it is read":
        assert torch.equal(load_stack(path).levels, stack.levels)
    else:
        with pytest.raises(ValueError, match="a.safetensors cannot be read as a stack"):
            load_stack(path)


# --- two at once ----------------------------------------------------------------------------------


def test_a_number_that_another_server_is_about_to_write_is_not_taken(pack, stack, output):
    """As two servers do: both look for a free number before either has written its file."""
    new_output = pack.nodes.host.new_output
    with new_output("a/zoom", "safetensors", stack.geometry) as (first, _):
        with new_output("a/zoom", "safetensors", stack.geometry) as (second, shown):
            assert first != second and shown["filename"] == "zoom_00002_.safetensors"
        saved(pack, stack)
    assert files(output) == {"a/zoom_00002_.safetensors"}


@pytest.mark.parametrize("format", FORMATS)
def test_exports_at_once_have_names_of_their_own(pack, stack, output, format):
    names, threads = [], []

    def export():
        names.extend(str(file) for file in exported(pack, stack, format).ui["zoom_exports"])

    for _ in range(6):
        threads.append(threading.Thread(target=export))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names) == len(set(names)) >= 6
    tops = {name.split("/")[1].split(".")[0].removesuffix("_files") for name in files(output)}
    assert tops == {f"zoom_0000{number}_" for number in range(1, 7)}
    assert not [name for name in files(output) if "reserved" in name]
