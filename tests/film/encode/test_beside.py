"""Sound, subtitles and chapters of a real file, read again."""

import io

import av
import numpy as np
import pytest

from zoomstack.film.encode import encode
from zoomstack.film.encode.beside import can_subtitle
from zoomstack.film.encode.cues import Cue, cues, webvtt
from zoomstack.film.encode.sound import Sound
from zoomstack.film.path import Path

FPS, COUNT = 20, 50
FRAMES = [np.full((48, 32), 40 + number, np.uint8) for number in range(COUNT)]
CUES = [Cue(0, 1, "a forest"), Cue(1, 2.5, "Ωμέγα & <ж> 森")]


def sound_of(rate, channels=2, seconds=1.3):
    """Noise without the high tones that AAC leaves out."""
    samples = np.random.default_rng(1).standard_normal((channels, round(seconds * rate) + 63))
    samples = np.stack([np.convolve(one, np.hanning(64), "valid") for one in samples])
    return Sound((samples / np.abs(samples).max() / 2).astype(np.float32), rate)


def made(**beside):
    buffer = io.BytesIO()
    encode(buffer, FRAMES, FPS, **beside)
    buffer.seek(0)
    return buffer


def heard(buffer):
    with av.open(buffer) as file:
        stream = file.streams.audio[0]
        length = float(stream.duration * stream.time_base)
        parts = [frame.to_ndarray() for frame in file.decode(stream)]
        return stream.rate, length, np.concatenate(parts, 1)


@pytest.mark.parametrize(
    "rate, channels, kept", [(44100, 2, 2), (48000, 1, 1), (16000, 6, 6), (37000, 2, 2),
                             (22050, 3, 1)],
)  # fmt: skip
def test_a_film_s_sound_is_heard_in_step_with_it(rate, channels, kept):
    track = sound_of(rate, channels).along(COUNT / FPS)
    got_rate, length, got = heard(made(sound=track))
    assert length == pytest.approx(COUNT / FPS, abs=1 / got_rate) and len(got) == kept
    sent = track.samples(0, len(track))
    assert got.shape[1] - len(track) * got_rate / rate < 2048
    if kept == channels and kept < 6 and got_rate == rate:
        error = got[:, : len(track)] - sent
        assert (error**2).mean() < 0.02 * (sent**2).mean(), "to the sample, not one later"
    else:
        loud = np.sqrt((got**2).mean())
        assert loud == pytest.approx(np.sqrt((sent[:kept] ** 2).mean()), rel=0.6)


def test_a_film_without_any_is_what_it_always_was():
    with av.open(made()) as file:
        assert [stream.type for stream in file.streams] == ["video"] and not file.chapters()


def test_words_are_subtitles_and_chapters():
    with av.open(made(cues=CUES)) as file:
        titles = [(one["metadata"]["title"], one["start"], one["end"]) for one in file.chapters()]
        assert titles == [(CUES[0].text, 0, 1000), (CUES[1].text, 1000, 2500)]
        if not can_subtitle():
            pytest.skip(f"PyAV {av.__version__} writes no subtitles")
        (stream,) = file.streams.subtitles
        assert stream.codec_context.name == "mov_text"
        texts = [
            (float(packet.pts * packet.time_base), float(packet.duration * packet.time_base),
             bytes(packet)[2:].decode())
            for packet in file.demux(stream) if packet.size > 2
        ]  # fmt: skip
    assert texts == [(0.0, 1.0, CUES[0].text), (1.0, 1.5, CUES[1].text)]


def test_all_of_it_together_in_a_file(tmp_path):
    track = sound_of(44100).along(COUNT / FPS)
    encode(tmp_path / "film.mp4", FRAMES, FPS, bits=8, sound=track, cues=CUES)
    raw = (tmp_path / "film.mp4").read_bytes()
    assert raw.index(b"moov") < raw.index(b"mdat")
    with av.open(str(tmp_path / "film.mp4")) as file:
        assert sum(1 for _ in file.decode(video=0)) == COUNT
        assert float(file.duration / av.time_base) == pytest.approx(COUNT / FPS, abs=0.01)


def test_each_level_s_words_stand_while_it_is_nearest():
    path = Path((2.0, 2.0), fps=10.0, seconds_per_level=2.0, direction="in-out", hold_turn=1.0)
    found = cues(path, ("a", "", "c"), range(len(path)))
    assert [cue.text for cue in found] == ["a", "c", "a"]
    assert found[0].start == 0 and found[-1].end == len(path) / 10
    assert found[1].start == pytest.approx(3.0, abs=0.11)
    assert found[1].end == pytest.approx(6.0, abs=0.11)
    cut = cues(path, ("a", "", "c"), range(35, 50))
    assert cut == [Cue(0.0, 1.5, "c")]
    ring = Path((2.0, 3.0), fps=10.0, direction="loop", closed=True)
    assert [cue.text for cue in cues(ring, ("a", "b"), range(len(ring)))] == ["a", "b", "a"]


def test_words_stand_over_bridges_as_if_they_were_not_there():
    timing = {"fps": 10.0, "seconds_per_level": 2.0}
    plain = Path((10.0, 4.0), **timing)
    bridged = Path((2.0, 2.0, 2.5, 4.0), **timing, bridges=(False, True, True, False, False))
    every = range(len(plain))
    assert cues(bridged, "abc", every) == cues(plain, "abc", every)


def test_a_webvtt_file_says_the_same():
    long = webvtt([Cue(0, 1.5, "a <b> & c\nd"), Cue(3661.25, 36000, "Ω")])
    assert long == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\na &lt;b&gt; &amp; c d\n\n"
        "01:01:01.250 --> 10:00:00.000\nΩ\n"
    )
