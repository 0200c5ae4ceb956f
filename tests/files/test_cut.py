"""Pictures that are not all there are told from those that are, whatever follows them."""

import io

import pytest
from PIL import Image

from zoomstack.files.cut import cut_off

KINDS = {"png": {}, "jpeg": {}, "progressive": {"progressive": True}, "webp": {}, "lossless": {}}


def content(kind):
    picture = Image.effect_noise((63, 54), 90).convert("RGB")
    buffer = io.BytesIO()
    thumbnail = Image.Exif()
    thumbnail[0x010E] = "\u00ff\u00d9"  # what ends a picture, in the words about it
    options = {**KINDS[kind], "exif": thumbnail} if kind in ("jpeg", "progressive") else KINDS[kind]
    options = {"lossless": True} if kind == "lossless" else options
    name = {"progressive": "jpeg", "lossless": "webp"}.get(kind, kind)
    picture.save(buffer, name.upper(), **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_whole_until_a_byte_of_it_is_missing(tmp_path, kind):
    path, whole = tmp_path / "a", content(kind)
    path.write_bytes(whole)
    assert cut_off(path) == ""
    path.write_bytes(whole + b"what a phone writes behind")
    assert cut_off(path) == ""
    for size in {*range(13, len(whole) - 1, 97), len(whole) - 2}:
        path.write_bytes(whole[:size])
        assert cut_off(path) == "breaks off in the middle of the picture; copy it again"


@pytest.mark.parametrize("text", [b"GIF89a", b"BM", b"no picture at all", b"\xff"])
def test_of_other_files_nothing_is_said(tmp_path, text):
    path = tmp_path / "a"
    path.write_bytes(text)
    assert cut_off(path) == ""
    path.write_bytes(b"")
    assert cut_off(path) == "is empty; copy it again"
