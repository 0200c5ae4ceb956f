"""Tensors in a safetensors file that is there whole or not at all."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .whole import replacing

if TYPE_CHECKING:
    from torch import Tensor


def write_tensors(
    path: str | os.PathLike[str], tensors: dict[str, Tensor], metadata: Mapping[str, str]
) -> None:
    """Replace ``path`` once the new file is whole. Raises ``OSError`` as the disk does."""
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    with replacing(path) as temporary:
        try:
            save_file(tensors, temporary, dict(metadata))
        except SafetensorError as error:
            number = re.search(r"os error (\d+)", str(error))
            raise OSError(int(number[1]) if number else errno.EIO, str(error)) from error
