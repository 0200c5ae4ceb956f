"""ZoomVideoRender inside a real ComfyUI: stock nodes take its VIDEO as any other."""

import io
import json
import types
from fractions import Fraction

import av
import numpy as np
import pytest
import torch
from av.video.reformatter import Interpolation
from host_kit import part

GEOMETRY = ((2.0, 2.5), ((0.37, 0.5), (0.6, 0.45)))


@pytest.fixture
def video_of(pack):
    """The node's VIDEO of a smooth random stack, from its inputs."""
    geometry = part(pack, "zoomstack.scene.geometry")
    stack = part(pack, "zoomstack.scene.stack")
    node = part(pack, "nodes.video").ZoomVideoRender

    def make(height=120, width=160, levels=3, **inputs):
        g = geometry.Geometry(height, width, GEOMETRY[0][: levels - 1], GEOMETRY[1][: levels - 1])
        torch.manual_seed(0)
        coarse = torch.rand(levels, 3, 6, 8)
        pictures = torch.nn.functional.interpolate(coarse, (height, width), mode="bicubic")
        given = {
            "fps": 12.0, "seconds_per_level": 1.0, "duration": 0.0, "direction": "in",
            "easing": "linear", "width": 0, "height": 0, "hold_start": 0.0, "hold_end": 0.25,
        } | inputs  # fmt: skip
        # Nodes run in inference mode: what they pass on are inference tensors.
        with torch.inference_mode():
            value = stack.ZoomStack(pictures.clamp(0, 1), g)
            return node.execute(stack=value, **given).result[0]

    return make


def test_a_film_that_no_encoder_opens_is_refused_with_a_size_that_it_takes(pack):
    stack = part(pack, "zoomstack.scene.stack").ZoomStack
    geometry = part(pack, "zoomstack.scene.geometry").Geometry(16, 16, (2.0,))
    node = part(pack, "nodes.video").ZoomVideoRender
    with pytest.raises(ValueError, match="16384 x 16384 .* 16384 wide it may be 16128 high"):
        node.execute(stack=stack(torch.rand(2, 3, 16, 16), geometry), width=16384, height=16384)


# Without these, the way back to RGB is a level too dark. PyAV 17, the newest for Python 3.10, knows
# the second and third only by their numbers in FFmpeg.
FULL_CHR_H_INT, ACCURATE_RND = 0x2000, 0x40000
EXACT = int(Interpolation.BICUBIC) | FULL_CHR_H_INT | ACCURATE_RND


COLOUR_TAGS = ("color_primaries", "color_trc", "colorspace", "color_range")


def decoded(source):
    with av.open(source) as container:
        stream = container.streams.video[0]
        pictures = [
            frame.to_ndarray(
                format="rgb24", src_colorspace="ITU709", dst_colorspace="ITU709",
                src_color_range="MPEG", dst_color_range="JPEG", interpolation=EXACT,
            )
            for frame in container.decode(stream)
        ]  # fmt: skip
        about = types.SimpleNamespace(
            rate=stream.average_rate,
            size=(stream.width, stream.height),
            tags=[getattr(stream.codec_context, name) for name in COLOUR_TAGS],
            metadata=dict(container.metadata),
        )
        return about, pictures


def test_every_input_and_output_is_explained(pack):
    schema = part(pack, "nodes.video").ZoomVideoRender.define_schema()
    assert schema.node_id == "ZoomVideoRender" and schema.category == "ZoomStack"
    assert {"infinite zoom", "powers of ten"} <= set(schema.search_aliases)
    for port in [*schema.inputs, *schema.outputs]:
        assert port.tooltip


def test_stock_save_video_writes_it(pack, video_of, tmp_path, monkeypatch):
    import folder_paths
    from comfy_extras.nodes_video import SaveVideo

    monkeypatch.setattr(folder_paths, "output_directory", str(tmp_path))

    class Save(SaveVideo):
        hidden = type("Hidden", (), {"prompt": {"1": "zoom"}, "extra_pnginfo": {"a": [1]}})

    video = video_of()
    with torch.inference_mode():
        Save.execute(video, "zoom", "auto", {"codec": "h264", "encoding": {"crf": 4.0}})
    (path,) = tmp_path.iterdir()
    assert path.suffix == ".mp4"
    about, pictures = decoded(str(path))
    assert len(pictures) == video.get_frame_count() == 27
    assert about.rate == video.get_frame_rate() == Fraction(12)
    assert about.size == video.get_dimensions() == (160, 120)
    assert video.get_duration() == 27 / 12
    assert json.loads(about.metadata["prompt"]) == {"1": "zoom"}
    assert json.loads(about.metadata["a"]) == [1]
    assert about.tags == [1, 1, 1, 1]
    raw = path.read_bytes()
    assert raw.index(b"moov") < raw.index(b"mdat")
    for got, sent in zip(pictures, video.pixels(), strict=True):
        # In luma, for 4:2:0 keeps a quarter of the chroma.
        error = (got.astype(float) - sent) @ (0.2126, 0.7152, 0.0722)
        assert abs(error.mean()) < 0.7 and np.sqrt((error**2).mean()) < 2


def planes_of(pack, *colour, bits=8, size=(64, 64)):
    """An encoder's frame of one colour."""
    frames, planes = (part(pack, f"zoomstack.film.{name}") for name in ("frames", "planes"))
    still = torch.tensor(colour).view(1, 3, 1, 1).expand(1, 3, *size)
    film = frames.FrameRenderer(still, part(pack, "zoomstack.scene.geometry").Geometry(*size, ()))
    return planes.PlaneRenderer(film).render(part(pack, "zoomstack.film.path").Depth(0), bits)


def test_colours_are_bt709_limited_range(pack):
    encode = part(pack, "zoomstack.film.encode").encode
    buffer = io.BytesIO()
    encode(buffer, [planes_of(pack, 1.0, 0.0, 0.0)] * 3, 30, crf=1)
    buffer.seek(0)
    with av.open(buffer) as container:
        frame = next(container.decode(video=0)).to_ndarray(format="yuv420p")
    # 16 + 219 * 0.2126; BT.601 would give 81.
    assert abs(int(frame[32, 32]) - 63) <= 1


def test_ten_bit_white_is_white(pack):
    encode = part(pack, "zoomstack.film.encode").encode
    buffer = io.BytesIO()
    encode(buffer, [planes_of(pack, 1.0, 1.0, 1.0, bits=10)] * 3, 30, crf=1, bits=10)
    buffer.seek(0)
    with av.open(buffer) as container:
        plane = next(container.decode(video=0)).planes[0]
        luma = np.frombuffer(plane, "<u2").reshape(plane.height, plane.line_size // 2)
    assert abs(int(luma[32, 32]) - 940) <= 1


def test_what_cannot_be_encoded_is_refused_and_leaves_no_file(pack, tmp_path):
    encode = part(pack, "zoomstack.film.encode").encode
    with pytest.raises(ValueError, match="at least one frame"):
        encode(tmp_path / "none.mp4", [], 30)
    with pytest.raises(ValueError, match="not 31 x 64; render 30 x 64"):
        planes_of(pack, 0.0, 0.0, 0.0, size=(64, 31))
    assert not list(tmp_path.iterdir())


def test_what_the_host_asks_for_is_what_it_gets(video_of):
    video = video_of()
    small, large = io.BytesIO(), io.BytesIO()
    video.save_to(small, crf=40)
    video.save_to(large, crf=5, some_option_of_tomorrow=True)
    assert len(small.getvalue()) < len(large.getvalue())
    ten = io.BytesIO()
    video.save_to(ten, bit_depth=10)
    ten.seek(0)
    with av.open(ten) as container:
        assert container.streams.video[0].pix_fmt == "yuv420p10le"
    with pytest.raises(ValueError, match="not as avi"):
        video.save_to(io.BytesIO(), format="avi")


def test_stock_nodes_that_read_videos_read_it(pack, video_of, tmp_path, monkeypatch):
    import folder_paths
    from comfy_extras.nodes_video import CreateVideo, GetVideoComponents, SaveWEBM, VideoSlice

    monkeypatch.setattr(folder_paths, "output_directory", str(tmp_path))
    video = video_of()
    with torch.inference_mode():
        images, audio, fps, depth = GetVideoComponents.execute(video).result
        assert images.shape == (27, 120, 160, 3) and (audio, fps, depth) == (None, 12.0, 8)
        CreateVideo.execute(images, fps).result[0].save_to(str(tmp_path / "again.mp4"))

        class Save(SaveWEBM):
            hidden = type("Hidden", (), {"prompt": None, "extra_pnginfo": None})

        Save.execute(images, "vp9", fps, "zoom", 32.0)
        cut = VideoSlice.execute(video, 0.5, 1.0, True).result[0]
    assert cut.get_frame_count() == 12
    assert torch.equal(cut.get_components().images, images[6:18])
    assert len(decoded(cut.get_stream_source())[1]) == 12
    assert {path.suffix for path in tmp_path.iterdir()} == {".mp4", ".webm"}


def test_trimming(video_of):
    video = video_of()
    assert video.as_trimmed(-0.5).numbers == range(21, 27)
    assert video.as_trimmed(0.5).as_trimmed(0.5, 0.25).numbers == range(12, 15)
    assert video.as_trimmed(2.0, 5.0, strict_duration=False).numbers == range(24, 27)
    assert video.as_trimmed(2.0, 5.0, strict_duration=True) is None
    assert video.as_trimmed(99.0) is None


def test_too_many_frames_at_once_are_refused_with_the_remedy(video_of):
    video = video_of(seconds_per_level=3600.0, fps=120.0, width=3840, height=2160)
    with pytest.raises(MemoryError, match=r"864030 frames of 3840 x 2160.*Save Video"):
        video.get_components()


def test_odd_sizes_become_even_with_a_word(video_of, caplog):
    video = video_of(height=117, width=171)
    assert video.get_dimensions() == (170, 116)
    assert "171 pixels are rounded to 170" in caplog.text
    assert len(decoded(video.get_stream_source())[1]) == 27


def test_a_closed_ladder_is_filmed_for_ever(pack, video_of):
    geometry = part(pack, "zoomstack.scene.geometry")
    stack = part(pack, "zoomstack.scene.stack")
    node = part(pack, "nodes.video").ZoomVideoRender
    g = geometry.Geometry(16, 16, (2.0, 3.0), closed=True)
    with torch.inference_mode():
        value = stack.ZoomStack(torch.rand(2, 3, 16, 16), g)
        video = node.execute(stack=value, fps=5.0, direction="loop").result[0]
    images = video.get_components().images
    assert len(images) == 2 * 2 * 5, "a way for each level"
    steps = torch.cat([images, images[:1]]).diff(dim=0).abs().mean((1, 2, 3))
    assert 0 < steps[-1] <= 1.2 * steps[:-1].max()
    with pytest.raises(ValueError, match="zoom has an end.*loop in PromptLadder"):
        video_of(direction="loop-out", hold_end=0.0)


def test_one_level_is_a_still(video_of):
    video = video_of(levels=1, hold_start=0.5)
    pictures = decoded(video.get_stream_source())[1]
    assert len(pictures) == 9


@pytest.mark.parametrize("name", ["InterruptProcessingException", "Error"])
def test_a_cancel_or_an_error_leaves_no_file_and_stops_at_once(
    pack, video_of, tmp_path, monkeypatch, name
):
    import comfy.model_management as management

    video = video_of(seconds_per_level=30.0)
    rendered = []
    renderer = part(pack, "zoomstack.film.planes").PlaneRenderer
    original = renderer.render

    def render(self, depth, *more):
        rendered.append(depth)
        if len(rendered) == 20:
            if name == "Error":
                raise RuntimeError("a bad frame")
            management.interrupt_current_processing(True)
        return original(self, depth, *more)

    monkeypatch.setattr(renderer, "render", render)
    expected = RuntimeError if name == "Error" else management.InterruptProcessingException
    target = tmp_path / "zoom.mp4"
    target.write_bytes(b"an older video")
    try:
        with pytest.raises(expected):
            video.save_to(str(target))
    finally:
        management.interrupt_current_processing(False)
    assert len(rendered) < 26
    assert [path.name for path in tmp_path.iterdir()] == ["zoom.mp4"]
    assert target.read_bytes() == b"an older video"


def test_a_name_is_taken_from_the_first_frame_on(pack, video_of, tmp_path, monkeypatch):
    """Another server's Save Video, at the same time, counts on; a broken film gives it back."""
    import folder_paths

    def number():
        return folder_paths.get_save_image_path("film", str(tmp_path))[2]

    seen = []
    lazy = part(pack, "nodes.host.video")
    monkeypatch.setattr(lazy, "check_interrupted", lambda: seen.append(number()))
    video_of().save_to(str(tmp_path / f"film_{number():05}_.mp4"))
    assert set(seen) == {2}
    assert number() == 2

    def broken():
        raise RuntimeError("a bad frame")

    monkeypatch.setattr(lazy, "check_interrupted", broken)
    with pytest.raises(RuntimeError, match="a bad frame"):
        video_of().save_to(str(tmp_path / "film_00002_.mp4"))
    assert [path.name for path in tmp_path.iterdir()] == ["film_00001_.mp4"]


def test_progress_reaches_the_end(video_of, monkeypatch):
    import comfy.utils

    seen = []
    monkeypatch.setattr(
        comfy.utils, "PROGRESS_BAR_HOOK", lambda value, total, *a, **k: seen.append((value, total))
    )
    video_of().save_to(io.BytesIO())
    assert seen[-1] == (27, 27)


def test_a_camera_turns_and_rests_by_keyframes_and_says_what_is_lost(pack, video_of, caplog):
    plain = video_of(fps=4.0).get_components().images
    # The schema's own defaults change no bit.
    schema = part(pack, "nodes.film.camera").camera_inputs()
    same = video_of(fps=4.0, **{one.id: one.default for one in schema})
    assert torch.equal(same.get_components().images, plain)
    caplog.clear()
    with caplog.at_level("INFO"):
        turned = video_of(fps=4.0, roll=2.0, shutter=180.0)
    assert "the widest level covers the turned picture" in caplog.text
    assert 0 < turned.film.lost < 1
    images, stored = turned.get_components().images, decoded(turned.get_stream_source())[1]
    assert (images.amin((1, 2, 3)) > 0.01).any() and len(stored) == len(images)
    for image, frame in zip(images[1:-1:3], stored[1:-1:3], strict=True):
        error = (frame / 255 - image.numpy()) @ (0.2126, 0.7152, 0.0722)
        assert np.sqrt((error**2).mean()) < 0.02
    keyed = video_of(fps=4.0, hold_end=0.0, keyframes="0: 0, 1: 1, 2: 1, 3: 2")
    images = keyed.get_components().images
    assert len(images) == 12 and torch.equal(images[5], images[6])
    assert video_of(fps=4.0, hold_end=0.0, start=1.0).get_frame_count() == 4
