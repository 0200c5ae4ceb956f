"""``bench quality`` and ``bench methods``: which way is best, by samples of the demo model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tqdm import tqdm

from ..demo.world import NAMES
from ..files.whole import replacing
from .model.ladders import wordings
from .model.settings import Settings
from .store import Store, key_of
from .told.sheet import sheet
from .told.table import Pairs, Table, write
from .told.verdict import verdict
from .work import Load, Order, do_all
from .zooms.finding import Finding
from .zooms.job import Job
from .zooms.methods import AnyRow
from .zooms.rows import reference

FINDINGS, PICTURES = "findings.jsonl", "pictures"
SHEET_SIDE = 160  # pixels of a level on the contact sheet


@dataclass(frozen=True)
class Comparison:
    """Rows, the same seeds of each, and the folder that keeps what was found."""

    rows: Sequence[AnyRow]
    seeds: int
    settings: Settings
    folder: Path
    stamp: str

    def jobs(self) -> list[Job]:
        """All rows of one seed before the next, so that a run that was stopped has whole seeds."""
        wanted = dict.fromkeys([*self.rows, *(reference(row) for row in self.rows)])
        return [Job(row, seed, self.settings) for seed in range(self.seeds) for row in wanted]

    def order(self, job: Job) -> Order:
        key = key_of(job, self.stamp)
        return Order(job, key, self.folder / PICTURES / f"{key}.jpg")

    def work(self, load: Load, processes: int) -> dict[AnyRow, Pairs]:
        """Do what is not done yet, with a bar; each row's findings beside its reference's."""
        store = Store(self.folder / FINDINGS)
        orders = {order.key: order for order in map(self.order, self.jobs())}
        missing = [order for key, order in orders.items() if store.get(key) is None]
        bar = tqdm(total=len(orders), initial=len(orders) - len(missing), unit="zoom")
        with bar:
            for finding in do_all(missing, load, processes):
                store.add(finding)
                bar.set_postfix_str(f"{finding['row']}, seed {finding['seed']}")
                bar.update()

        def known(row: AnyRow, seed: int) -> Finding:
            finding = store.get(self.order(Job(row, seed, self.settings)).key)
            assert finding is not None
            return finding

        seeds = range(self.seeds)
        return {
            row: [(known(row, s), known(reference(row), s)) for s in seeds] for row in self.rows
        }

    def report(self, results: dict[AnyRow, Pairs], sheet_seed: int = 0) -> str:
        """Write ``table.md``, ``table.csv`` and ``sheet.png``; the text of the first."""
        table = Table(results)
        text = "\n".join(
            (
                f"{self.seeds} seeds, {_words(self.settings)}; mean ± standard error.\n",
                table.markdown(),
                *(f"- {line}" for line in verdict(results)),
                "",
                "Prompts: " + "; ".join(f"{n} = {text}" for n, text in wordings().items()) + ".\n",
            )
        )
        write(self.folder / "table.md", text)
        write(self.folder / "table.csv", table.csv())
        self._sheet(sheet_seed)
        return text

    def _sheet(self, seed: int) -> None:
        strips = []
        for row in self.rows:
            job = Job(row, seed, self.settings)
            labels = [" - ".join(NAMES[name] for name in names) for names in job.ladder.names]
            labels += ["the photo"] * (row.anchor != "none")
            strips.append((row.title or row.name, labels, self.order(job).picture))
        page = sheet(strips, f"seed {seed}, {_words(self.settings)}", SHEET_SIDE)
        with replacing(self.folder / "sheet.png") as half:
            page.save(half, "PNG")


def _words(settings: Settings) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in asdict(settings).items())
