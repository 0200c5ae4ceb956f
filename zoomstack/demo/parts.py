"""Where the demo model's parts lie, and which checkpoint was made of which parts.

Standard library only: the set-up asks whether the checkpoint is fresh before numpy is there.
"""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path

WEIGHTS = Path(__file__).parent / "weights"
DIT = WEIGHTS / "dit.safetensors"
ENCODER = WEIGHTS / "encoder.safetensors"
DECODER = WEIGHTS / "decoder.safetensors"
SMALL = WEIGHTS / "small.safetensors"
WORDS = WEIGHTS / "words.txt"

CHECKPOINT = "zoomstack_demo.safetensors"
STAMP = "zoomstack_parts"
# Count up when the generated parts change: checkpoints of older parts are then made anew.
LAYOUT = 2
LARGEST_HEADER = 100_000_000


def words() -> list[str]:
    """The words that the demo model was trained on."""
    return WORDS.read_text("ascii").split()


def fingerprint() -> str:
    """A digest of all that the checkpoint is made of."""
    digest = hashlib.sha256(f"layout {LAYOUT}".encode())
    for part in (DIT, ENCODER, DECODER, WORDS):
        digest.update(part.read_bytes())
    return digest.hexdigest()


def is_fresh(checkpoint: Path) -> bool:
    """Whether ``checkpoint`` exists, whole, and was made of the parts as they are now."""
    try:
        with checkpoint.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > LARGEST_HEADER:
                return False
            header = json.loads(file.read(length))
        size = max(value["data_offsets"][1] for key, value in header.items() if key[0] != "_")
        whole = checkpoint.stat().st_size == 8 + length + size
        return whole and header.get("__metadata__", {}).get(STAMP) == fingerprint()
    except (OSError, ValueError, struct.error):
        return False
