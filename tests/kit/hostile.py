"""Bytes that claim to be a zoom stack, for the tests and the fuzzer: what nobody would write."""

import json
import struct

BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "BOOL": 1, "U8": 1}
ABOUT = {"height": 4, "width": 6, "zooms": [2.0, 2.5], "focus": [[0.5, 0.5], [0.4, 0.55]],
         "prompts": ["a sea", "a coast", "a leaf"], "seed": 7}  # fmt: skip


def stack_bytes(
    about=None, metadata=None, dtype="F32", shape=(3, 3, 4, 6), offsets=None, data=None, length=None
):
    """A stack file; every argument is a lie that it may tell."""
    count = 1
    for size in shape:
        count *= size
    if data is None:
        data = b"\x00" * min(max(count, 0) * BYTES.get(dtype, 1), 10**6)
    text = json.dumps({**ABOUT, **(about or {})}) if not isinstance(about, str) else about
    metadata = {"zoomstack": text, "version": "1", **(metadata or {})}
    levels = {"dtype": dtype, "shape": list(shape), "data_offsets": offsets or [0, len(data)]}
    header = json.dumps({"__metadata__": metadata, "levels": levels}).encode()
    header += b" " * (-len(header) % 8)
    return struct.pack("<Q", len(header) if length is None else length) + header + data
