"""A VIDEO that holds no frames: each is rendered when an encoder asks for it."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Generator
from contextlib import closing, nullcontext
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import IO, Any

import av
import numpy as np
import psutil
import torch
from comfy_api.latest import Input, Types

from ...zoomstack.files.whole import claimed
from ...zoomstack.film.encode import encode, frame_rate
from ...zoomstack.film.encode.ahead import look_ahead
from ...zoomstack.film.encode.beside import can_subtitle
from ...zoomstack.film.encode.cues import Cue, cues, write_webvtt
from ...zoomstack.film.encode.sound import Sound, Track
from ...zoomstack.film.film import Film
from .jobs import check_interrupted, log, progress

# Of the free memory, what the frames of a video may take where a node wants them all at once.
SHARE = 0.75


class LazyVideo(Input.Video):
    """The part ``numbers`` (all, by default) of the frames of ``film``.

    ``sound`` is heard along the whole film; ``lines``, one a level, are its subtitles.
    """

    def __init__(
        self,
        film: Film,
        numbers: range | None = None,
        sound: Sound | None = None,
        lines: tuple[str, ...] = (),
    ) -> None:
        self.film = film
        self.numbers = range(len(film)) if numbers is None else numbers
        self.sound = sound
        self.lines = lines

    def get_dimensions(self) -> tuple[int, int]:
        return self.film.width, self.film.height

    def get_frame_count(self) -> int:
        return len(self.numbers)

    def get_frame_rate(self) -> Fraction:
        return frame_rate(self.film.path.fps)

    def get_duration(self) -> float:
        return float(len(self.numbers) / self.get_frame_rate())

    def get_container_format(self) -> str:
        return "mov,mp4,m4a,3gp,3g2,mj2"

    def get_stream_source(self) -> str | io.BytesIO:
        """The encoded video: it is the frames that need much memory."""
        buffer = io.BytesIO()
        self.save_to(buffer)
        buffer.seek(0)
        return buffer

    def save_to(
        self,
        path: str | IO[bytes],
        format: Types.VideoContainer = Types.VideoContainer.AUTO,
        codec: Types.VideoCodec = Types.VideoCodec.AUTO,
        metadata: dict[str, Any] | None = None,
        bit_depth: int | None = None,
        crf: float | None = None,
        **later: Any,
    ) -> None:
        """Render and encode; ``later`` are options of a newer host, which have no effect."""
        if format not in tuple(Types.VideoContainer) or codec not in tuple(Types.VideoCodec):
            raise ValueError(
                f"A zoom video is written as MP4 with H.264, not as {format} with {codec}. Choose "
                "auto, or connect Get Video Components to a node that writes that format."
            )
        bits = bit_depth or 8
        planes = partial(self.film.planes, bits=bits)
        # Save Video counts the files that it sees: another server's must not choose this name too.
        named = claimed(path) if isinstance(path, str | os.PathLike) else nullcontext()
        with named, closing(self._rendered(planes)) as frames:
            words = cues(self.film.path, self.lines, self.numbers) if self.lines else []
            sound, rate = self._track(), self.get_frame_rate()
            encode(path, frames, rate, crf, bits, metadata, sound, words)
            if words and isinstance(path, str | os.PathLike):
                self._write_words(Path(path), words)

    def _track(self) -> Track | None:
        """What is heard while these frames are shown."""
        if self.sound is None:
            return None
        return self.sound.beside(self.numbers, len(self.film), self.get_frame_rate())

    def _write_words(self, path: Path, words: list[Cue]) -> None:
        """The subtitles beside the film, for players that know no others."""
        beside = write_webvtt(path, words)
        if not can_subtitle():
            log.warning(
                "PyAV %s puts no subtitles into a file; %s holds them. pip install -U av has both.",
                av.__version__, beside.name,
            )  # fmt: skip

    def pixels(self) -> Generator[np.ndarray, None, None]:
        """The frames as pictures (H, W, 3), uint8."""
        return self._rendered(self.film.rgb)

    def _rendered(self, render: Callable[[int], np.ndarray]) -> Generator[np.ndarray, None, None]:
        """All frames, with the host's progress bar; a cancelled run stops at once."""
        bar = progress(len(self.numbers))
        with closing(look_ahead(render, self.numbers)) as rendered:
            for frame in rendered:
                check_interrupted()
                yield frame
                bar.update(1)

    def get_components(self) -> Types.VideoComponents:
        """All frames as one IMAGE. Raises ``MemoryError`` where they would not fit."""
        width, height = self.get_dimensions()
        count = len(self.numbers)
        need, free = count * height * width * 3 * 4, psutil.virtual_memory().available
        if need > SHARE * free:
            raise MemoryError(
                f"{count} frames of {width} x {height} take {need / 2**30:.1f} GiB as images, and "
                f"{free / 2**30:.1f} GiB of memory are free. Connect the video to Save Video, "
                "which holds one frame at a time; or trim it, or lower fps, width and height."
            )
        images = torch.empty(count, height, width, 3)
        with closing(self.pixels()) as pixels:
            for number, frame in enumerate(pixels):
                images[number] = torch.from_numpy(frame)
        return Types.VideoComponents(
            images=images.div_(255), audio=self._audio(), frame_rate=self.get_frame_rate()
        )

    def _audio(self) -> Any:
        """The sound of these frames as ComfyUI's nodes pass it on."""
        track = self._track()
        if track is None or self.sound is None:
            return None
        samples = torch.from_numpy(track.samples(0, len(track)))
        return {"waveform": samples[None], "sample_rate": self.sound.rate}

    def as_trimmed(
        self,
        start_time: float | None = None,
        duration: float | None = None,
        strict_duration: bool = False,
    ) -> LazyVideo | None:
        """Its part from ``start_time`` (negative: from the end) of ``duration`` (0: the rest)."""
        fps, count = self.get_frame_rate(), len(self.numbers)
        first = round((start_time or 0) * fps)
        first = max(0, first + count) if first < 0 else first
        wanted = round(duration * fps) if duration else count
        part = self.numbers[first : first + wanted]
        if not part or (strict_duration and duration and len(part) < wanted):
            return None
        return LazyVideo(self.film, part, self.sound, self.lines)
