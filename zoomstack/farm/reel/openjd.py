"""A film in parts as an Open Job Description: what render farms read (specification 2023-09).

A step of chunks of frames, contiguous (the extension TASK_CHUNKING), and one that joins them. Their
commands are those that one may type. JSON, which is YAML too.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...headless.film.options import Described
from ...setup.places import REPOSITORY
from .reel import Reel

MOST_LETTERS = 128  # of a job's name


def template(
    reel: Reel,
    film: Path,
    numbers: range,
    frames: int,
    comfyui: Path | None = None,
    python: Path | None = None,
) -> str:
    """The job for the frames ``numbers`` of ``reel``, ``frames`` a chunk, into the file ``film``.

    A farm may change the parameters: where the files and the pack are, the Python that starts it,
    and how long a chunk is. All machines must see the folder of ``film``.
    """
    command = ["{{Param.Pack}}/zoomstack", "render", "{{Param.Stack}}", "--out", "{{Param.Film}}"]
    command += ["--film", "{{Task.File.About}}", "--bits", str(reel.bits), "--device", reel.device]
    command += [] if reel.crf is None else ["--crf", f"{reel.crf:g}"]
    command += ["--audio", "{{Param.Audio}}"] if reel.about.audio else []
    for name, path in (("--comfyui", comfyui), ("--python", python)):
        command += [name, os.path.abspath(path)] if path else []
    whole = f"{numbers[0]}-{numbers[-1]}"
    job = {
        "specificationVersion": "jobtemplate-2023-09",
        "extensions": ["TASK_CHUNKING"],
        "name": plain(f"ZoomStack {film.name}")[:MOST_LETTERS],
        "description": f"Frames {whole} of a zoom, in parts, joined without encoding again.",
        "parameterDefinitions": parameters(reel, film, frames),
        "steps": [
            {
                "name": "Parts",
                "parameterSpace": {
                    "taskParameterDefinitions": [
                        {
                            "name": "Frames",
                            "type": "CHUNK[INT]",
                            "range": whole,
                            "chunks": {
                                "defaultTaskCount": "{{Param.FramesAPart}}",
                                "rangeConstraint": "CONTIGUOUS",
                            },
                        }
                    ]
                },
                "script": script(
                    reel, [*command, "--as-part", "--frames", "{{Task.Param.Frames}}"]
                ),
            },
            {
                "name": "Join",
                "dependencies": [{"dependsOn": "Parts"}],
                "script": script(reel, [*command, "--join", "--frames", whole]),
            },
        ],
    }
    return json.dumps(job, indent=2) + "\n"


def parameters(reel: Reel, film: Path, frames: int) -> list[dict[str, Any]]:
    """What a farm asks for, or maps to its own folders."""
    paths = [
        ("Stack", "FILE", "IN", reel.stack, "the saved stack"),
        ("Film", "FILE", "OUT", os.path.abspath(film), "the film; its parts lie beside it"),
        ("Pack", "DIRECTORY", "NONE", str(REPOSITORY), "the folder of the pack, set up already"),
    ]
    if reel.about.audio:
        paths.append(("Audio", "FILE", "IN", reel.about.audio, "the sound"))
    found: list[dict[str, Any]] = [
        {
            "name": name, "type": "PATH", "objectType": kind, "dataFlow": flow, "default": path,
            "description": what,
        } for name, kind, flow, path, what in paths
    ]  # fmt: skip
    return [
        *found,
        {
            "name": "Python", "type": "STRING", "default": "python3",
            "description": "the Python that starts the pack",
        },
        {
            "name": "FramesAPart", "type": "INT", "default": frames, "minValue": 1,
            "description": "at most so many frames in a part",
        },
    ]  # fmt: skip


def script(reel: Reel, words: list[str]) -> dict[str, Any]:
    """A step's command, with the film's values in a file beside it."""
    default = asdict(Described())
    about = {
        name: value
        for name, value in asdict(reel.about).items()
        if value != default[name] and name != "audio"
    }
    return {
        "embeddedFiles": [
            {"name": "About", "type": "TEXT", "filename": "film.json", "data": plain_json(about)}
        ],
        "actions": {"onRun": {"command": "{{Param.Python}}", "args": words}},
    }


def plain_json(about: dict[str, Any]) -> str:
    """JSON in which no text of the user's looks like one of the description's ``{{ }}``."""
    outer = json.dumps(about)[1:-1].replace("{", "\\u007b").replace("}", "\\u007d")
    return f"{{{outer}}}"


def plain(name: str) -> str:
    """``name`` without what a description would read."""
    return name.replace("{", "(").replace("}", ")")
