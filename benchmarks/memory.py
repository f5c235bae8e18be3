"""Memory of the orchestrator over many scenarios: it must be flat.

    python benchmarks/memory.py [SCENARIOS]

Explores the process family under fork, judged by all its requirements, and prints the resident memory of
this process after each tenth of the scenarios (10,000 unless told).
"""

import sys

import psutil
from overhead import plain_themes

from mpconform.backend import Backend
from mpconform.clock import Deadline
from mpconform.probe import probe
from mpconform.runner import Runner, workdir
from mpconform_conformance.campaign import Campaign, Cell
from mpconform_conformance.catalogue import checker_of, requirements


class Counting:
    """A runner that prints the memory now and then, and stops the campaign after enough scenarios."""

    def __init__(self, runner, most):
        self._runner = runner
        self._most = most
        self.count = 0

    def submit(self, scenario):
        self.count += 1
        if self.count % (self._most // 10) == 0:
            print(
                f"{self.count:6} scenarios {psutil.Process().memory_info().rss / 2**20:7.1f} MiB", flush=True
            )
        if self.count > self._most:
            raise KeyboardInterrupt
        self._runner.submit(scenario)

    def __getattr__(self, name):
        return getattr(self._runner, name)


def main():
    """Explore, and print."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    backend = Backend(module="multiprocessing", method="fork")
    chosen = plain_themes("process")
    asked = [(r, checker_of(r)) for r in requirements() if r.family == "process"]
    with workdir() as folder, Runner(backend, workdir=folder) as runner:
        offer = probe(backend, workdir=folder)
        cell = Cell(family="process", backend=backend, offer=offer, budget_s=3600, shrink_s=0)
        campaign = Campaign(cell, family=chosen, requirements=asked, seed=1)
        try:
            campaign.explore([Counting(runner, most)], Deadline(3600))
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
