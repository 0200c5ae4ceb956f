"""Sound as AAC and cues as mov_text and chapters, into an MP4 while its pictures are encoded."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from .cues import Cue
from .sound import Track

if TYPE_CHECKING:
    from av.container import OutputContainer

LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}
# The samples a second that AAC has; others are brought to the first.
RATES = (48000, 96000, 88200, 64000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)
BIT_RATE = 96_000  # a channel
BLOCK = 4096  # samples that are handed on at once
CLOCK = Fraction(1, 1000)  # of subtitles


def can_subtitle() -> bool:
    """Whether this PyAV puts subtitles into a file that it writes: from version 17 on."""
    from av.container import OutputContainer

    return hasattr(OutputContainer, "add_mux_stream")


class Beside:
    """The tracks beside a film's pictures: made before the first picture, fed as the film grows."""

    def __init__(
        self, output: OutputContainer, sound: Track | None = None, cues: Sequence[Cue] = ()
    ) -> None:
        self._voice = Voice(output, sound) if sound else None
        self._output, self._cues = output, list(cues)
        self._texts: Any = None
        if cues:
            output.set_chapters([
                {
                    "id": number, "start": round(cue.start * 1000), "end": round(cue.end * 1000),
                    "time_base": CLOCK, "metadata": {"title": cue.text},
                } for number, cue in enumerate(cues, start=1)
            ])  # fmt: skip
        if cues and can_subtitle():
            self._texts = output.add_mux_stream("mov_text", time_base=CLOCK)

    def until(self, seconds: float) -> None:
        """Write what begins before that second of the film."""
        if self._voice:
            self._voice.until(seconds)
        while self._texts and self._cues and self._cues[0].start < seconds:
            self._output.mux(self._packet(self._cues.pop(0)))

    def close(self, seconds: float) -> None:
        """Write the rest of a film that is ``seconds`` long."""
        self.until(seconds)
        if self._voice:
            self._voice.close()

    def _packet(self, cue: Cue) -> Any:
        import av

        text = cue.text.encode()[: 2**16 - 1]
        packet = av.Packet(len(text).to_bytes(2, "big") + text)  # ISO/IEC 14496-17, 5.2
        packet.stream, packet.time_base = self._texts, CLOCK
        packet.pts = packet.dts = round(cue.start * 1000)
        packet.duration = round(cue.end * 1000) - packet.pts
        return packet


class Voice:
    """A track's sound, encoded block by block."""

    def __init__(self, output: OutputContainer, track: Track) -> None:
        import av

        self._output, self._track, self._done = output, track, 0
        rate, channels = track.sound.rate, len(track.sound.samples)
        self._layout = LAYOUTS.get(channels, "mono")
        to = rate if rate in RATES else RATES[0]
        self._stream = output.add_stream("aac", rate=to, layout=self._layout)
        self._stream.bit_rate = BIT_RATE * (channels if channels in LAYOUTS else 1)
        self._turned = av.AudioResampler(format="fltp", layout=self._layout, rate=to)

    def until(self, seconds: float) -> None:
        """Encode what is heard before that second."""
        import av

        rate = self._track.sound.rate
        wanted = min(len(self._track), round(seconds * rate))
        while self._done < wanted:
            count = min(BLOCK, wanted - self._done)
            samples = self._track.samples(self._done, count)
            if len(samples) not in LAYOUTS:
                samples = samples.mean(axis=0, keepdims=True)
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(samples), format="fltp", layout=self._layout
            )
            frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), self._done
            self._done += count
            self._encode(frame)

    def close(self) -> None:
        self._encode(None)
        self._output.mux(self._stream.encode(None))

    def _encode(self, frame: Any) -> None:
        for turned in self._turned.resample(frame):
            self._output.mux(self._stream.encode(turned))
