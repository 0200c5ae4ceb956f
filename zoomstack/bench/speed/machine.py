"""When and on what a table was measured, in a line."""

from __future__ import annotations

import datetime
import platform
from pathlib import Path

import torch

from ..work import cores


def machine(device: torch.device) -> str:
    """The date, the processor, the cores that this process may use, torch, and the GPU if any."""
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    parts = [today, _processor(), f"{cores()} cores", f"{torch.get_num_threads()} torch threads"]
    parts.append(f"torch {torch.__version__}")
    if device.type == "cuda":
        parts.append(torch.cuda.get_device_name(device))
    return ", ".join(parts)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
