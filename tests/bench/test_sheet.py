"""The contact sheet shows what was sampled: every level of every row, in its place."""

import torch
from PIL import Image

from zoomstack.bench.told.sheet import GAP, LABEL, LINE, MARGIN, save_strip, sheet

SIDE = 20


def colours(count, seed):
    return torch.rand(count, 3, generator=torch.Generator().manual_seed(seed))


def test_a_strip_holds_the_views_side_by_side(tmp_path):
    wanted = colours(3, 0)
    # One value lies outside of what a picture holds.
    wanted[0, 0] = 1.5
    save_strip(wanted[..., None, None].expand(-1, -1, 16, 24), tmp_path / "new" / "strip.jpg")
    with Image.open(tmp_path / "new" / "strip.jpg") as strip:
        assert strip.size == (3 * 24, 16)
        for level, colour in enumerate(wanted.clamp(0, 1)):
            found = torch.tensor(strip.getpixel((level * 24 + 12, 8))) / 255
            assert (found - colour).abs().max() < 0.02


def test_a_sheet_shows_each_level_under_its_label_and_a_missing_strip_as_nothing(tmp_path):
    rows = {"one": colours(3, 1), "gone": None, "other": colours(2, 2)}
    strips = []
    for name, wanted in rows.items():
        labels = ["a", "b", "c"] if wanted is None else ["a", "b", "c"][: len(wanted)]
        strips.append((name, labels, tmp_path / name))
        if wanted is not None:
            save_strip(wanted[..., None, None].expand(-1, -1, 16, 16), tmp_path / name)
    page = sheet(strips, "a sheet", SIDE)
    for index, wanted in enumerate(rows.values()):
        top = 2 * MARGIN + LINE + index * (SIDE + LINE + GAP) + LINE
        for level in range(3):
            left = MARGIN + LABEL + level * (SIDE + GAP)
            for at in ((left, top), (left + SIDE - 1, top + SIDE - 1)):
                found = torch.tensor(page.getpixel(at)) / 255
                if wanted is None or level >= len(wanted):
                    assert found.min() > 0.95
                else:
                    assert (found - wanted[level]).abs().max() < 0.02
    assert page.width == 2 * MARGIN + LABEL + 3 * (SIDE + GAP)
