"""ZoomVideoRender's captions, subtitles and sound, through the host's own nodes."""

import io

import av
import numpy as np
import pytest
import torch
from host_kit import part

PROMPTS = ("a coast", "a village", "a door")


@pytest.fixture
def video_of(pack):
    """The node's VIDEO of a grey stack of 3 levels, from its inputs: 2 seconds at 10 a second."""
    geometry = part(pack, "zoomstack.scene.geometry").Geometry(96, 160, (2.0, 4.0))
    stack = part(pack, "zoomstack.scene.stack").ZoomStack
    node = part(pack, "nodes.video").ZoomVideoRender

    def make(prompts=PROMPTS, **inputs):
        with torch.inference_mode():
            value = stack(torch.full((3, 3, 96, 160), 0.5), geometry, prompts)
            return node.execute(stack=value, **({"fps": 10.0, "seconds_per_level": 1.0} | inputs))[
                0
            ]

    return make


def audio(seconds=0.7, rate=16000, channels=2):
    generator = torch.Generator().manual_seed(3)
    noise = torch.rand((1, channels, round(seconds * rate)), generator=generator) - 0.5
    return {"waveform": noise, "sample_rate": rate}


def marked(picture):
    """The share of a picture's pixels that are not the stack's grey."""
    return (np.abs(np.asarray(picture, np.float64) - 127.5).max(-1) > 12).mean()


def lumas(source):
    with av.open(source) as file:
        return [frame.to_ndarray(format="gray") for frame in file.decode(video=0)]


def test_what_a_node_gets_is_what_a_file_holds(video_of, tmp_path):
    video = video_of(
        captions="prompts and scale", view_width="10 km", scale_marks="bar and squares"
    )
    plain = video_of().get_components().images
    images = video.get_components().images
    video.save_to(str(tmp_path / "film.mp4"), crf=1)
    saved = lumas(str(tmp_path / "film.mp4"))
    assert len(saved) == len(images) == 20
    for number in (0, 10, 19):
        shown = images[number].numpy() * 255
        assert marked(shown) > 0.02 and marked(plain[number].numpy() * 255) == 0
        bright = shown @ (0.2126, 0.7152, 0.0722) > 200
        assert bright.sum() > 50
        assert saved[number][bright].mean() > 160 and np.median(saved[number]) < 140
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


def test_captions_come_out_the_same_in_ten_bit_and_in_av1(pack, video_of, tmp_path, monkeypatch):
    import folder_paths
    from comfy_extras.nodes_video import SaveWEBM

    monkeypatch.setattr(folder_paths, "output_directory", str(tmp_path))
    video = video_of(captions="scale", audio=audio(), duration=0.5)
    ten = io.BytesIO()
    video.save_to(ten, bit_depth=10, crf=1)
    ten.seek(0)
    with av.open(ten) as file:
        stream = file.streams.video[0]
        assert stream.pix_fmt == "yuv420p10le" and len(file.streams.audio) == 1
        context = stream.codec_context
        tags = context.color_primaries, context.color_trc, context.colorspace, context.color_range
        assert tags == (1, 1, 1, 1)
    images = video.get_components().images

    class Save(SaveWEBM):
        hidden = type("Hidden", (), {"prompt": None, "extra_pnginfo": None})

    with torch.inference_mode():
        Save.execute(images, "av1", 10.0, "film", 10.0)
    (path,) = tmp_path.iterdir()
    ten.seek(0)
    for source in (ten, str(path)):
        first = lumas(source)[0].astype(float)
        assert (np.abs(first - np.median(first)) > 25).mean() > 0.004


def test_sound_lasts_as_long_as_the_film_and_any_part_of_it(video_of):
    from comfy_extras.nodes_video import GetVideoComponents, VideoSlice

    video = video_of(audio=audio())
    with torch.inference_mode():
        _, heard, *_ = GetVideoComponents.execute(video).result
        cut = VideoSlice.execute(video, 0.5, 1.0, True).result[0]
    assert heard["waveform"].shape == (1, 2, 2 * 16000) and heard["sample_rate"] == 16000
    part_of = cut.get_components().audio["waveform"]
    assert torch.equal(part_of, heard["waveform"][..., 8000:24000])
    for one, seconds in ((video, 2.0), (cut, 1.0)):
        with av.open(one.get_stream_source()) as file:
            stream = file.streams.audio[0]
            assert float(stream.duration * stream.time_base) == pytest.approx(seconds, abs=1e-3)
            got = np.concatenate([f.to_ndarray() for f in file.decode(stream)], 1)
        assert np.sqrt((got[:, 4000:12000] ** 2).mean()) > 0.1


def test_a_stock_node_passes_sound_and_words_on(video_of, tmp_path):
    from comfy_api.latest import InputImpl

    video_of(audio=audio(), subtitles=True).save_to(str(tmp_path / "film.mp4"))
    again = InputImpl.VideoFromFile(str(tmp_path / "film.mp4"))
    assert again.get_components().audio["waveform"].shape[-1] >= 2 * 16000
    again.save_to(str(tmp_path / "again.mp4"))
    kinds = []
    for name in ("film", "again"):
        with av.open(str(tmp_path / f"{name}.mp4")) as file:
            kinds.append([s.type for s in file.streams if s.type != "data"])
    assert kinds[0] == kinds[1] and "audio" in kinds[0]


def test_words_lie_in_the_file_and_beside_it(video_of, tmp_path):
    video = video_of(subtitles=True, caption_lines="eins / - / zwei <3")
    video.save_to(str(tmp_path / "film_00001_.mp4"))
    text = (tmp_path / "film_00001_.vtt").read_text("utf-8")
    assert text.startswith("WEBVTT\n\n00:00:00.000 --> ") and "zwei &lt;3" in text
    with av.open(str(tmp_path / "film_00001_.mp4")) as file:
        assert [one["metadata"]["title"] for one in file.chapters()] == ["eins", "zwei <3"]
    assert marked(video.get_components().images[0].numpy() * 255) == 0, "in the track alone"
    buffer = io.BytesIO()
    video.as_trimmed(1.6).save_to(buffer)
    buffer.seek(0)
    with av.open(buffer) as file:
        assert [one["metadata"]["title"] for one in file.chapters()] == ["zwei <3"]


def test_the_sound_may_say_how_long_a_film_lasts(video_of):
    video = video_of(audio=audio(3.3), duration_from_audio=True, hold_end=0.5)
    assert video.get_duration() == 3.3
    assert video_of(audio=audio(), bpm=120.0, beats_per_level=3.0).get_duration() == 3.0
    assert video_of(audio=audio(), bpm=60.0, duration=9.0).get_duration() == 2.0


@pytest.mark.parametrize(
    "inputs, words",
    [
        ({"duration_from_audio": True}, "there is no audio"),
        ({"duration_from_audio": True, "audio": 1, "bpm": 90.0}, "both say how long"),
        ({"duration_from_audio": True, "audio": 1, "hold_start": 0.8}, "nothing is left to move"),
        ({"captions": "prompts", "prompts": ()}, "knows no prompts.*caption_lines"),
        ({"subtitles": True, "caption_lines": "a / b"}, "2 captions for 3 levels"),
        ({"captions": "scale", "view_width": "10 parsnips"}, "is no length"),
        ({"captions": "scale", "caption_font": "no such font"}, "is no font"),
        ({"captions": "prompts", "caption_lines": "a\n\U00012345\nc"}, "U\\+12345"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_rendered(video_of, inputs, words):
    if "audio" in inputs:
        inputs = inputs | {"audio": audio()}
    with pytest.raises(ValueError, match=words):
        video_of(**inputs)
