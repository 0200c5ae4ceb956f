"""Stacks with a common beginning: where they part, and how a tree is written."""

import json
import math
import re
from dataclasses import replace

import pytest
import torch
from ladders import mixed
from trees import branched

from zoomstack.export import branches_of, describe, page, write_levels
from zoomstack.scene.geometry import Geometry
from zoomstack.scene.stack import ZoomStack


@pytest.fixture
def trunk():
    g = mixed(63, 54)
    levels = torch.rand(g.levels, 3, 63, 54, generator=torch.Generator().manual_seed(0))
    return ZoomStack(levels, g, tuple("abcde"))


@pytest.fixture
def stacks(trunk):
    """The trunk of five levels, a branch off its level 2, and one off that branch's level 3."""
    first = branched(trunk, 2, (2.0, 3.0), ((0.3, 0.3), (0.5, 0.5)), "first", 1)
    second = branched(first, 3, (2.5,), ((0.6, 0.4),), "second", 2)
    return trunk, first, second


def finished(work):
    steps = 0
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value, steps
        steps += 1


class TestWhereStacksPart:
    def test_each_leaves_the_one_that_it_shares_most_with(self, stacks):
        found = branches_of(stacks[0], stacks[1:])
        assert [(one.of, one.level, list(one.own)) for one in found] == [
            (0, 2, [3, 4]),
            (1, 3, [4]),
        ]
        assert branches_of(stacks[0], ()) == ()

    def test_a_level_elsewhere_or_with_other_pixels_is_another_one(self, trunk):
        moved = trunk.geometry.focus[:2] + ((0.4, 0.4),) + trunk.geometry.focus[3:]
        there = trunk._replace(geometry=replace(trunk.geometry, focus=moved))
        levels = trunk.levels.clone()
        levels[1, 0, 5, 5] += 1e-7
        found = branches_of(trunk, (there, trunk._replace(levels=levels)))
        assert [(one.of, one.level) for one in found] == [(0, 2), (0, 0)]

    def test_values_that_are_no_numbers_equal_themselves(self, trunk):
        trunk.levels[1, :, 3:9] = math.nan
        (found,) = branches_of(trunk, (trunk._replace(levels=trunk.levels.clone()),))
        assert found.level == 4 and not found.own, "nothing of its own: the trunk again"

    def test_what_is_no_branch_is_refused(self, trunk):
        other = trunk._replace(levels=1 - trunk.levels)
        with pytest.raises(ValueError, match="Branch 2 shares no level"):
            branches_of(trunk, (trunk, other))
        g = trunk.geometry
        ring = replace(g, zooms=(*g.zooms, 2.0), focus=(*g.focus, (0.5, 0.5)), closed=True)
        with pytest.raises(ValueError, match="The first stack is a closed ladder"):
            branches_of(trunk._replace(geometry=ring), (trunk,))
        with pytest.raises(ValueError, match="Branch 1 is a closed ladder"):
            branches_of(trunk, (trunk._replace(geometry=ring),))
        small = ZoomStack(torch.rand(2, 3, 32, 48), Geometry(32, 48, (2.0,)))
        with pytest.raises(ValueError, match="is 63 x 54 in 3 channels .* it is 32 x 48 in 3"):
            branches_of(trunk, (small,))


class TestATreeIsWritten:
    def test_shared_levels_are_there_once(self, stacks, tmp_path):
        tree = branches_of(stacks[0], stacks[1:])
        manifest, steps = finished(write_levels(tmp_path / "made", stacks[0], branches=tree))
        assert steps == 8 and len(list((tmp_path / "made").glob("level_*.png"))) == 8
        first, second = manifest.pop("branches")
        alone, _ = finished(write_levels(tmp_path / "alone", stacks[0]))
        assert manifest == alone, "one that knows no trees shows the trunk"
        assert first["files"] == ["level_03_branch_1.png", "level_04_branch_1.png"]
        assert (first["of"], first["from"], second["of"], second["from"]) == (0, 2, 1, 3)
        assert first["zooms"] == [2.0, 3.0] and first["focus"] == [[0.3, 0.3], [0.5, 0.5]]
        assert first["prompts"] == ["first 3", "first 4"] and second["prompts"] == ["second 4"]
        whole = describe(stacks[1])["agreement"]
        assert first["agreement"] == pytest.approx(whole[2:])
        for one in (first, second):
            assert (tmp_path / "made" / one["thumbnails"]["file"]).is_file()

    def test_a_broken_level_is_told_where_it_is(self, stacks, tmp_path):
        stacks[0].levels[0, :, 0] = math.nan
        first = branched(stacks[0], 2, (2.0,), ((0.5, 0.5),))
        first.levels[3, :, 0] = math.nan
        tree = branches_of(stacks[0], (first,))
        manifest, _ = finished(write_levels(tmp_path / "made", stacks[0], branches=tree))
        assert [note[:8] for note in manifest["notes"]] == ["Level 0 "]
        assert [note[:8] for note in manifest["branches"][0]["notes"]] == ["Level 3 "]

    def test_a_page_holds_each_level_once(self, stacks):
        tree = branches_of(stacks[0], stacks[1:])
        parts = list(page(stacks[0], quality=100, branches=tree))
        manifest = json.loads(re.search(r'id="zoom">(.*?)</script>', "".join(parts))[1])
        files = [one["files"] for one in (manifest, *manifest["branches"])]
        assert [len(one) for one in files] == [5, 2, 1]
        assert all(uri.startswith("data:image/png") for one in files for uri in one)
        assert len({uri for one in files for uri in one}) == 8
