"""What a farm is to make: the jobs of a file. Standard library only.

A job is known by what it is: its workflow with every change, the bits of its photo, and its name.
So the same file again names the same jobs, and two equal lines are one job.
"""

from __future__ import annotations

import copy
import functools
import hashlib
import json
import re
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from ..files.cut import cut_off
from ..headless import workflow as edit
from ..headless.workflow import Workflow
from ..setup.errors import BadInput
from ..setup.places import API_WORKFLOWS
from .grid import MOST, Point, points
from .rows import rows

ID_DIGITS, NAME_LETTERS = 12, 60
NAME_BYTES = 200  # of the 255 that a system has for a name
SEEDS = ("seed", "noise_seed")
SEED_END = 1 << 64


class Job(NamedTuple):
    """One zoom to make: ``sent`` is its workflow as JSON.

    It knows a photo by its bits, and by the name that it is to have among a server's inputs.
    """

    id: str
    name: str
    sent: str
    assigned: tuple[tuple[str, str], ...]  # nodes and inputs that the user named
    photo: Path | None
    varied: tuple[tuple[str, str], ...]  # what tells it from others of its entry
    place: str  # where in the file it stands

    @property
    def folder(self) -> str:
        """The name of the folder that its files go to; no two jobs of any file share one."""
        return f"{self.name}-{self.id}"

    def workflow(self) -> Workflow:
        """A copy of its own to be changed."""
        return json.loads(self.sent)


class Jobs(NamedTuple):
    """The jobs of a file in its order, and for each that was left out a line that says why."""

    jobs: list[Job]
    left_out: list[str]


def read_jobs(path: Path, most: int = MOST) -> Jobs:
    """The jobs of a TOML or CSV file; nothing but it and what it names in its folder is read.

    Raises ``BadInput`` for what is wrong, with its line or key, and for more than ``most`` jobs.
    """
    found: dict[str, Job] = {}
    left_out: list[str] = []
    reader = _Reader(path)
    for row in rows(path):
        for point in points(row, most):
            job = reader.job(point)
            if job.id in found:
                same = found[job.id].place
                left_out.append(f"{job.place}: the same job as {same}; it is made once")
            found.setdefault(job.id, job)
            if len(found) > most:
                raise BadInput(f"{path} has more than {most} jobs; make more files of it")
    return Jobs([*found.values()], left_out)


class _Reader:
    """Entries to jobs; each file that several name is read once."""

    def __init__(self, path: Path) -> None:
        self.path, self.folder = path, path.resolve().parent
        self.workflow = functools.cache(edit.load)
        self.digest = functools.cache(digest)

    def job(self, point: Point) -> Job:
        """The job of an entry; ``BadInput`` begins with its place."""
        try:
            return self._job(point)
        except BadInput as error:
            words = str(error)
            known = words.startswith(str(self.path))
            raise BadInput(words if known else f"{point.row.place}: {words}") from None

    def _job(self, point: Point) -> Job:
        place, values, changes = point.row
        for key, value in values.items():
            if key != "seed" and not isinstance(value, str):
                raise BadInput(f"{place}, {key}: {value!r} is no text; put it into quotes")
        if "workflow" not in values:
            raise BadInput('it names no workflow; add workflow = "text-to-zoom", or a file\'s name')
        source = self._workflow(values["workflow"])
        workflow: Workflow = copy.deepcopy(self.workflow(source))
        if "prompts" in values and "ladder" in values:
            raise BadInput("it has a ladder and a file of prompts; leave one out")
        if "prompts" in values:
            file = self._inside("prompts", values["prompts"])
            edit.write_prompts(workflow, edit.text_of(file, f"prompts {file.name}"), "prompts")
        if "ladder" in values:
            edit.write_prompts(workflow, values["ladder"], "ladder")
        if "seed" in values:
            _seed(workflow, values["seed"])
        assigned = [_assign(workflow, key, value) for key, value in changes.items()]
        photo = self._photo(workflow, values["photo"]) if "photo" in values else None
        sent = json.dumps(workflow, sort_keys=True, ensure_ascii=False)
        name = slug(values.get("name") or source.stem)
        what = json.dumps([name, sent])
        job = hashlib.sha256(what.encode("utf-8", "surrogatepass")).hexdigest()[:ID_DIGITS]
        return Job(job, name, sent, tuple(assigned), photo, point.varied, place)

    def _workflow(self, name: str) -> Path:
        shipped = API_WORKFLOWS / f"{name}.json"
        if re.fullmatch(r"[a-z0-9-]+", name) and shipped.is_file():
            return shipped
        try:
            return self._inside("workflow", name)
        except BadInput as error:
            known = ", ".join(sorted(file.stem for file in API_WORKFLOWS.glob("*.json")))
            raise BadInput(f"{error}; the workflows that ship are {known}") from None

    def _photo(self, workflow: Workflow, name: str) -> Path:
        photo = self._inside("photo", name)
        if trouble := cut_off(photo):
            raise BadInput(f"photo {name} {trouble}")
        edit.set_photo(workflow, f"farm-{self.digest(photo)}{photo.suffix.lower()}")
        return photo

    def _inside(self, key: str, name: str) -> Path:
        """A file by its name from the jobs file's folder, which it may not leave."""
        inside = there = False
        file = self.folder / name
        with suppress(OSError, ValueError, RuntimeError):  # a zero byte, a link to itself
            file = file.resolve()
            inside = file.is_relative_to(self.folder) and not Path(name).is_absolute()
            there = inside and file.is_file()
        if not inside:
            raise BadInput(f"{key} {name!r} is not below {self.folder}; put the file in there")
        if not there:
            raise BadInput(f"{key} {name!r} is no file in {self.folder}; correct the name")
        return file


def slug(name: str) -> str:
    """A name for a folder on any system: letters of any script, digits, "-" and "_" of ``name``."""
    told = unicodedata.normalize("NFC", name)  # a Mac may write the same name otherwise
    known = (c if c == "_" or unicodedata.category(c)[0] in "LMN" else "-" for c in told)
    kept = re.sub("-+", "-", "".join(known)).strip("-")[:NAME_LETTERS]
    whole = kept.encode("utf-8")[:NAME_BYTES].decode("utf-8", "ignore")
    return whole.strip("-") or "zoom"


def _seed(workflow: Workflow, seed: Any) -> None:
    """Set the seed of all nodes that have one; several keep their distance from the first."""
    try:
        wanted = int(seed) if not isinstance(seed, bool | float) else None
    except (TypeError, ValueError):  # a list, a table or a date; a text
        wanted = None
    if wanted is None or not 0 <= wanted < SEED_END:
        raise BadInput(
            f'seed: {seed!r} is no whole number from 0 on; write seed = 7, [1, 5, 9] or "1..100"'
        )
    places = [
        (value["inputs"], name)
        for value in workflow.values()
        for name in SEEDS
        if isinstance(value["inputs"].get(name), int)
    ]
    if not places:
        raise BadInput("seed: no node of the workflow has a seed of its own; leave it out")
    inputs, name = places[0]
    moved = wanted - inputs[name]
    for inputs, name in places:
        inputs[name] = (inputs[name] + moved) % SEED_END


def _assign(workflow: Workflow, key: str, value: Any) -> tuple[str, str]:
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        raise BadInput(
            f"{key}: {value!r} is no number, text or truth; put it into quotes"
        ) from None
    try:
        return edit.assign(workflow, f"{key}={text}")
    except BadInput as error:
        raise BadInput(f"{key}: {error}") from None


def digest(file: Path) -> str:
    """A photo's bits in 64 hexadecimal digits."""
    with file.open("rb") as opened:
        found = hashlib.sha256()
        while piece := opened.read(1 << 20):
            found.update(piece)
    return found.hexdigest()
