"""Measures the figures that the product promises, in one run: `make bench`, or `python -m benchmarks chain gateway`.

Machines differ and are shared: compare the ratios and distributions, not single times. Last figures: benchmarks/RESULTS.md.
"""

import argparse
import asyncio
import os
import platform
import time

from benchmarks import (
    calibrating,
    chain,
    documents,
    estimating,
    event_path,
    gateway,
    growth,
    intake,
    lists,
    matching,
    metrics,
    quality,
    questionnaires,
    reading,
    search,
    simulation,
    statements,
    work,
)
from deploy.embedded import throwaway_folder
from deploy.system import System
from examples.demo import wait_until_ready
from tests.support.reliability.load import throwaway_system


def start_and_memory() -> None:
    """Warm start of the whole system, and its memory when idle."""
    with throwaway_folder("presales-bench-") as folder:
        system = System(folder, log_level="warning")
        system.start()
        system.stop()
        for _ in range(3):
            started = time.monotonic()
            system = System(folder, log_level="warning")
            system.start()
            wait_until_ready(system.url)
            print(f"warm start to ready: {time.monotonic() - started:.1f} s")
            time.sleep(5)
            memory = system.memory_bytes()
            system.stop()
        megabytes = {name: round(size / 2**20) for name, size in memory.items()}
        print(f"idle memory (proportional set size): {sum(megabytes.values())} MB = {megabytes}")


def _measure_alone(wanted: list[str]) -> None:
    if "start" in wanted:
        start_and_memory()
    if "event_path" in wanted:
        asyncio.run(event_path.run())
    alone = {
        "quality": quality.run,
        "matching": matching.run,
        "estimating": estimating.run,
        "calibrating": calibrating.run,
    }
    for name, measure in alone.items():
        if name in wanted:
            measure()


def main(wanted: list[str]) -> None:
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    _measure_alone(wanted)
    through_the_system = {
        "gateway": gateway.run,
        "intake": intake.run,
        "reading": reading.run,
        "questionnaires": questionnaires.run,
        "simulation": simulation.run,
        "documents": documents.run,
        "lists": lists.run,
        "metrics": metrics.run,
        "growth": growth.run,
        "chain": chain.run,
        "work": work.run,
        "search": search.run,
    }
    with_statements_counted = {"large": chain.large, "statements": statements.run}
    for name, measure in (through_the_system | with_statements_counted).items():
        if name in wanted:
            prepared = [statements.counted_services] if name in with_statements_counted else []
            with throwaway_system(*prepared, rate_limit="1000000000") as system:
                asyncio.run(measure(system))


if __name__ == "__main__":
    every = (
        "start event_path gateway quality matching estimating calibrating intake reading questionnaires simulation"
        " documents lists metrics large growth work search statements chain"
    )
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("measured", nargs="*", choices=[*every.split(), []], metavar="what", help=f"{every}; or all")
    main(parser.parse_args().measured or every.split())
