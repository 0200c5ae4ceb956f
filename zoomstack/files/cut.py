"""Pictures that broke off while they were copied. Standard library only.

ComfyUI's Load Image shows such a file as far as it goes, with grey or green for the rest.
"""

from __future__ import annotations

from pathlib import Path

PNG, END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
# JPEG's markers: a part's first byte, where the picture begins, where it ends.
MARK, SCAN, LAST = 0xFF, 0xDA, b"\xff\xd9"
BARE = (0x01, *range(0xD0, 0xD9))  # markers without a length


def cut_off(path: Path) -> str:
    """Words for a PNG, JPEG or WebP file that is not all there, or is empty; else nothing.

    What follows a picture in its file, as phones write it, is no fault. Raises ``OSError``.
    """
    content = path.read_bytes()
    if not content:
        return "is empty; copy it again"
    if content.startswith(PNG):
        whole = END in content
    elif content.startswith(b"\xff\xd8\xff"):
        whole = _jpeg_ends(content)
    elif content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        whole = len(content) >= 8 + int.from_bytes(content[4:8], "little")
    else:
        return ""
    return "" if whole else "breaks off in the middle of the picture; copy it again"


def _jpeg_ends(content: bytes) -> bool:
    """Whether the end is marked, behind the parts of which one may hold a small picture itself."""
    at = 2
    while at + 4 <= len(content) and content[at] == MARK:
        kind = content[at + 1]
        if kind == SCAN:
            return content.find(LAST, at) >= 0
        if kind == MARK:  # padding
            at += 1
        elif kind in BARE:
            at += 2
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return False
