"""A film that is made in parts is the film that is made in one piece."""

import os
import pickle
import subprocess
import sys
import wave
from argparse import ArgumentParser
from fractions import Fraction
from functools import partial

import av
import numpy as np
import pytest
from ladders import mixed, pictures
from mortal import broken_off

from zoomstack.farm.reel.__main__ import main
from zoomstack.farm.reel.join import chain, check_alike, join
from zoomstack.farm.reel.options import add_part_options
from zoomstack.farm.reel.part import make, read_part
from zoomstack.farm.reel.plan import cuts, folder_of, name_of, named
from zoomstack.farm.reel.reel import Reel
from zoomstack.farm.reel.run import made, report
from zoomstack.farm.reel.workers import processes
from zoomstack.files.stack_file import save_stack
from zoomstack.film.encode import encode
from zoomstack.headless.film.__main__ import main as render
from zoomstack.headless.film.options import Described, add_options
from zoomstack.scene.stack import ZoomStack
from zoomstack.setup.places import FARM, RAY, host_folder, packages

G = mixed(48, 64)
FRAMES = 96
ABOUT = Described(fps=24, duration=4, roll=0.5, captions="scale")


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("stack") / "zoom.safetensors"
    save_stack(path, ZoomStack(pictures(G).float(), G, tuple("abcde"[: G.levels])))
    return path


def streams(path):
    """Of each kind of stream its packets: when, how long, and, but for pictures, what."""
    found = {}
    with av.open(str(path)) as source:
        for packet in source.demux():
            if packet.size:
                kind = packet.stream.type
                data = None if kind == "video" else bytes(packet)
                when = (packet.pts, packet.dts, packet.duration, packet.time_base, data)
                found.setdefault(kind, []).append(when)
        titles = [(c["start"], c["end"], c["metadata"]["title"]) for c in source.chapters()]
        about = {**source.metadata}
    return found, titles, about


def decoded(path, pixels="yuv420p"):
    with av.open(str(path)) as source:
        return [(frame.pts, frame.to_ndarray(format=pixels)) for frame in source.decode(video=0)]


def psnr(one, other):
    return 10 * np.log10(255**2 / max(1e-9, np.mean((one.astype(float) - other) ** 2)))


def test_frames_are_the_same_to_the_bit_before_they_are_encoded(saved, tmp_path):
    reel = Reel.at(saved, ABOUT, crf=0)  # x264 keeps every bit then
    said = made(reel, cuts(range(FRAMES), 3), tmp_path / "zoom.mp4", map)
    assert said.startswith("96 of 96 frames (0 to 95), 64 x 48, in 3 parts")
    frames = decoded(tmp_path / "zoom.mp4")
    assert len(frames) == FRAMES
    for number, (_, planes) in enumerate(frames):
        assert np.array_equal(planes, reel.film.planes(number)), number
    assert [path.name for path in tmp_path.iterdir()] == ["zoom.mp4"]


@pytest.mark.parametrize(
    ("about", "bits", "parts"),
    [
        (ABOUT, 8, 3),
        (Described(fps=29.97, duration=0.5), 10, 4),
        (Described(fps=12.5, duration=1), 8, 12),  # a frame a part, nearly
    ],
)
def test_the_joined_file_decodes_frame_for_frame_as_the_whole_does(
    saved, tmp_path, about, bits, parts
):
    reel = Reel.at(saved, about, bits=bits, crf=12)
    whole, film = (tmp_path / name for name in ("whole.mp4", "film.mp4"))
    numbers = range(len(reel.film))
    planes = [reel.film.planes(number, bits) for number in numbers]
    encode(whole, planes, about.fps, reel.crf, bits)
    made(reel, cuts(numbers, parts), film, map)
    pixels, scale = ("yuv420p10le", 4) if bits == 10 else ("yuv420p", 1)
    one, other = decoded(whole, pixels), decoded(film, pixels)
    assert [time for time, _ in one] == [time for time, _ in other] and len(one) == len(numbers)
    for number in numbers:
        meant = planes[number] / scale
        assert min(psnr(frames[number][1] / scale, meant) for frames in (one, other)) > 36, number
    (packets, _, _), (others, _, _) = streams(whole), streams(film)
    # Each picture is decoded before the next one, never after it is shown, and shown once.
    decoding, ticks = [packet[1] for packet in others["video"]], packets["video"][0][2]
    assert np.diff(decoding).min() == np.diff(decoding).max() == ticks
    assert all(packet[0] >= packet[1] and packet[2] == ticks for packet in others["video"])
    with av.open(str(whole)) as first, av.open(str(film)) as second:
        for name in ("frames", "average_rate", "time_base", "duration"):
            values = (getattr(each.streams.video[0], name) for each in (first, second))
            assert next(values) == next(values), name
        contexts = [each.streams.video[0].codec_context for each in (first, second)]
        for name in ("color_primaries", "color_trc", "colorspace", "color_range", "extradata"):
            assert getattr(contexts[0], name) == getattr(contexts[1], name), name


def test_sound_words_and_metadata_are_those_of_the_whole(saved, tmp_path):
    tone = (np.sin(np.arange(8000) / 3) * 20000).astype("<i2")
    with wave.open(str(tmp_path / "tone.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 8000, "NONE", ""))
        file.writeframes(tone.tobytes())
    film = ["--fps", "12", "--audio", str(tmp_path / "tone.wav"), "--duration-from-audio"]
    film += ["--subtitles", "--frames", "2-10"]
    out = {name: str(tmp_path / f"{name}.mp4") for name in ("whole", "parts")}
    assert render([str(saved), "--out", out["whole"], *film]) == 0
    part = ["--as-part", "--frames"]
    for numbers in ("2-5", "6-10"):
        assert main([str(saved), "--out", out["parts"], *film, *part, numbers]) == 0
    assert main([str(saved), "--out", out["parts"], *film, "--join"]) == 0
    whole, joined = streams(out["whole"]), streams(out["parts"])
    assert len(whole[0]["audio"]) > 4 and len(whole[0]["subtitle"]) > 1
    assert joined[0]["audio"] == whole[0]["audio"] and joined[0]["subtitle"] == whole[0]["subtitle"]
    assert joined[1:] == whole[1:]
    words = [(tmp_path / f"{name}.vtt").read_text("utf-8") for name in out]
    assert words[0] == words[1]


def test_metadata_is_written_as_the_encoder_writes_it(saved, tmp_path):
    about = {"prompt": {"3": "a house"}, "note": "by hand"}
    reel = Reel.at(saved, Described(fps=4, duration=1))
    parts = [read_part(make(reel, tmp_path / "parts", numbers)) for numbers in cuts(range(4), 2)]
    join(parts, tmp_path / "film.mp4", metadata=about)
    encode(tmp_path / "whole.mp4", map(reel.film.planes, range(4)), 4, metadata=about)
    assert streams(tmp_path / "film.mp4")[2] == streams(tmp_path / "whole.mp4")[2]


def test_what_was_lost_is_made_again_and_nothing_else(saved, tmp_path):
    """A worker dies, a part is cut short: two of four parts go on as they were."""
    out = tmp_path / "zoom.mp4"
    reel, folder = Reel.at(saved, ABOUT), folder_of(out)
    planned = cuts(range(FRAMES), 4)

    def breaks_off(function, items):
        for item in items:
            if item == planned[-1]:
                raise RuntimeError("no machine is left")
            yield function(item)

    with pytest.raises(RuntimeError, match="no machine is left"):
        made(reel, planned, out, breaks_off)
    assert [path.name for path in named(folder)] == [name_of(part) for part in planned[:3]]
    short = folder / name_of(planned[1])
    (folder / f".{short.stem}-x_1y.mp4").touch()  # what a killed process leaves
    os.truncate(short, short.stat().st_size - 9)
    before = {path.name: path.stat().st_mtime_ns for path in named(folder)}
    asked = []

    def noting(function, items):
        for item in items:
            asked.append(item)
            yield function(item)
        after = {path.name: path.stat().st_mtime_ns for path in named(folder)}
        assert {name for name in before if before[name] == after[name]} == {
            name_of(planned[0]), name_of(planned[2]),
        }  # fmt: skip

    made(reel, planned, out, noting)
    assert asked == [planned[1], planned[3]]
    assert len(decoded(out)) == FRAMES and not folder.exists()


def test_processes_of_this_machine_make_what_is_missing(saved, tmp_path, capsys):
    """By the command line: a part is there, the other is made by a process of its own."""
    film = [str(saved), "--out", str(tmp_path / "zoom.mp4"), "--fps", "8", "--duration", "2"]
    assert main([*film, "--as-part", "--frames", "0-7"]) == 0
    assert main([*film, "--parts", "2", "--workers", "2"]) == 0
    assert "16 of 16 frames (0 to 15), 64 x 48, in 2 parts, are in" in capsys.readouterr().out
    assert len(decoded(tmp_path / "zoom.mp4")) == 16


@pytest.fixture
def part_of(saved, tmp_path):
    def made_part(first, last, folder="parts", fps=4, **how):
        about = Described(fps=fps, duration=5)
        reel = Reel.at(saved, about, **how)
        return read_part(make(reel, tmp_path / folder, range(first, last + 1)))

    return made_part


def test_parts_of_other_settings_are_refused_by_name(saved, part_of, tmp_path, capsys):
    one, other, faster = part_of(0, 3), part_of(4, 7, crf=30), part_of(4, 7, "b", fps=5)
    with pytest.raises(ValueError, match=r"frames_000004-000007.mp4 was made .*: crf 30"):
        check_alike([one, other])
    with pytest.raises(ValueError, match="fps 5, not 4"):
        check_alike([one, faster])
    film = [str(saved), "--out", str(tmp_path / "zoom.mp4"), "--fps", "4", "--duration", "5"]
    os.rename(tmp_path / "parts", tmp_path / "zoom.parts")
    assert main([*film, "--join", "--frames", "0-7"]) == 2
    said = capsys.readouterr().err
    assert "frames_000004-000007.mp4 was made with other settings than this film: crf 30" in said
    assert len(named(tmp_path / "zoom.parts")) == 2
    # Asked for by its settings, it is made again.
    for numbers in ("4-7", "6-9"):
        assert main([*film, "--as-part", "--frames", numbers]) == 0
    assert main([*film, "--join", "--frames", "0-7"]) == 0
    assert "in 2 parts" in capsys.readouterr().out
    assert [path.name for path in named(tmp_path / "zoom.parts")] == [name_of(range(6, 10))]


def test_parts_that_are_encoded_otherwise_are_refused(part_of):
    one, other = part_of(0, 3), part_of(4, 7)
    other = other._replace(encoded=other.encoded._replace(headers=b"another", clock=Fraction(1, 9)))
    with pytest.raises(ValueError, match=r"otherwise than frames_000000-000003.mp4 \(clock, head"):
        check_alike([one, other])
    with pytest.raises(ValueError, match="does not follow"):
        check_alike([one, part_of(5, 7)])
    with pytest.raises(ValueError, match="at least one part"):
        check_alike([])


def test_a_film_is_found_among_parts_of_several_cuts(part_of):
    spans = [(0, 5), (0, 3), (4, 7), (8, 9), (5, 9)]
    parts = [part_of(*span) for span in spans]
    found = chain(parts, range(10))
    assert [(part.numbers[0], part.numbers[-1]) for part in found] == [(0, 3), (4, 7), (8, 9)]
    assert chain(parts, range(4, 8)) == [parts[2]]
    with pytest.raises(ValueError, match="2 frames are in no part, from 10 to 11"):
        chain(parts, range(12))
    with pytest.raises(ValueError, match="lie over each other and do not meet"):
        chain([parts[0], parts[4]], range(10))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--parts", "2", "--part-frames", "3"], "both say how a film is cut"),
        (["--parts", "99"], "cannot be cut into 99 parts"),
        (["--workers", "-1"], "--workers is -1"),
        (["--as-part"], "--as-part needs --frames"),
        (["--join", "--as-part"], "two things to do"),
        (["--parts", "2", "--out", "stills"], "only a video is made in parts"),
        (["--join"], "8 frames are in no part, from 0 to 7; render them first"),
        (["--parts", "2", "--width", "31"], "even size, not 31 x 48"),
    ],
)
def test_what_cannot_be_made_is_said_and_leaves_nothing(
    saved, tmp_path, capsys, monkeypatch, arguments, said
):
    monkeypatch.chdir(tmp_path)
    code = main([str(saved), "--out", "out.mp4", "--fps", "4", "--duration", "2", *arguments])
    assert code == 2 and said in capsys.readouterr().err
    assert not [*tmp_path.iterdir()]


def test_a_folder_of_pictures_is_no_saved_stack(tmp_path, capsys):
    assert main([str(tmp_path), "--out", str(tmp_path / "a.mp4"), "--parts", "2"]) == 2
    assert "parts are made of a saved stack" in capsys.readouterr().err


def test_a_film_that_is_no_part_is_told(saved, tmp_path):
    reel = Reel.at(saved, Described(fps=4, duration=1))
    encode(tmp_path / "film.mp4", map(reel.film.planes, range(4)), 4)
    with pytest.raises(
        ValueError, match=r"film.mp4 is no whole part of a film \('zoomstack_part'\)"
    ):
        read_part(tmp_path / "film.mp4")
    (tmp_path / "text.mp4").write_text("nothing")
    with pytest.raises(ValueError, match="text.mp4 is no whole part"):
        read_part(tmp_path / "text.mp4")


@pytest.mark.slow
def test_3000_frames_in_8_parts_by_processes_that_are_killed_are_the_whole(saved, tmp_path):
    """Frames before they are encoded to the bit, then frame for frame; three parts are lost."""
    film = [str(saved), "--fps", "30", "--duration", "100", "--roll", "1", "--crf", "0"]
    whole, joined = tmp_path / "whole.mp4", tmp_path / "joined.mp4"
    assert render([*film, "--out", str(whole)]) == 0
    reel = Reel.at(saved, Described(fps=30, duration=100, roll=1), crf=0)
    planned = cuts(range(3000), 8)
    lost = {numbers[0] for numbers in planned[1:6:2]}
    make_part = partial(broken_off, tmp_path / "joined.parts", lost)

    def by(function, items):
        return processes(2)(partial(make_part, function), items)

    made(reel, planned, joined, by)
    assert sorted(path.name for path in tmp_path.glob("killed-*")) == sorted(
        f"killed-{first}" for first in lost
    )
    assert not folder_of(joined).exists()
    shown = 0
    with av.open(str(whole)) as one, av.open(str(joined)) as other:
        pairs = zip(one.decode(video=0), other.decode(video=0), strict=True)
        for frame, twin in pairs:
            shown += 1
            assert frame.pts == twin.pts
            assert np.array_equal(frame.to_ndarray(), twin.to_ndarray())
    assert shown == 3000


def test_a_reel_that_travels_is_opened_once_and_anew_when_its_stack_is_another(saved, tmp_path):
    path = tmp_path / "zoom.safetensors"
    path.write_bytes(saved.read_bytes())
    reel = Reel.at(path, Described(fps=4, duration=1), crf=20)
    film = reel.film
    sent = pickle.dumps(reel)
    assert len(sent) < 2000
    there = pickle.loads(sent)
    assert (there.about, there.crf) == (reel.about, 20) and there.film is not film
    assert pickle.loads(sent) is there
    save_stack(path, ZoomStack(1 - pictures(G).float(), G))
    assert pickle.loads(sent).settings["stack"] != there.settings["stack"]


def test_a_cluster_may_make_the_parts(saved, tmp_path):
    """Whoever maps: a part a worker that it is said to have."""
    asked = []

    def by(function, items):
        asked.extend(items)
        return map(function, items)

    parser = ArgumentParser()
    add_options(parser)
    add_part_options(parser)
    words = [str(saved), "--out", str(tmp_path / "zoom.mp4"), "--fps", "4", "--duration", "2"]
    said = report(parser.parse_args([*words, "--workers", "3"]), by)
    assert "8 of 8 frames (0 to 7), 64 x 48, in 3 parts" in said
    assert asked == [*cuts(range(8), 3)] and len(decoded(tmp_path / "zoom.mp4")) == 8


@pytest.mark.slow
def test_a_ray_makes_the_parts(saved, tmp_path):
    """The command line's own way, on a Ray of this machine."""
    film = [str(saved), "--out", str(tmp_path / "zoom.mp4"), "--fps", "8", "--duration", "2"]
    if RAY not in os.environ:
        pytest.skip(f"no Ray here: {FARM}=required fetches it")
    path = os.pathsep.join([str(packages(host_folder())), os.environ[RAY]])
    command = [sys.executable, "-m", "zoomstack.farm.reel", *film, "--crf", "0"]
    done = subprocess.run(
        [*command, "--ray", "local", "--workers", "2"],
        env={**os.environ, "PYTHONPATH": path}, cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "16 of 16 frames (0 to 15), 64 x 48, in 2 parts" in done.stdout
    reel = Reel.at(saved, Described(fps=8, duration=2))
    for number, (_, planes) in enumerate(decoded(tmp_path / "zoom.mp4")):
        assert np.array_equal(planes, reel.film.planes(number))
