"""A command goes on as another program: its words, its exit code, its signals, its modules."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from zoomstack.setup import handover
from zoomstack.setup.places import REPOSITORY

PYTHON = Path(sys.executable)
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows waits instead")


@pytest.fixture
def package(tmp_path):
    """A folder with a package ``tell`` that says how it was started."""
    (tmp_path / "tell").mkdir()
    (tmp_path / "tell" / "__init__.py").touch()
    (tmp_path / "tell" / "__main__.py").write_text(
        "import json, os, sys\n"
        "said = [__name__, __package__, sys.argv[1:], sys.path, os.environ.get('TOLD')]\n"
        "print(json.dumps(said))\n"
        "sys.exit(7)\n"
    )
    return tmp_path


def started(code, **options):
    """A process that runs ``code`` in which ``become`` and ``module`` are known."""
    imports = f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}); "
    imports += "from pathlib import Path; from zoomstack.setup.handover import become, module; "
    return subprocess.Popen(
        [PYTHON, "-c", imports + code], stdout=subprocess.PIPE, text=True, **options
    )


def test_a_module_is_run_with_its_words_and_ends_with_its_own_code(package, tmp_path):
    command = "module(Path(sys.executable), 'tell', ['--quick', 'a b'])"
    process = started(
        f"sys.exit(become({command}, PYTHONPATH={str(package)!r}, TOLD=Path('x')))", cwd=REPOSITORY
    )
    said, _ = process.communicate(timeout=60)
    name, inside, words, path, told = json.loads(said)
    assert (name, inside, words, told) == ("__main__", "tell", ["--quick", "a b"], "x")
    assert process.returncode == 7
    # There our nodes/ would shadow ComfyUI's nodes.py.
    assert path[0] == str(package)
    assert REPOSITORY not in {Path(folder or ".").resolve() for folder in path}


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_meets_the_other_program_and_nobody_else(number):
    waiting = (
        "import signal, sys, time\n"
        f"signal.signal({int(number)}, lambda *a: sys.exit(5))\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)"
    )
    process = started(f"sys.exit(become([sys.executable, '-c', {waiting!r}]))")
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    assert process.wait(timeout=30) == 5


def test_on_windows_this_process_waits_and_leaves_an_interruption_to_the_other(monkeypatch):
    seen = {}

    def call(command, env):
        seen.update(command=command, told=env["TOLD"], deaf=signal.getsignal(signal.SIGINT))
        return 3

    monkeypatch.setattr(handover.sys, "platform", "win32")
    monkeypatch.setattr(handover.subprocess, "call", call)
    before = signal.getsignal(signal.SIGINT)
    assert handover.become(["python", "-c", ""], TOLD="yes") == 3
    assert seen == {"command": ["python", "-c", ""], "told": "yes", "deaf": signal.SIG_IGN}
    assert signal.getsignal(signal.SIGINT) is before
