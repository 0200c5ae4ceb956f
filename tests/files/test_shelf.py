"""Named tuples on disk: found again to the bit, and never anything else."""

import os
from typing import NamedTuple

import pytest
import torch
from torch import Tensor

from zoomstack.files.shelf import Shelf


class Thing(NamedTuple):
    matrix: Tensor
    none: Tensor | None
    size: int
    shares: tuple[float, float]


def thing(seed=1):
    matrix = torch.randn(3, 5, generator=torch.Generator().manual_seed(seed))
    return Thing(matrix, None, 7, (0.1 + 0.2, 1 / 3))


def same(a, b):
    return torch.equal(a.matrix, b.matrix) and a[1:] == b[1:]


def test_what_was_put_is_found_to_the_bit_by_what_it_was_made_of(tmp_path):
    Shelf(tmp_path / "deep" / "fits").put(thing(), "weights", 2.0)
    shelf = Shelf(tmp_path / "deep" / "fits")
    assert same(shelf.get(Thing, "weights", 2.0), thing())
    assert shelf.get(Thing, "weights", 2.5) is None
    assert shelf.get(Thing, "other weights", 2.0) is None


def test_a_second_one_of_the_same_takes_the_first_ones_place(tmp_path):
    shelf = Shelf(tmp_path)
    shelf.put(thing(1), "a")
    shelf.put(thing(2), "a")
    assert same(shelf.get(Thing, "a"), thing(2))
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "foreign", "folder"])
def test_what_is_damaged_or_foreign_is_as_good_as_not_there_and_is_told(tmp_path, damage):
    said = []
    shelf = Shelf(tmp_path, said.append)
    shelf.put(thing(), "a")
    (path,) = tmp_path.iterdir()
    held = path.read_bytes()
    if damage == "folder":
        path.unlink()
        path.mkdir()
    elif damage == "foreign":
        from safetensors.torch import save_file

        save_file({"matrix": torch.zeros(3, 5)}, path)
    else:
        flipped = bytearray(held)
        flipped[-3] ^= 16
        path.write_bytes({"empty": b"", "cut": held[:-9], "flipped": flipped}[damage])
    assert shelf.get(Thing, "a") is None
    assert len(said) == 1 and "made anew" in said[0]
    if damage != "folder":
        shelf.put(thing(), "a")
        assert same(shelf.get(Thing, "a"), thing())


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_disk_that_takes_nothing_costs_only_the_time_to_make_it_again(tmp_path):
    said = []
    tmp_path.chmod(0o500)
    Shelf(tmp_path / "fits", said.append).put(thing(), "a")
    assert len(said) == 1 and "cannot be kept" in said[0]


def test_a_name_that_is_taken_by_a_file_is_told_too(tmp_path):
    said = []
    (tmp_path / "fits").write_text("not a folder")
    shelf = Shelf(tmp_path / "fits", said.append)
    shelf.put(thing(), "a")
    assert shelf.get(Thing, "a") is None
    assert "cannot be kept" in said[0]
