"""How a farm ended: a table (CSV) and a contact sheet (one HTML page beside the zooms)."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import quote

from ..files.whole import replacing
from ..setup.errors import BadInput
from .jobs import Job
from .ledger import Ledger

FILMS, PICTURES = (".mp4", ".webm", ".mov"), (".png", ".jpg", ".jpeg", ".webp")
HEAD = ("job", "state", "agreement, dB", "frame", "seconds", "worker", "files", "words")
_AGREEMENT = re.compile(r"dB mean, (-?[\d.]+) dB worst")
_COLUMNS = {"agrees with the next, dB": "agreement", "frame of the next": "frame"}
_STYLE = (
    "body{font:15px system-ui,sans-serif;margin:1.5em;background:#16181c;color:#e4e6ea}"
    "main{display:grid;grid-template-columns:repeat(auto-fill,minmax(16em,1fr));gap:1em}"
    "figure{margin:0;background:#23262c;border-radius:6px;overflow:hidden}"
    "video,img,.none{width:100%;aspect-ratio:1;object-fit:cover;display:block;background:#000}"
    "figcaption{padding:.6em;overflow-wrap:anywhere}small{color:#a2a8b2}a{color:#8ab4f8}"
    ".failed{outline:2px solid #d66}"
)
# Nothing in the page runs, whatever a prompt or a server says.
_POLICY = "default-src 'none'; img-src * data: file:; media-src * file:; style-src 'unsafe-inline'"

# How a table and a page of ours begin, also where a spreadsheet has saved the table again.
_OURS = rb'^(\xef\xbb\xbf)?"?job"?[,;\t]"?state', re.escape(html.escape(_POLICY).encode())


class Line(NamedTuple):
    """What became of one job; ``agreement`` and ``frame`` are those of its worst levels."""

    job: Job
    state: str  # done, failed, open
    told: Mapping[str, Any]
    words: str

    @property
    def numbers(self) -> dict[str, float]:
        measured = {"frame": self.told["frame"]} if "frame" in self.told else {}
        return measured | numbers(self.told.get("texts") or [])


def lines(jobs: Sequence[Job], ledger: Ledger, open_: Mapping[str, str]) -> list[Line]:
    """The state of all ``jobs``; ``open_`` says of some why they are left."""
    found = []
    for job in jobs:
        failure = ledger.failure(job)
        if told := ledger.result(job):
            found.append(Line(job, "done", told, ""))
        elif failure and failure.final:
            found.append(Line(job, "failed", {}, failure.words))
        else:
            found.append(Line(job, "open", {}, open_.get(job.id, "")))
    return found


def numbers(texts: Sequence[str]) -> dict[str, float]:
    """The worst agreement and frame out of what a zoom's nodes showed; what is not there is not.

    ZoomStackReport's table has both, LaplacianBlend's line the agreement.
    """
    found: dict[str, float] = {}
    for text in texts:
        if line := _AGREEMENT.search(text):
            found.setdefault("agreement", float(line[1]))
        table = [
            [cell.strip() for cell in row.strip(" |").split("|")]
            for row in text.splitlines()
            if row.startswith("|")
        ]
        for title, name in _COLUMNS.items():
            at = table[0].index(title) if table and title in table[0] else -1
            values = [_number(row[at]) for row in table[2:] if at >= 0 and len(row) > at]
            known = [value for value in values if value is not None]
            if known:
                found[name] = min(known) if name == "agreement" else max(known)
    return found


def check_room(folder: Path, name: str) -> None:
    """``BadInput`` where a report would be written over what is none: the jobs file, it may be."""
    for file, ours in zip(_files(folder, name), _OURS, strict=True):
        try:
            with file.open("rb") as there:
                known = re.search(ours, there.read(1 << 12))
        except FileNotFoundError:
            continue
        except OSError:  # a folder, or nobody's to read
            known = None
        if not known:
            raise BadInput(
                f"{file} is no report of a farm, and the report would be written over it; give "
                "another --output, or move that file or rename the jobs file"
            )


def write(lines: Sequence[Line], folder: Path, name: str) -> tuple[Path, Path]:
    """``name``.csv and ``name``.html in ``folder``, which the zooms are in."""
    files = _files(folder, name)
    for file, text in zip(files, (table(lines), sheet(lines, name)), strict=True):
        with replacing(file) as half:
            Path(half).write_bytes(text.encode("utf-8", "replace"))
    return files


def table(lines: Sequence[Line]) -> str:
    """A line a job under a head; columns for what the grids varied stand at the end."""
    varied = [*dict.fromkeys(key for line in lines for key, _ in line.job.varied)]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*HEAD, *map(_cell, varied)])
    for line in lines:
        of, values = line.numbers, dict(line.job.varied)
        told = [of.get("agreement", ""), of.get("frame", ""), line.told.get("seconds", "")]
        told += [_cell(line.told.get("worker", "")), _cell(" ".join(line.told.get("files") or []))]
        words = [_cell(line.words), *(_cell(values.get(key, "")) for key in varied)]
        writer.writerow([line.job.folder, line.state, *told, *words])
    return text.getvalue()


def sheet(lines: Sequence[Line], title: str) -> str:
    """The contact sheet: the film or a picture of each zoom, with its numbers."""
    count = {state: sum(line.state == state for line in lines) for state in _STATES}
    told = ", ".join(f"{number} {state}" for state, number in count.items() if number)
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{_text(title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_text(_POLICY)}">'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style></head><body><h1>{_text(title)}</h1><p>{_text(told)}</p><main>\n"
        + "\n".join(map(_figure, lines))
        + "\n</main></body></html>\n"
    )


_STATES = ("done", "failed", "open")


def _figure(line: Line) -> str:
    files = [str(file) for file in line.told.get("files") or []]
    of, told = line.numbers, []
    if "agreement" in of:
        told.append(f"agreement {of['agreement']:.1f} dB")
    if "frame" in of:
        told.append(f"frame {of['frame']:.2f}")
    if "seconds" in line.told:
        told.append(f"{line.told['seconds']} s by {line.told.get('worker', '')}")
    varied = ", ".join(f"{key} = {value}" for key, value in line.job.varied)
    links = " ".join(
        f'<a href="{_text(_address(line.job, file))}">{_text(PurePosixPath(file).name)}</a>'
        for file in files
    )
    words = [varied, ", ".join(told) or line.state, line.words]
    small = "<br>".join(f"<small>{_text(each)}</small>" for each in words if each)
    return (
        f'<figure class="{line.state}">{_seen(line.job, files)}<figcaption>'
        f"{_text(line.job.folder)}<br>{small}<br><small>{links}</small></figcaption></figure>"
    )


def _seen(job: Job, files: Sequence[str]) -> str:
    film = next((file for file in files if file.lower().endswith(FILMS)), None)
    if film:
        where = _text(_address(job, film))
        return f'<video src="{where}" controls muted loop preload="metadata"></video>'
    picture = next((file for file in files if file.lower().endswith(PICTURES)), None)
    if picture:
        return f'<img src="{_text(_address(job, picture))}" loading="lazy" alt="">'
    return '<div class="none"></div>'


def _files(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / f"{name}.csv", folder / f"{name}.html"


def _address(job: Job, file: str) -> str:
    return quote(f"{job.folder}/{file}")


def _text(value: Any) -> str:
    return html.escape(str(value), quote=True)


def _cell(value: Any) -> str:
    """Text that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None
