"""Photographs in a folder, as people have them."""

import numpy as np
import pytest
from PIL import Image

from zoomstack.files.photos import opened, photo_files

RAMP = np.linspace(0, 1, 32 * 32).reshape(32, 32)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("16.png", (RAMP * 65535).round().astype(np.uint16)),
        ("16.tif", (RAMP * 65535).round().astype(np.uint16)),
        ("32.tif", (RAMP * 65535).round().astype(np.int32)),
        ("unit.tif", RAMP.astype(np.float32)),
        ("bytes.tif", (RAMP * 255).astype(np.float32)),
    ],
)
@pytest.mark.parametrize("most", [None, 16])
def test_pictures_of_more_than_8_bits_keep_their_greys(tmp_path, name, values, most):
    Image.fromarray(values).save(tmp_path / name)
    shown = opened(tmp_path / name, most)
    assert shown.shape == (3, most or 32, most or 32)
    wanted = RAMP if most is None else RAMP.reshape(16, 2, 16, 2).mean((1, 3))
    assert np.abs(shown.numpy() - wanted).max() < (0.5 / 255 + 1e-6 if most is None else 0.02)


def test_a_picture_is_upright_and_has_three_colours(tmp_path):
    for name, picture in (
        ("palette.png", Image.fromarray((RAMP * 255).astype(np.uint8)).quantize(256)),
        ("alpha.png", Image.fromarray((RAMP * 255).astype(np.uint8)).convert("RGBA")),
        ("print.tif", Image.fromarray((RAMP * 255).astype(np.uint8)).convert("CMYK")),
    ):
        picture.save(tmp_path / name)
        assert np.abs(opened(tmp_path / name).numpy() - RAMP).max() < 0.02
    turned = Image.Exif()
    turned[0x0112] = 6  # shown a quarter clockwise
    wide = Image.fromarray((RAMP[:16] * 255).astype(np.uint8))
    wide.rotate(90, expand=True).save(tmp_path / "phone.jpg", exif=turned, quality=95)
    assert np.abs(opened(tmp_path / "phone.jpg").numpy() - RAMP[:16]).max() < 0.02


def test_hidden_files_and_folders_are_no_pictures_and_numbers_count(tmp_path):
    for name in ("z10.png", "z9.PNG", "z100.gif", "a.heic", "notes.txt", "._z9.png", ".x.jpg"):
        (tmp_path / name).write_bytes(b"anything")
    (tmp_path / "folder.png").mkdir()
    names = [file.name for file in photo_files(tmp_path, 1, "align")]
    assert names == ["a.heic", "z9.PNG", "z10.png", "z100.gif"]
    with pytest.raises(ValueError, match="put at least 5 there"):
        photo_files(tmp_path, 5, "align")


def test_what_is_no_whole_picture_is_named_with_the_remedy(tmp_path):
    Image.fromarray((RAMP * 255).astype(np.uint8)).save(tmp_path / "a.jpg")
    whole = (tmp_path / "a.jpg").read_bytes()
    for name, content, said in (
        ("cut.jpg", whole[: len(whole) * 2 // 3], "cut.jpg breaks off in the middle"),
        ("none.png", b"", "none.png is empty"),
        ("text.png", b"hello", "text.png is no picture that can be read here; save it as PNG"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=said) as error:
            opened(tmp_path / name)
        assert str(tmp_path) not in str(error.value)
