import base64
import io
import json
import math
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
import torch
from ladders import mixed
from PIL import Image

from zoomstack.export import DeepZoom, describe, page, plain, write_levels
from zoomstack.export.deepzoom import OVERLAP, TILE, Tile
from zoomstack.export.length import LIGHT_YEAR, metres
from zoomstack.files.whole import new_folder
from zoomstack.joint.blend import blend
from zoomstack.joint.render import render
from zoomstack.linear.lens import axis, look
from zoomstack.scene.geometry import Geometry
from zoomstack.scene.stack import ZoomStack

EVIL = '</script><img src=x onerror="alert(1)">&\u2028\ud800 %modules%'


def stack_of(g, prompts=()):
    levels = torch.rand(g.levels, 3, g.height, g.width, generator=torch.Generator().manual_seed(0))
    return ZoomStack(levels, g, prompts)


def finished(work):
    """What a generator returns, and how often it yields."""
    steps = 0
    while True:
        try:
            next(work)
        except StopIteration as stop:
            return stop.value, steps
        steps += 1


def seen(path_or_bytes):
    source = io.BytesIO(path_or_bytes) if isinstance(path_or_bytes, bytes) else path_or_bytes
    with Image.open(source) as image:
        return np.asarray(image.convert("RGB"))


def eight_bits(level):
    return (level * 255 + 0.5).to(torch.uint8).permute(1, 2, 0).numpy()


class TestPlain:
    def test_scalars_of_any_library_become_pythons_own(self):
        got = plain({"a": np.float32(0.5), "b": (np.int64(3), torch.tensor(2.5)), "c": np.bool_(1)})
        assert got == {"a": 0.5, "b": [3, 2.5], "c": True}
        assert [type(got[key]) for key in "ac"] == [float, bool] and type(got["b"]) is list
        assert type(plain(np.float64(1.5))) is float and type(plain(np.str_("x"))) is str
        json.dumps(got)

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float32("nan")])
    def test_what_json_has_no_word_for_is_none(self, value):
        assert plain([value]) == [None]

    @pytest.mark.parametrize("value", [object(), {1: 2}, np.zeros(2), torch.zeros(2), b"x", {1, 2}])
    def test_anything_else_is_refused_with_its_place(self, value):
        with pytest.raises(TypeError, match=r"ui\.a\[1\]"):
            plain({"a": [0, value]}, "ui")


class TestManifest:
    def test_it_says_what_a_viewer_needs(self):
        g = mixed(63, 54)
        made = describe(stack_of(g, tuple("abcde")), ["x.png"] * 5, None, 12.5)
        assert json.loads(json.dumps(made, allow_nan=False)) == made
        assert (made["width"], made["height"], made["metres"]) == (54, 63, 12.5)
        assert made["zooms"] == list(g.zooms) and made["focus"] == [list(at) for at in g.focus]
        assert len(made["agreement"]) == 4 and made["notes"] == []

    def test_of_a_ring_it_says_so_and_how_its_last_level_agrees_with_its_first(self):
        g = Geometry(32, 32, (2.0, 3.0), closed=True)
        made = describe(stack_of(g), ["x.png"] * 2)
        assert made["closed"] is True and len(made["zooms"]) == len(made["agreement"]) == 2
        assert "closed" not in describe(stack_of(Geometry(32, 32, (2.0, 3.0))))

    def test_marks_of_bridges_are_there_where_there_are_bridges(self):
        g = Geometry(32, 32, (2.0, 3.0))
        bridged = stack_of(g, tuple("abc"))._replace(bridges=(False, True, False))
        assert describe(bridged)["bridges"] == [False, True, False]
        assert "bridges" not in describe(stack_of(g))

    def test_exact_agreement_is_a_number_and_an_unknown_one_null(self):
        g = Geometry(32, 32, (2.0, 64.0))
        views = render(blend(stack_of(g).levels, g), g)
        assert describe(ZoomStack(torch.zeros_like(views), g))["agreement"] == [100.0, None]

    def test_broken_levels_are_told(self):
        stack = stack_of(Geometry(8, 8, (2.0, 2.0)))
        stack.levels[2, 1, :4] = math.inf
        (note,) = describe(stack)["notes"]
        assert note.startswith("Level 2 (0 is the widest) holds NaN") and "50 %" in note

    @pytest.mark.parametrize("wide", [-1.0, math.nan, math.inf])
    def test_a_width_that_is_none_is_refused(self, wide):
        with pytest.raises(ValueError, match="give 0 or more"):
            describe(stack_of(Geometry(8, 8, ())), metres=wide)


@pytest.mark.parametrize(
    "text, length",
    [("", 0), (" 0 ", 0), ("12700 km", 1.27e7), ("5um", 5e-6), ("5 \u00b5m", 5e-6), ("1e21", 1e21),
     ("100000 Light  Years", 1e5 * LIGHT_YEAR), ("1.5 AU", 2.2439680665e11), (".5 nm", 5e-10),
     ("10 000 km", 1e7), ("12,700 km", 1.27e7), ("10^7 m", 1e7), ("10\u2077 m", 1e7), ("10^7", 1e7),
     ("1.6\u00b710\u207b\u2079 m", 1.6e-9), ("2 billion light years", 2e9 * LIGHT_YEAR),
     ("1,5 km", 1500)],
)  # fmt: skip
def test_lengths_as_people_write_them(text, length):
    assert metres(text) == pytest.approx(length)


@pytest.mark.parametrize(
    "text",
    [
        "a mile",
        "5 parsecs",
        "-3 m",
        "1e999",
        "1.2.3",
        "nan",
        "km",
        "1/2 km",
        "100x",
        "x 3",
        "5 km, 3 m",
        "5 mm m",
    ],
)
def test_what_is_no_length_is_refused(text):
    with pytest.raises(ValueError, match="is no length; write a number and a unit"):
        metres(text)


class TestLevels:
    def test_pictures_and_a_manifest_that_lists_them(self, tmp_path):
        stack = stack_of(mixed(63, 54))
        manifest, steps = finished(write_levels(tmp_path / "made", stack))
        folder = tmp_path / "made"
        assert steps == 5 and manifest == json.loads((folder / "manifest.json").read_text())
        assert manifest["files"] == [f"level_0{i}.png" for i in range(5)]
        for name, level in zip(manifest["files"], stack.levels, strict=True):
            assert (seen(folder / name) == eight_bits(level)).all()
        sheet = manifest["thumbnails"]
        width, height = (sheet[side] for side in ("width", "height"))
        assert seen(folder / sheet["file"]).shape == (2 * height, 3 * width, 3)

    @pytest.mark.parametrize("kind", ["webp", "jpg"])
    def test_smaller_kinds(self, tmp_path, kind):
        manifest, _ = finished(write_levels(tmp_path / "made", stack_of(mixed()), kind, quality=80))
        assert seen(tmp_path / "made" / manifest["files"][0]).shape == (63, 54, 3)

    @pytest.mark.parametrize("kind", ["png", "webp"])
    def test_each_picture_carries_what_made_it(self, tmp_path, kind):
        about = {"prompt": '{"1": "a"}', "workflow": '{"nodes": []}', "mine": "2"}
        manifest, _ = finished(write_levels(tmp_path / "a", stack_of(mixed()), kind, about=about))
        for name in manifest["files"]:
            with Image.open(tmp_path / "a" / name) as picture:
                if kind == "png":
                    assert picture.text == about
                else:  # as ComfyUI's own nodes write it and its page reads it
                    exif = picture.getexif()
                    got = [exif[tag] for tag in (0x0110, 0x010F, 0x010E)]
                    assert got == [f"{key}:{text}" for key, text in about.items()]

    @pytest.mark.parametrize(
        "given, words", [({"kind": "bmp"}, "png, webp"), ({"quality": 0}, "1")]
    )
    def test_other_kinds_are_refused(self, tmp_path, given, words):
        with pytest.raises(ValueError, match=words):
            next(write_levels(tmp_path / "made", stack_of(mixed()), **given))
        assert not list(tmp_path.iterdir())

    def test_a_folder_is_there_whole_or_not_at_all(self, tmp_path):
        work = write_levels(tmp_path / "made", stack_of(mixed()))
        next(work)
        assert not (tmp_path / "made").exists()
        work.close()
        assert not list(tmp_path.iterdir())
        with pytest.raises(OSError), new_folder(tmp_path / "other") as place:
            (place / "a").write_text("a")
            raise OSError("disk full")
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize("channels", [1, 4])
    def test_grey_becomes_colour_and_alpha_is_left_out(self, tmp_path, channels):
        g = Geometry(9, 7, ())
        manifest, _ = finished(
            write_levels(tmp_path / "a", ZoomStack(torch.rand(1, channels, 9, 7), g))
        )
        assert seen(tmp_path / "a" / manifest["files"][0]).shape == (9, 7, 3)


class TestPage:
    def test_it_holds_the_levels_to_the_last_bit(self):
        stack = stack_of(mixed(), tuple("abcde"))
        text = "".join(page(stack, quality=100))
        manifest = json.loads(re.search(r'id="zoom">(.*?)</script>', text)[1])
        for uri, level in zip(manifest["files"], stack.levels, strict=True):
            content = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
            assert (seen(content) == eight_bits(level)).all()
        assert {**manifest, "files": [], "thumbnails": None} == describe(stack)

    def test_nothing_in_it_comes_from_elsewhere(self):
        text = "".join(page(stack_of(mixed())))
        modules = json.loads(re.search(r'type="importmap">(.*?)</script>', text)[1])["imports"]
        sources = [base64.b64decode(uri.partition(",")[2]).decode() for uri in modules.values()]
        for source in [text, *sources]:
            # An SVG's namespace is a name, not an address.
            addresses = re.findall(r"https?://[^\s\"'`]+", source)
            assert set(addresses) <= {"http://www.w3.org/2000/svg"}
        for source in sources:
            for needed in re.findall(r'^import .* from "(.*)";', source, re.MULTILINE):
                assert needed in modules
        assert not re.search(r"<(link|img|iframe)|src=", text)

    def test_no_text_in_it_becomes_html(self):
        text = "".join(page(stack_of(mixed(), (EVIL,) * 5)))
        assert (
            text.count("<script") == 3
            and "<img" not in text
            and "\u2028" not in text.split("</title>")[1]
        )
        manifest = json.loads(re.search(r'id="zoom">(.*?)</script>', text)[1])
        assert manifest["prompts"] == [EVIL] * 5
        text.encode("utf-8")

    def test_it_comes_in_parts_so_that_memory_stays_bounded(self):
        parts = [len(part) for part in page(stack_of(mixed(200, 200)), quality=100)]
        assert len(parts) > 5 and max(parts) < 0.6 * sum(parts)

    def test_a_viewer_that_is_not_there_is_named(self, tmp_path):
        with pytest.raises(ValueError, match=r"page\.mjs is not in .*web/viewer"):
            page(stack_of(mixed()), viewer=tmp_path)


def consistent(g):
    return ZoomStack(render(blend(stack_of(g).levels, g), g).clamp(0, 1), g)


class TestDeepZoom:
    def test_the_descriptor_is_the_formats(self):
        image = DeepZoom(stack_of(mixed()))
        root = ElementTree.fromstring(image.descriptor)
        space = "{http://schemas.microsoft.com/deepzoom/2008}"
        assert root.tag == f"{space}Image" and root.attrib == {
            "Format": "jpg", "Overlap": str(OVERLAP), "TileSize": str(TILE)
        }  # fmt: skip
        size = {side: int(root.find(f"{space}Size").get(side)) for side in ("Width", "Height")}
        total = 2 * 3.5 * 1.7 * 2.5
        assert size == pytest.approx({"Width": 54 * total, "Height": 63 * total}, abs=1)
        rects = root.findall(f"{space}DisplayRects/{space}DisplayRect")
        assert [rect.get("MinLevel") for rect in rects] == [str(i) for i in range(image.octaves)]

    def test_without_a_zoom_it_is_a_whole_pyramid(self):
        stack = stack_of(Geometry(300, 520, ()))
        image = DeepZoom(stack, quality=100)
        assert (image.width, image.height, image.octaves) == (520, 300, 11)
        finest = [tile for tile in image.tiles if tile.octave == 10]
        assert len(finest) == 3 * 2
        whole = torch.zeros(3, 300, 520)
        for tile in finest:
            left, top = max(0, tile.column * TILE - 1), max(0, tile.row * TILE - 1)
            picture = image.picture(tile)
            whole[:, top : top + picture.shape[1], left : left + picture.shape[2]] = picture
        assert (whole - stack.levels[0]).abs().max() < 1e-5
        assert image.picture(Tile(0, 0, 0)).shape == (3, 1, 1)

    def test_neighbouring_tiles_share_their_overlap(self):
        image = DeepZoom(consistent(Geometry(300, 520, (2.0, 3.0), ((0.4, 0.6), (0.5, 0.5)))))
        known = set(image.tiles)
        pairs = 0
        for tile in image.tiles:
            right = tile._replace(column=tile.column + 1)
            if right in known and tile.octave > 8:
                here, there = image.picture(tile), image.picture(right)
                assert (here[..., -2:] - there[..., :2]).abs().max() < 1e-4
                pairs += 1
        assert pairs > 4

    def test_the_middle_of_a_level_is_that_level(self):
        """At the deepest level's own pixels its middle is there to the last digit."""
        g = Geometry(320, 320, (2.0, 4.0), ((0.5, 0.5), (0.25, 0.5)))
        stack, image = consistent(g), DeepZoom(consistent(g))
        top, left = 320 * 4 - 160, round((0.25 + 0.5 * 0.25) * 2560) - 160
        column, row = (left + 160) // TILE, (top + 160) // TILE
        picture = image.picture(Tile(image.octaves - 1, column, row))
        y, x = row * TILE - OVERLAP - top, column * TILE - OVERLAP - left
        inner = slice(max(0, 40 - y), 280 - y), slice(max(0, 40 - x), 280 - x)
        want = stack.levels[2, :, y + inner[0].start : y + inner[0].stop,
                            x + inner[1].start : x + inner[1].stop]  # fmt: skip
        got = picture[:, inner[0], inner[1]]
        want = want[:, : got.shape[1], : got.shape[2]]
        assert (
            got.numel() > 3000
            and (got[:, : want.shape[1], : want.shape[2]] - want).abs().max() < 1e-4
        )

    def test_a_wide_resolution_is_the_widest_level_shrunk(self):
        stack = consistent(Geometry(64, 96, (2.0, 3.0)))
        image = DeepZoom(stack)
        octave = next(k for k in range(image.octaves) if image._scale(k) * image.width <= 48)
        picture = image.picture(Tile(octave, 0, 0))
        height, width = picture.shape[1:]
        step = 96 / (image._scale(octave) * image.width)
        want = look(stack.levels[0], axis(height, 64, 0, step), axis(width, 96, 0, step))
        assert (picture - want.clamp(0, 1)).abs().max() < 1e-4

    def test_the_number_of_tiles_grows_with_levels_not_with_magnification(self):
        def count(levels):
            return len(DeepZoom(stack_of(Geometry(64, 64, (4.0,) * (levels - 1)))).tiles)

        assert count(15) - count(11) <= count(11) - count(7) + 40 < 200

    def test_it_is_written_whole_or_not_at_all(self, tmp_path):
        image = DeepZoom(stack_of(Geometry(64, 64, (2.0, 2.0))))
        _, steps = finished(image.save(tmp_path / "zoom.dzi"))
        files = [path for path in (tmp_path / "zoom_files").rglob("*") if path.is_file()]
        assert steps == len(files) == len(image.tiles)
        assert seen(tmp_path / "zoom_files" / "0" / "0_0.jpg").shape == (1, 1, 3)
        work = image.save(tmp_path / "half.dzi")
        next(work)
        work.close()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["zoom.dzi", "zoom_files"]

    def test_a_large_side_is_no_power_of_two(self):
        """OpenSeadragon would look for one resolution more than there is."""
        image = DeepZoom(stack_of(Geometry(32, 64, (2.0,) * 23)))
        assert (image.width, image.height, image.octaves) == (2**29 - 1, 2**28 - 1, 30)

    def test_what_no_viewer_could_open_is_refused(self):
        with pytest.raises(ValueError, match=r"about 1e42: .* first 35 of these 133 levels"):
            DeepZoom(stack_of(Geometry(64, 64, (2.0,) * 132)))
        with pytest.raises(ValueError, match="goes on for ever. Export it as a page .*Cut Zoom"):
            DeepZoom(stack_of(Geometry(64, 64, (2.0,) * 3, closed=True)))
