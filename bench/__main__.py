"""`python -m bench`: measure, print the results, and optionally write them or check the goals."""

from __future__ import annotations

import argparse

import uvloop

from bench.comparison import FULL, QUICK, compare
from bench.report import goals, page
from bench.servers import ROOT


def main() -> int:
    """Returns 0, or 1 if `--check` is given and a goal is missed."""
    parser = argparse.ArgumentParser(prog="bench", description="Measure the server beside a bare proxy and FastMCP.")
    parser.add_argument("--quick", action="store_true", help="a smoke run; its numbers mean little")
    parser.add_argument("--write", action="store_true", help="write bench/RESULTS.md")
    parser.add_argument("--check", action="store_true", help="fail if a goal is missed")
    options = parser.parse_args()
    results = uvloop.run(compare(QUICK if options.quick else FULL))
    text = page(results)
    print(text)
    if options.write:
        (ROOT / "bench" / "RESULTS.md").write_text(text)
    return 1 if options.check and not all(goal.met for goal in goals(results)) else 0


if __name__ == "__main__":
    raise SystemExit(main())
