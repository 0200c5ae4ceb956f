"""A sound as long as a film: cut off, or played again and again, and soft at both ends."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

FADE = 0.5  # seconds over which a film's sound rises and falls
MOST_FADED = 0.25  # of a film, or of a sound played again


@dataclass(frozen=True, eq=False)
class Sound:
    """``samples`` (channels, T), float32 in [-1, 1], ``rate`` of them a second.

    Raises ``ValueError`` for a sound without samples, or with a rate that is none.
    """

    samples: np.ndarray
    rate: int

    def __post_init__(self) -> None:
        if self.samples.ndim != 2 or 0 in self.samples.shape:
            raise ValueError(
                f"The sound's samples are {self.samples.shape}; it needs (channels, samples), at "
                "least one of each. Connect another one, or none."
            )
        if self.rate < 1:
            raise ValueError(f"The sound has {self.rate} samples a second; it must be 1 or more.")

    @classmethod
    def of(cls, audio: Mapping[str, Any]) -> Sound:
        """The first of a ComfyUI AUDIO, {"waveform": (B, C, T), "sample_rate": ...}."""
        waveform: Tensor = audio["waveform"]
        if waveform.ndim != 3 or not len(waveform):
            raise ValueError(
                f"The audio's waveform is {tuple(waveform.shape)}; it must be (batch, channels, "
                "samples), at least one of each. Connect another one, or none."
            )
        samples = waveform[0].detach().float().cpu().numpy()
        return cls(np.clip(np.nan_to_num(samples), -1, 1), int(audio["sample_rate"]))

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Sound:
        """The sound of a file: anything that FFmpeg decodes.

        Raises ``ValueError`` where there is none in it.
        """
        import av
        import av.error

        try:
            with av.open(os.fspath(path)) as source:
                stream = source.streams.audio[0]
                # Packed: PyAV reads past the end of eight planes, 7.1 for example, and crashes.
                turned = av.AudioResampler(format="flt")
                frames = [f for one in source.decode(stream) for f in turned.resample(one)]
                rate, channels = frames[0].sample_rate, frames[0].layout.nb_channels
                parts = [frame.to_ndarray().reshape(-1, channels).T for frame in frames]
                return cls(np.clip(np.concatenate(parts, axis=1), -1, 1), rate)
        except (av.error.FFmpegError, IndexError) as error:
            why = "there is none in it" if isinstance(error, IndexError) else error
            raise ValueError(
                f"{os.fspath(path)} has no sound that can be read ({why}); give a sound file, "
                "such as a .wav, .mp3 or .flac."
            ) from error

    @property
    def seconds(self) -> float:
        return self.samples.shape[1] / self.rate

    def along(self, seconds: float) -> Track:
        """The sound as long as a film."""
        return Track(self, 0, round(seconds * self.rate), round(seconds * self.rate))

    def beside(self, numbers: range, count: int, fps: Fraction) -> Track:
        """What is heard while the frames ``numbers`` of a film of ``count`` are shown."""
        whole = self.along(float(count / fps))
        return whole.part(float(numbers[0] / fps), float((numbers[-1] + 1) / fps))


@dataclass(frozen=True, eq=False)
class Track:
    """Samples ``start`` to ``stop`` of a film's sound, which is ``length`` samples long in all.

    A longer sound is cut off; a shorter one is played again, its end over its beginning. Where the
    film begins and ends it is faded; where a part of the film does, it is not.
    """

    sound: Sound
    start: int
    stop: int
    length: int

    def __len__(self) -> int:
        return self.stop - self.start

    def part(self, first: float, last: float) -> Track:
        """From ``first`` to ``last``, in seconds of the film."""
        start, stop = (min(self.length, round(at * self.sound.rate)) for at in (first, last))
        return replace(self, start=start, stop=stop)

    def samples(self, first: int, count: int) -> np.ndarray:
        """``count`` samples (channels, count) from sample ``first`` of this part on."""
        at = np.arange(self.start + first, self.start + first + count)
        return (self._played(at) * self._gain(at)).astype(np.float32)

    def _played(self, at: np.ndarray) -> np.ndarray:
        samples, total = self.sound.samples, self.sound.samples.shape[1]
        if self.length <= total:
            return samples[:, at]
        lap = self._soft(total)
        turn, place = np.divmod(at, total - lap)
        played = samples[:, place]
        seam = (turn > 0) & (place < lap)
        # Two parts that have nothing to do with each other: as loud together as either alone.
        angle = (place[seam] + 0.5) / max(1, lap) * math.pi / 2
        ending = samples[:, total - lap + place[seam]]
        played[:, seam] = played[:, seam] * np.sin(angle) + ending * np.cos(angle)
        return np.clip(played, -1, 1)

    def _gain(self, at: np.ndarray) -> np.ndarray:
        soft = max(1, self._soft(self.length))
        ends = np.minimum(at + 0.5, self.length - at - 0.5) / soft
        return np.sin(np.clip(ends, 0, 1) * math.pi / 2) ** 2

    def _soft(self, total: int) -> int:
        return min(round(FADE * self.sound.rate), int(total * MOST_FADED))
