"""A film is cut into parts that follow each other and are as long as each other."""

import pytest

from zoomstack.farm.reel.plan import cuts, folder_of, name_of, named


@pytest.mark.parametrize("numbers", [range(1), range(97), range(3, 1000)])
@pytest.mark.parametrize("parts", [1, 2, 7, 64])
def test_every_frame_is_in_one_part_and_parts_differ_by_one_at_most(numbers, parts):
    if parts > len(numbers):
        with pytest.raises(ValueError, match=f"give {len(numbers)} or fewer"):
            cuts(numbers, parts)
        return
    found = cuts(numbers, parts)
    sizes = [len(part) for part in found]
    assert len(found) == parts and max(sizes) - min(sizes) <= 1
    assert [number for part in found for number in part] == [*numbers]


def test_a_part_has_at_most_so_many_frames():
    assert [len(part) for part in cuts(range(3000), frames=375)] == [375] * 8
    assert [len(part) for part in cuts(range(10, 21), frames=4)] == [4, 4, 3]
    assert cuts(range(5), frames=50) == (range(5),)


@pytest.mark.parametrize("how", [{}, {"parts": 2, "frames": 2}, {"parts": -1}])
def test_it_is_said_once_how_long_parts_are(how):
    with pytest.raises(ValueError, match="either the number of parts or the frames"):
        cuts(range(9), **how)


def test_parts_are_found_by_their_names_alone(tmp_path):
    folder = folder_of(tmp_path / "zoom.mp4")
    assert named(folder) == []
    folder.mkdir()
    for name in ("notes.txt", "frames_000000-000004.mp4.txt", ".frames_000000-000004-x1.mp4"):
        (folder / name).touch()
    names = [name_of(part) for part in cuts(range(12), 3)]
    for name in reversed(names):
        (folder / name).touch()
    assert [path.name for path in named(folder)] == names
