"""The variants: the default is the library's, new ones can be written, and all scales are shown."""

import pytest
import torch

from zoomstack import Consensus
from zoomstack.bench.model.ladders import PATTERNS, BenchLadder, wordings
from zoomstack.bench.model.settings import FULL, QUICK
from zoomstack.bench.zooms.job import Job
from zoomstack.bench.zooms.rows import ABLATIONS, BY_NAME, ROWS, change, grid, parse_row, reference
from zoomstack.bench.zooms.sampling import every_octave
from zoomstack.demo.networks.text import Mixed
from zoomstack.demo.world import NAMES, SCALES
from zoomstack.spaces.plain import as_space


def test_the_default_is_the_librarys():
    assert BY_NAME["default"].options() == Consensus()


def test_rows_have_names_of_their_own():
    assert len(BY_NAME) == len(ROWS)
    assert set(ABLATIONS) <= set(BY_NAME)


def test_every_row_is_measured_against_independent_sampling_of_its_ladder():
    for row in ROWS:
        other = reference(row)
        ours, theirs = (Job(each, 3, FULL).ladder for each in (row, other))
        if PATTERNS[row.ladder].span:
            assert set(ours.octaves) <= set(theirs.octaves)
        else:
            assert theirs.prompts == ours.prompts and theirs.octaves == ours.octaves
        assert other.options().coupling == "independent" and not other.shared_noise


def test_rows_that_sample_the_same_are_described_the_same():
    same = [Job(BY_NAME[name], 3, FULL).described() for name in ("default", "fitted", "p2")]
    assert same[0] == same[1] == same[2]
    told = [repr(Job(row, 3, FULL).described()) for row in ROWS]
    assert len(set(told)) == len(ROWS) - 2


def test_a_row_is_found_by_its_name():
    assert parse_row("snr") is BY_NAME["snr"]
    with pytest.raises(ValueError, match=r"no row 'sn'; there are: independent, .*snr"):
        parse_row("sn")


def test_a_row_can_be_written():
    row = parse_row("snr feather=0.4 space=fitted weight=uniform every=4")
    assert row.options() == Consensus(weighting="uniform", feather=0.4)
    assert (row.space, row.every, row.name) == (
        "fitted",
        4,
        "snr feather=0.4 space=fitted weight=uniform every=4",
    )
    assert parse_row("mine: feather=0.1 shared_noise=false").options() == Consensus(feather=0.1)
    assert not parse_row("mine: shared_noise=false").shared_noise


@pytest.mark.parametrize(
    ("spec", "said"),
    (
        ("x fether=0.1", "no option 'fether'; it has .*feather"),
        ("x feather=0.7", "feather is 0.7"),
        ("x space=picture", "space is 'picture'; it must be one of auto"),
        ("x ladder=p3", "ladder is 'p3'"),
        ("x every=0", "every is 0"),
        ("x weighting=best", "weighting is 'best'"),
        ("x fitted_on=photos", "fitted_on is 'photos'"),
    ),
)
def test_a_row_that_cannot_be_is_refused(spec, said):
    with pytest.raises(ValueError, match=said):
        parse_row(spec)


def test_a_grid_has_all_combinations():
    rows = list(grid("feather=0,0.25 weighting=snr,uniform"))
    assert [row.options().feather for row in rows] == [0, 0, 0.25, 0.25]
    assert {row.options().weighting for row in rows} == {"snr", "uniform"}
    assert len({row.name for row in rows}) == 4


def test_changing_a_row_leaves_it_as_it_was():
    before = BY_NAME["default"].options()
    change(BY_NAME["default"], "new", {"feather": 0.1})
    assert BY_NAME["default"].options() == before


@pytest.mark.parametrize("settings", (FULL, QUICK))
@pytest.mark.parametrize("pattern", PATTERNS)
def test_ladders_stay_in_the_world_and_begin_at_a_name(pattern, settings):
    for seed in range(16):
        ladder = BenchLadder(pattern, settings.levels, seed)
        assert ladder.octaves[0] in [scale.octave for scale in SCALES]
        assert ladder.octaves[-1] <= SCALES[-1].octave
        assert len(ladder.prompts) == len(ladder.names) == len(ladder.octaves)
        assert PATTERNS[pattern].span or len(ladder.prompts) == settings.levels


def test_sixteen_seeds_show_every_scale():
    for pattern in PATTERNS:
        shown = {
            n for seed in range(16) for names in BenchLadder(pattern, 5, seed).names for n in names
        }
        assert shown == set(range(len(NAMES)))


def test_a_level_between_two_scales_is_asked_for_by_both():
    ladder = BenchLadder("p2", 3, 0)
    assert [len(names) for names in ladder.names] == [1, 2, 1]
    assert ladder.prompts[1] == f"{ladder.prompts[0]}, {ladder.prompts[2]}"
    assert list(wordings()) == list(NAMES)


def test_far_lines_are_bridged_by_both_prompts_or_by_a_mixture_of_them():
    plain, both, blend = (BenchLadder(f"far8{way}", 5, 0) for way in ("", "-both", "-blend"))
    assert plain.octaves == (0, 3, 6) and both.octaves == blend.octaves == tuple(range(7))
    a, b, c = plain.prompts
    assert both.lines == blend.lines == (0, 3, 6) and plain.lines == (0, 1, 2)
    assert both.prompts == (a, *(f"{a}, {b}",) * 2, b, *(f"{b}, {c}",) * 2, c)
    between = [(a, b), (a, b), (b, c), (b, c)]
    mixed = [Mixed(*pair, pytest.approx(n % 2 / 3 + 1 / 3)) for n, pair in enumerate(between)]
    assert blend.prompts == (a, *mixed[:2], b, *mixed[2:], c)
    own, four = BenchLadder("far2", 5, 0), BenchLadder("far4-both", 5, 0)
    assert four.prompts == own.prompts and four.octaves == own.octaves


def test_a_film_of_far_lines_is_looked_at_at_every_octave():
    g = BenchLadder("far8", 5, 0).geometry(64, 64)
    levels = torch.rand(3, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    film = Consensus()(levels, as_space(g))
    views = every_octave(film, g)
    assert views.shape == (7, 3, 64, 64)
    assert torch.allclose(views[::3], film.clamp(0, 1), atol=1e-5)


def test_a_ladder_deeper_than_the_world_is_refused():
    with pytest.raises(ValueError, match=r"span 30\.0 octaves but the world has 28"):
        _ = BenchLadder("p2", 31, 0).octaves
