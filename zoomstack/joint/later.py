"""A few numbers on their way from the device, read when the device has come so far by itself."""

from __future__ import annotations

import torch
from torch import Tensor


class Later:
    """A small tensor that is copied to the host while both go on with their work.

    Whoever reads it at once waits for all that the device has still to do; read after more work has
    been handed out, it costs nothing. A device that is not a GPU of CUDA copies at once.
    """

    def __init__(self, tensor: Tensor) -> None:
        self._copied: torch.cuda.Event | None = None
        # Only such a copy is known to be done by an event: on others it may not have begun.
        on_gpu = tensor.device.type == "cuda"
        self._host = tensor.detach().to("cpu", non_blocking=on_gpu)
        if on_gpu:
            self._copied = torch.cuda.Event()
            self._copied.record(torch.cuda.current_stream(tensor.device))

    @property
    def ready(self) -> bool:
        """Whether reading it takes no waiting."""
        return self._copied is None or self._copied.query()

    def numbers(self) -> list[float]:
        """What the tensor held, flat, in its own order; waits where it must."""
        if self._copied is not None:
            self._copied.synchronize()
        return self._host.flatten().tolist()
