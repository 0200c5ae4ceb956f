"""``render``: any part of a film is the same as in the whole, as pictures and as a video."""

import json
import wave
from argparse import ArgumentParser

import av
import numpy as np
import pytest
import torch
from ladders import mixed, pictures
from PIL import Image

from zoomstack.files.stack_file import save_stack
from zoomstack.headless.film.__main__ import main
from zoomstack.headless.film.options import Described, add_options, described
from zoomstack.headless.film.run import film_of
from zoomstack.joint.render import render
from zoomstack.scene.geometry import Geometry
from zoomstack.scene.stack import ZoomStack
from zoomstack.spaces.fitting.scenery import scenery

G = mixed(48, 64)


def smooth(g):
    """Scenery for every level."""
    return scenery(g.levels, g.height, g.width, seed=4)


FILM = ["--fps", "4", "--seconds-per-level", "0.5", "--roll", "0.5", "--shutter", "180"]
ABOUT = Described(fps=4, seconds_per_level=0.5, roll=0.5, shutter=180)


@pytest.fixture
def saved(tmp_path):
    stack = ZoomStack(pictures(G).float(), G, tuple("abcde"[: G.levels]))
    save_stack(tmp_path / "zoom.safetensors", stack)
    return str(tmp_path / "zoom.safetensors"), film_of(stack, ABOUT)


def test_parts_are_the_same_frames_of_the_whole_to_the_bit(saved, tmp_path, capsys):
    file, film = saved
    count = len(film)
    for name, frames in (("whole", []), ("part", ["--frames", f"2-{count - 2}"])):
        assert main([file, "--out", str(tmp_path / name), *FILM, *frames]) == 0
    whole, part = (sorted((tmp_path / name).iterdir()) for name in ("whole", "part"))
    assert [path.name for path in whole] == [f"frame_{k:06}.png" for k in range(count)]
    assert [path.name for path in part] == [path.name for path in whole[2 : count - 1]]
    for path in part:
        assert path.read_bytes() == (tmp_path / "whole" / path.name).read_bytes()
    for number in (0, count - 1):
        assert np.array_equal(np.asarray(Image.open(whole[number])), film.rgb(number))
    assert f"{count - 3} of {count} frames (2 to {count - 2}), 64 x 48" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["v1.2", "film.mp4"])
def test_a_folder_is_one_whatever_its_name_ends_in(saved, tmp_path, name):
    (tmp_path / name).mkdir()
    assert main([saved[0], "--out", str(tmp_path / name), *FILM, "--frames", "0"]) == 0
    assert [path.name for path in (tmp_path / name).iterdir()] == ["frame_000000.png"]


def test_a_rerun_writes_every_frame_anew(saved, tmp_path):
    file, film = saved
    target = tmp_path / "out"
    arguments = [file, "--out", str(target), *FILM, "--frames", "0-2"]
    main(arguments)
    first = (target / "frame_000001.png").read_bytes()
    (target / "frame_000001.png").write_bytes(b"broken")
    assert main(arguments) == 0
    assert (target / "frame_000001.png").read_bytes() == first
    assert len(list(target.iterdir())) == 3


def test_webp_keeps_every_pixel_and_exr_is_linear_light(saved, tmp_path):
    file, film = saved
    for kind in ("webp", "exr"):
        main([file, "--out", str(tmp_path / kind), *FILM, "--frames", "3", "--format", kind])
    assert np.array_equal(np.asarray(Image.open(tmp_path / "webp/frame_000003.webp")), film.rgb(3))
    with av.open(str(tmp_path / "exr/frame_000003.exr")) as container:
        green, *_ = (
            np.frombuffer(bytes(plane), np.float32).reshape(48, -1)[:, :64]
            for plane in next(container.decode(video=0)).planes
        )
    shown = film.picture(3)[1].double().numpy()
    light = np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4)
    assert np.abs(green - light).max() < 1e-6


def test_a_video_of_a_part_and_a_film_that_json_describes(saved, tmp_path):
    file, film = saved
    about = tmp_path / "film.json"
    about.write_text(json.dumps({"fps": 12, "seconds_per_level": 0.5, "roll": 0.5}), "utf-8")
    options = ["--film", str(about), "--fps", "4", "--shutter", "180", "--crf", "1"]
    assert main([file, "--out", str(tmp_path / "part.mp4"), *options, "--frames", "1-4"]) == 0
    with av.open(str(tmp_path / "part.mp4")) as container:
        frames = [frame.to_ndarray(format="yuv420p") for frame in container.decode(video=0)]
    assert len(frames) == 4
    for number, frame in enumerate(frames, start=1):
        assert np.abs(frame.astype(int) - film.planes(number)).mean() < 1.5


def test_a_folder_of_pictures_becomes_a_film_with_sound_and_words(tmp_path, capsys):
    scene = render(smooth(Geometry(160, 160, (2.0, 2.0))), Geometry(160, 160, (2.0, 2.0)))
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, level in zip(("bay", "coast", "sea"), (2, 1, 0), strict=True):  # deepest first
        pixels = (scene[level].movedim(0, -1) * 255).round().to(torch.uint8).numpy()
        Image.fromarray(pixels).save(folder / f"{name}.png")
    tone = np.sin(np.arange(8000) * 2 * np.pi * 440 / 8000) * 0.5
    with wave.open(str(tmp_path / "tone.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes((tone * 32767).astype("<i2").tobytes())
    how = ["--fps", "8", "--captions", "prompts and scale", "--view-width", "4 km", "--subtitles"]
    how += ["--caption-size", "10"]
    sound = ["--audio", str(tmp_path / "tone.wav"), "--duration-from-audio"]
    assert main([str(folder), "--out", str(tmp_path / "zoom.mp4"), *how, *sound]) == 0
    assert "8 of 8 frames" in capsys.readouterr().out
    with av.open(str(tmp_path / "zoom.mp4")) as container:
        heard = container.streams.audio[0]
        assert float(heard.duration * heard.time_base) == pytest.approx(1.0, abs=0.1)
        assert [chapter["metadata"]["title"] for chapter in container.chapters()] == [
            "sea", "coast", "bay",
        ]  # fmt: skip
        first = next(container.decode(video=0)).to_ndarray(format="rgb24") / 255
    words = (tmp_path / "zoom.vtt").read_text("utf-8")
    assert words.index("sea") < words.index("coast") < words.index("bay")
    off = np.abs(first - scene[0].movedim(0, -1).numpy()).mean(2)
    assert off[40:100].mean() < 0.03  # the widest first, between its words


def test_captions_lie_over_it_as_in_the_node():
    stack = ZoomStack(torch.full((5, 3, 120, 160), 0.2), mixed(120, 160), tuple("abcde"))
    plain, worded = (film_of(stack, Described(captions=c)) for c in ("none", "prompts"))
    assert not np.array_equal(plain.rgb(0), worded.rgb(0))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--frames", "5-999"], "give the first and the last of the film's 8 frames, such as 0-7"),
        (["--frames", "x"], "--frames x: give the first"),
        (["--direction", "up"], "direction"),
        (["--captions", "all"], "captions"),
        (["--width", "31", "--out", "odd.mp4"], "even size, not 31 x 48"),
        (["--out", "film.mov"], "a video ends in .mp4"),
        (["--device", "abacus"], "--device abacus cannot be used here"),
        (["--crf", "-5", "--out", "film.mp4"], "crf is -5; it must be from 0"),
        (["--crf", "nan", "--out", "film.mp4"], "crf is nan"),
        (["--fps", "0.0001", "--out", "film.mp4"], "fps is 0.0001; a video has"),
    ],
)
def test_what_cannot_be_rendered_is_said_and_leaves_nothing(
    saved, tmp_path, capsys, monkeypatch, arguments, said
):
    monkeypatch.chdir(tmp_path)
    code = main([saved[0], "--out", "out", *FILM[:4], *arguments])
    assert code == 2 and said in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"zoom.safetensors"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"rol": 1}', "a film has no 'rol'; it has: fps"),
        ('{"roll": "one"}', "roll is 'one'; it must be a number"),
        ("[1]", "is no film"),
        ("{", "cannot be read as a film"),
    ],
)
def test_json_that_describes_no_film_is_refused_in_words(tmp_path, text, said):
    parser, file = ArgumentParser(), tmp_path / "film.json"
    add_options(parser)
    file.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=said):
        described(parser.parse_args(["s", "--out", "o", "--film", str(file)]))
