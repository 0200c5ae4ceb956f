"""`import zoomstack`: what a script gets without ComfyUI, and what that costs."""

import ast
import re
import subprocess
import sys

import pytest

import zoomstack
from zoomstack.setup.places import REPOSITORY

PACKAGE = REPOSITORY / "zoomstack"
# What the environment must bring; without it (python -S) the package can still set one up.
HEAVY = {"torch", "numpy", "einops", "kornia", "safetensors", "av", "PIL", "comfy"}
HOST = {
    "comfy", "comfy_api", "comfy_execution", "comfy_extras", "execution", "folder_paths",
    "latent_preview", "nodes", "server",
}  # fmt: skip


def python(*arguments, folder):
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("module", ["zoomstack", "zoomstack.__main__", "zoomstack.cli.main"])
def test_importing_it_needs_nothing_but_the_standard_library(module, tmp_path):
    code = f"""
import sys
sys.path.insert(0, {str(REPOSITORY)!r})
import {module}
print(*sorted({{name.partition(".")[0] for name in sys.modules}} & {HEAVY!r}))
"""
    # -S: no site-packages, as on a machine where nothing was installed yet.
    for options in (["-S"], []):
        assert python(*options, "-c", code, folder=tmp_path).split() == []


def test_every_promised_name_is_there_on_first_use():
    assert set(zoomstack.__all__) >= {
        "Geometry", "JointDenoiser", "PhotoAnchor", "agreement", "blend", "frames", "load_stack",
        "render", "render_noise", "sample", "save_stack",
    }  # fmt: skip
    for name in zoomstack.__all__:
        vars(zoomstack).pop(name, None)  # as before its first use
        assert getattr(zoomstack, name).__name__ == name
        assert name in vars(zoomstack)
    with pytest.raises(AttributeError, match="has no attribute 'zoom'"):
        zoomstack.zoom  # noqa: B018


def test_the_lists_of_names_say_the_same():
    """``__all__``, where each name lives, and what a type checker reads, from two imports."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text("utf-8"))
    told = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level == 1
        for alias in node.names
    }
    assert told == zoomstack._HOME
    assert zoomstack.__all__ == sorted(zoomstack._HOME)


def test_no_package_hides_a_name():
    """Python binds a package's attribute to each module that is imported from it, by whomever."""
    assert not {path.stem for path in PACKAGE.iterdir()} & set(zoomstack.__all__)


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_no_module_imports_the_host(path):
    tree = ast.parse(path.read_text("utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            imported.add((node.module or "").partition(".")[0])
    assert not imported & HOST


def test_kornia_waits_until_it_is_needed():
    # It takes longer to import than all of the rest, and ComfyUI's start is not to wait for us.
    early = [
        path
        for folder in (PACKAGE, REPOSITORY / "nodes")
        for path in folder.rglob("*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom) and "kornia" in ast.unparse(node)
    ]
    assert early == []


def example():
    """The first Python block under a heading of the README that speaks of the library."""
    readme = REPOSITORY / "README.md"
    text = readme.read_text("utf-8") if readme.is_file() else ""
    block = re.search(r"^#+ [^\n]*library.*?^```python\n(.*?)^```", text, re.I | re.M | re.S)
    return block[1] if block else None


@pytest.mark.skipif(example() is None, reason="README.md has no library example yet")
def test_the_readme_example_of_the_library_runs(tmp_path):
    script = tmp_path / "example.py"
    script.write_text(f"import sys\nsys.path.insert(0, {str(REPOSITORY)!r})\n{example()}")
    python(script, folder=tmp_path)
