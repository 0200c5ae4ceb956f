"""A fuzzer of what reads strangers' input: ``python fuzz.py ladder|stack|record [SECONDS]``.

With atheris it is led by coverage, without it inputs are mutated blindly. Anything but an answer or
a ``ValueError`` within two seconds is a crash, and ends it with the input on the screen; an ALARM
after "Done" is atheris's own slow end. No test: pytest does not collect it.
"""

import faulthandler
import os
import random
import struct
import sys
import tempfile
import time
from pathlib import Path

from hostile import ABOUT, stack_bytes

try:
    import atheris
except ImportError:
    atheris = None

HANG = 2.0  # seconds that one input may take
HEADER = 2000  # bytes at the front of a stack, where most of the reading is


def read_ladder(data):
    """Any text is a ladder, or a ``ValueError`` that says so."""
    zoom = 1 + data[0] / 16 if data else 2.0
    text, _, negative = data[1:].decode("utf-8", "replace").partition("\0")
    try:
        ladder = ladders.parse_ladder(text, zoom, "photo of", "sharp", negative)
    except ValueError:
        return
    assert len(ladder.negatives) == ladder.levels == len(ladder.zooms) + 1 == len(ladder.focus) + 1
    assert ladder.geometry(8, 8).levels == ladder.levels


def framed(data):
    """The file that begins with this header: few inputs get past its length if that is theirs."""
    if not data.startswith(b"{"):
        return data
    header, _, body = data.partition(b"\0")
    return struct.pack("<Q", len(header)) + header + body


def bare(data):
    """Of a whole file, what ``framed`` makes it from."""
    end = 8 + struct.unpack("<Q", data[:8])[0]
    return data[8:end] + b"\0" + data[end:]


def read_stack(data):
    """Any file is a stack whose parts fit, or a ``ValueError``."""
    PATH.write_bytes(framed(data))
    try:
        stack = files.load_stack(PATH)
    except ValueError:
        return
    g = stack.geometry
    assert tuple(stack.levels.shape) == (g.levels, stack.levels.shape[1], g.height, g.width)
    assert len(stack.prompts) in (0, g.levels) and stack.levels.is_floating_point()
    assert all(isinstance(prompt, str) for prompt in stack.prompts)


def read_record(data):
    """Any file is a part of a recording to the last bit, or a ``ValueError``."""
    PATH.write_bytes(framed(data))
    record_part.inputs_of(PATH)
    try:
        part = record_part.read_part(PATH)
    except ValueError:
        return
    assert all(isinstance(answered.answer, tuple) for answered in part)


def ladder_seeds():
    yield b"@a galaxy\n\n# far\n[p=3.5 focus=0.4,0.6] a coast\n[old photo] b\n[p=2\0blurry"
    yield b"\xff[p=1e3]\na\n[focus=.5,+0.5e0 p=2] \xe2\x80\xa8 b\r\n c\x0b\x0c d"


def stack_seeds():
    yield stack_bytes()
    yield stack_bytes({"prompts": [], "seed": None}, dtype="F16")
    yield stack_bytes({**ABOUT, "zooms": []}, shape=(1, 3, 4, 6))
    yield bare(stack_bytes())
    yield bare(stack_bytes({**ABOUT, "zooms": []}, shape=(1, 3, 4, 6)))


def record_seeds():
    import torch

    part = [record_part.Answered(q, (torch.ones(2, 3), torch.zeros(2).half())) for q in "ab"]
    record_part.write_part(PATH, part, {"seed": "1"})
    yield PATH.read_bytes()
    yield bare(PATH.read_bytes())


TARGETS = {
    "ladder": (read_ladder, ladder_seeds),
    "stack": (read_stack, stack_seeds),
    "record": (read_record, record_seeds),
}
TOKENS = [
    b"p=", b"focus=", b"[", b"]", b"\n", b"-1", b"1e999", b"NaN", b"null", b"[[[[", b"\\u0000",
    b"{}",
    b'"shape":[', b'"F8_E4M3"', b"9223372036854775807", b"\xed\xa0\x80", b'"version":"2"',
]  # fmt: skip


def mutated(seed, chance):
    data = bytearray(seed)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(min(len(data), HEADER) + 1)
        what = chance.randrange(5)
        if what == 0 and at < len(data):
            data[at] ^= 1 << chance.randrange(8)
        elif what == 1:
            data[at:at] = chance.choice(TOKENS)
        elif what == 2:
            del data[at : at + chance.randrange(1, 30)]
        elif what == 3:
            start = chance.randrange(len(data) + 1)
            data[at:at] = data[start : start + chance.randrange(60)] * chance.choice((1, 1, 40))
        else:
            data[at : at + 8] = chance.randbytes(8)
    return bytes(data)


def blindly(target, seeds, seconds):
    chance, kept, tried, slowest = random.Random(), list(seeds), 0, 0.0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        data = mutated(chance.choice(kept), chance)
        faulthandler.dump_traceback_later(30, exit=True)  # a hang that Python cannot leave
        start = time.monotonic()
        try:
            target(data)
        except BaseException:
            sys.stdout.write(f"{target.__name__} fails on {data!r}\n")
            raise
        slowest = max(slowest, time.monotonic() - start)
        assert slowest < HANG, f"{target.__name__} takes {slowest:.1f} s for {data!r}"
        tried += 1
        if len(kept) < 500 and chance.random() < 0.002:
            kept.append(data)
    faulthandler.cancel_dump_traceback_later()
    sys.stdout.write(f"{target.__name__}: {tried} inputs, the slowest {slowest * 1000:.0f} ms\n")


def by_coverage(target, seeds, seconds, folder):
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(seeds):
        (corpus / str(number)).write_bytes(seed)
    options = [f"-max_total_time={seconds}", f"-timeout={HANG:.0f}", "-max_len=4096"]
    options += ["-print_final_stats=1", "-rss_limit_mb=4096"]
    options += [f"-artifact_prefix={tempfile.gettempdir()}/zoomstack_{target.__name__}_"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], target)
    atheris.Fuzz()


if __name__ == "__main__":
    target, seeds = TARGETS[sys.argv[1]]
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    with tempfile.TemporaryDirectory(
        dir="/dev/shm" if os.path.isdir("/dev/shm") else None
    ) as folder:
        PATH = Path(folder) / "fuzzed.safetensors"
        if atheris:
            # It ends its process without a word to Python: the folder is the parent's to delete.
            if child := os.fork():
                sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            with atheris.instrument_imports(include=["zoomstack"]):
                from zoomstack.files import record_part
                from zoomstack.files import stack_file as files
                from zoomstack.scene import ladder as ladders
            by_coverage(target, seeds(), seconds, Path(folder))
        else:
            from zoomstack.files import record_part
            from zoomstack.files import stack_file as files
            from zoomstack.scene import ladder as ladders

            blindly(target, seeds(), seconds)
