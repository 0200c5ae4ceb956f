"""Files and folders that are there whole or not at all. Standard library only."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What a disk says that takes no more, or nothing.
_REFUSALS = ("ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EACCES", "EPERM", "EIO")
_REFUSED = {getattr(errno, name) for name in _REFUSALS if hasattr(errno, name)}


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[str]:
    """A temporary name beside ``path`` to write to; on success it takes ``path``'s place.

    On any failure, cancelling included, the temporary file goes and ``path`` stays as it was.
    """
    target = Path(path)
    with explained(target):
        handle, temporary = tempfile.mkstemp(
            dir=target.parent, prefix=f".{target.stem}-", suffix=target.suffix
        )
        os.close(handle)
        try:
            yield temporary
            os.chmod(temporary, 0o666 & ~_umask())
            os.replace(temporary, target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


@contextmanager
def claimed(path: str | os.PathLike[str]) -> Iterator[None]:
    """An empty file under the new name ``path``, so that nobody takes that name meanwhile.

    It goes if the block fails. A file that is there already is left as it is.
    """
    with explained(Path(path)):
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o666))
            new = True
        except FileExistsError:
            new = False
    try:
        yield
    except BaseException:
        if new:
            Path(path).unlink(missing_ok=True)
        raise


@contextmanager
def new_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A temporary folder beside ``path`` to fill; on success it becomes ``path``, which is new.

    On any failure, cancelling included, it goes with all that is in it.
    """
    target = Path(path)
    with explained(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
        try:
            yield temporary
            os.chmod(temporary, 0o777 & ~_umask())
            os.replace(temporary, target)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise


@contextmanager
def explained(target: Path) -> Iterator[None]:
    """An ``OSError`` of a disk that refuses says which file, that nothing is lost, and the cure.

    And one of a folder that is not there, which folder.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR) and not target.parent.is_dir():
            raise type(error)(
                error.errno,
                f"{target.name} cannot be written: {target.parent} is no folder; make it first",
            ) from error
        if error.errno is None or error.errno not in _REFUSED:
            raise
        reason = os.strerror(error.errno)
        raise OSError(
            error.errno,
            f"{target.name} cannot be written ({reason}); what was there before is as it was. "
            "Free some space or make the folder writable, and run again",
        ) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
