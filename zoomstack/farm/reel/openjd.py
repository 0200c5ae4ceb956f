"""A film in parts as an Open Job Description: what render farms read (specification 2023-09).

A step of chunks of frames, contiguous (the extension TASK_CHUNKING), and one that joins them. Their
commands are those that one may type. JSON, which is YAML too; it holds no path, so that it is the
same everywhere, and what the paths are here is a file beside it.
"""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...headless.film.options import Described
from ...setup.places import REPOSITORY
from .reel import Reel

MOST_LETTERS = 128  # of a job's name
# The paths that a job is given. Paths of its own would have to lie in its folder.
VALUES = {
    "Stack": {"objectType": "FILE", "dataFlow": "IN", "description": "the saved stack"},
    "Film": {
        "objectType": "FILE", "dataFlow": "OUT", "description": "the film; its parts lie beside it",
    },
    "Pack": {
        "objectType": "DIRECTORY", "dataFlow": "NONE",
        "description": "ZoomStack's folder, set up already",
    },
    "Audio": {"objectType": "FILE", "dataFlow": "IN", "description": "the sound"},
    "Font": {"objectType": "FILE", "dataFlow": "IN", "description": "the captions' font"},
    "ComfyUI": {
        "objectType": "DIRECTORY", "dataFlow": "NONE",
        "description": "a ComfyUI, whose environment renders",
    },
    "Environment": {
        "objectType": "FILE", "dataFlow": "NONE", "description": "the Python of that environment",
    },
}  # fmt: skip
OPTIONS = {
    "Audio": "--audio", "Font": "--caption-font", "ComfyUI": "--comfyui", "Environment": "--python",
}  # fmt: skip
FILES = {"audio": "Audio", "caption_font": "Font"}  # values of a film that may be files


def template(reel: Reel, film: str, numbers: range, frames: int, values: Collection[str]) -> str:
    """The job for the frames ``numbers`` of ``reel``, ``frames`` a chunk, into the file ``film``.

    It names no path: ``values`` are the parameters that it is given, of those that ``VALUES`` has.
    All machines must see the folder of the film.
    """
    command = ["{{Param.Pack}}/zoomstack", "render", "{{Param.Stack}}", "--out", "{{Param.Film}}"]
    command += ["--film", "{{Task.File.About}}", "--bits", str(reel.bits), "--device", reel.device]
    command += [] if reel.crf is None else ["--crf", f"{reel.crf:g}"]
    for name, option in OPTIONS.items():
        command += [option, f"{{{{Param.{name}}}}}"] if name in values else []
    whole = f"{numbers[0]}-{numbers[-1]}"
    chunks = {"defaultTaskCount": "{{Param.FramesAPart}}", "rangeConstraint": "CONTIGUOUS"}
    space = {"name": "Frames", "type": "CHUNK[INT]", "range": whole, "chunks": chunks}
    job = {
        "specificationVersion": "jobtemplate-2023-09",
        "extensions": ["TASK_CHUNKING"],
        "name": f"ZoomStack {_plain(film)}"[:MOST_LETTERS],
        "description": f"Frames {whole} of a zoom, in parts, joined without encoding again.",
        "parameterDefinitions": [
            *({"name": name, "type": "PATH", **VALUES[name]} for name in values),
            {
                "name": "Python", "type": "STRING", "default": "python3",
                "description": "the Python that starts the pack",
            },
            {
                "name": "FramesAPart", "type": "INT", "default": frames, "minValue": 1,
                "description": "at most so many frames in a part",
            },
        ],
        "steps": [
            {
                "name": "Parts",
                "parameterSpace": {"taskParameterDefinitions": [space]},
                "script": _script(reel, command, "--as-part", "--frames", "{{Task.Param.Frames}}"),
            },
            {
                "name": "Join",
                "dependencies": [{"dependsOn": "Parts"}],
                "script": _script(reel, command, "--join", "--frames", whole),
            },
        ],
    }  # fmt: skip
    return json.dumps(job, indent=2) + "\n"


def values_of(
    reel: Reel, film: Path, comfyui: Path | None = None, python: Path | None = None
) -> dict[str, str]:
    """What the job's parameters are on this machine; a farm maps them to its own."""
    given = {
        "Stack": reel.stack, "Film": film, "Pack": REPOSITORY,
        "ComfyUI": comfyui, "Environment": python,
    }  # fmt: skip
    for name, parameter in FILES.items():
        path = getattr(reel.about, name)
        given |= {parameter: path} if os.path.isfile(path) else {}
    return {name: os.path.abspath(path) for name, path in given.items() if path}


def _script(reel: Reel, command: list[str], *more: str) -> dict[str, Any]:
    """A step's command, with the film's values in a file beside it."""
    default = asdict(Described())
    about = {
        name: value
        for name, value in asdict(reel.about).items()
        if value != default[name] and not (name in FILES and os.path.isfile(value))
    }
    # No text of the user's may look like one of the description's {{ }}.
    text = json.dumps(about)[1:-1].replace("{", "\\u007b").replace("}", "\\u007d")
    film = {"name": "About", "type": "TEXT", "filename": "film.json", "data": f"{{{text}}}"}
    run = {"command": "{{Param.Python}}", "args": [*command, *more]}
    return {"embeddedFiles": [film], "actions": {"onRun": run}}


def _plain(name: str) -> str:
    """``name`` in letters that a job's name may have: no control characters, no {{ }}."""
    letters = "".join(" " if unicodedata.category(c) == "Cc" else c for c in name).strip()
    return letters.replace("{", "(").replace("}", ")")
