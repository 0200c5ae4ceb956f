"""A sound is as long as its film, soft at both ends, and the same in any part of it."""

import math
import wave

import numpy as np
import pytest
import torch

from zoomstack.film.encode.beat import beat, timed
from zoomstack.film.encode.sound import FADE, Sound

RATE = 8000


def noise(seconds, channels=2, rate=RATE):
    generator = np.random.default_rng(1)
    samples = generator.uniform(-0.5, 0.5, (channels, round(seconds * rate)))
    return Sound(samples.astype(np.float32), rate)


@pytest.mark.parametrize("seconds", [0.02, 0.7, 3.0, 3.01, 40.0])
def test_it_is_cut_off_or_played_again_and_faded(seconds):
    sound = noise(3.0)
    track = sound.along(seconds)
    samples = track.samples(0, len(track))
    assert samples.shape == (2, round(seconds * RATE)) and samples.dtype == np.float32
    assert np.abs(samples[:, [0, -1]]).max() < 0.01, "soft at both ends"
    loud = np.sqrt((samples[:, len(track) // 2 :][:, :400] ** 2).mean())
    assert loud == pytest.approx(0.5 / math.sqrt(3), rel=0.25)
    if seconds == 3.0:
        soft = round(FADE * RATE)
        assert np.array_equal(samples[:, soft:-soft], sound.samples[:, soft:-soft])


def test_played_again_it_neither_stops_nor_clicks():
    """The end of a tone goes over into its beginning, a quarter of a wave off: no gap, no step."""
    at = np.arange(RATE * 2) / RATE
    sound = Sound(0.5 * np.sin(2 * np.pi * 200.15 * at)[None].astype(np.float32), RATE)
    samples = sound.along(9.0).samples(0, 9 * RATE)[0]
    step = np.abs(np.diff(samples)).max()
    assert step < 0.5 * 2 * np.pi * 200 / RATE * 1.5
    windows = samples[RATE : 8 * RATE].reshape(-1, 400)
    assert 0.2 < np.sqrt((windows**2).mean(1)).min() and np.abs(samples).max() < 0.75


def test_a_part_of_a_film_sounds_as_the_whole_does_there():
    track = noise(1.3).along(10.0)
    part = track.part(4.0, 6.5).part(4.5, 6.5)
    assert len(part) == 2 * RATE
    whole = track.samples(0, len(track))
    blocks = [part.samples(first, 1000) for first in range(0, len(part), 1000)]
    assert np.array_equal(
        np.concatenate(blocks, 1), whole[:, round(4.5 * RATE) : round(6.5 * RATE)]
    )


def test_a_comfyui_audio_is_taken_as_it_comes():
    waveform = torch.tensor([[[0.5, math.nan, 3.0]], [[0.0, 0.0, 0.0]]])
    sound = Sound.of({"waveform": waveform, "sample_rate": 48000})
    assert sound.samples.tolist() == [[0.5, 0.0, 1.0]] and sound.rate == 48000
    for shape in ((0, 1, 5), (1, 2, 0), (3, 5)):
        with pytest.raises(ValueError, match=r"at least one of each\. Connect"):
            Sound.of({"waveform": torch.zeros(shape), "sample_rate": 48000})
    with pytest.raises(ValueError, match="0 samples a second"):
        Sound.of({"waveform": waveform, "sample_rate": 0})


def written(path, samples):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(samples))
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples.T * 32767).astype("<i2").tobytes())
    return path


@pytest.mark.parametrize("channels", [1, 2, 6, 8])
def test_a_file_is_read_with_all_its_channels(tmp_path, channels):
    samples = np.random.default_rng(2).uniform(-0.9, 0.9, (channels, RATE // 2)).astype(np.float32)
    read = Sound.read(written(tmp_path / "a.wav", samples))
    assert read.rate == RATE and read.seconds == 0.5
    assert np.abs(read.samples - samples).max() < 1e-3


def test_a_file_without_sound_is_refused(tmp_path):
    written(tmp_path / "empty.wav", np.zeros((2, 0), np.float32))
    with pytest.raises(ValueError, match=r"empty.wav has no sound .*\(there is none in it\)"):
        Sound.read(tmp_path / "empty.wav")
    (tmp_path / "b.wav").write_bytes(b"nothing of the kind")
    for name in ("b.wav", "none.wav"):
        with pytest.raises(ValueError, match=f"{name} has no sound.*flac"):
            Sound.read(tmp_path / name)


@pytest.mark.parametrize("how", [{"duration_from_audio": True}, {"bpm": 90.0}])
def test_what_keyframes_leave_no_room_for_is_named(how):
    keys = {"keyframes": "0: 0, 4: 2"}
    assert timed(keys, noise(0.5)) == keys
    with pytest.raises(ValueError, match=f"so {next(iter(how))} has nothing to say; s"):
        timed(keys, noise(0.5), **how)


def test_levels_meet_beats():
    assert beat(120) == 0.5 and beat(90, 4) == pytest.approx(8 / 3)
    for wrong in ((0, 1), (120, 0), (math.nan, 1), (120, math.inf)):
        with pytest.raises(ValueError, match="no time"):
            beat(*wrong)
