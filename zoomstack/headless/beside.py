"""What a ComfyUI of the user's own is started with: its own folders, and ours beside them.

Nothing is written into its tree: the demo's model and this pack are found by a file of extra paths,
which comes after the user's own. Where the pack is installed there too, that one is used
(``__init__`` of the repository).
"""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

EXTRA = "beside.yaml"
KEPT_SERVERS, KEPT_SECONDS = 8, 24 * 3600.0


def extra_paths(folder: Path, base: Path) -> Path:
    """The file in ``folder`` that tells ComfyUI of the checkpoints and packs in ``base``."""
    ours = {"checkpoints": base / "models" / "checkpoints", "custom_nodes": base / "custom_nodes"}
    text = json.dumps({"zoomstack": {k: str(v) for k, v in ours.items()}}, ensure_ascii=False)
    file = folder / EXTRA
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    fresh.write_text(text, "utf-8")  # JSON is YAML
    fresh.replace(file)
    return file


def server_folder(folder: Path) -> Path:
    """A new folder under ``folder`` for one server's log and temporary files.

    Old ones go: of those that are not of the last day, the newest few stay.
    """
    servers = folder / "servers"
    servers.mkdir(parents=True, exist_ok=True)
    old = sorted(path for path in servers.iterdir() if path.is_dir())[: -KEPT_SERVERS + 1]
    for path in old:
        try:
            if time.time() - path.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(path, ignore_errors=True)
        except OSError:  # another has just done so
            continue
    mine = servers / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    mine.mkdir(exist_ok=True)
    return mine
