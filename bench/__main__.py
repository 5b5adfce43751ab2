"""`python -m bench [area …]`: runs bench/bench_<area>.py and prints its figures.

Exit code 0 when every figure reaches its goal, 1 when one falls short or cannot be measured here, 2 for an area
that does not exist.
"""

import importlib
import pkgutil
import sys
from collections.abc import Sequence

import bench
from bench.figures import CannotMeasure, Figure, printed

PREFIX = "bench_"


def areas() -> list[str]:
    names = (module.name for module in pkgutil.iter_modules(bench.__path__))
    return sorted(name.removeprefix(PREFIX) for name in names if name.startswith(PREFIX))


def main(wanted: Sequence[str]) -> int:
    unknown = set(wanted) - set(areas())
    if unknown:
        print(f"No such area: {', '.join(sorted(unknown))} (of {', '.join(areas())})", file=sys.stderr)
        return 2
    figures: list[Figure] = []
    is_complete = True
    for area in wanted or areas():
        module = importlib.import_module(f"bench.{PREFIX}{area}")
        try:
            figures += printed(module.run())
        except CannotMeasure as why:
            print(f"bench {area} is not measured: {why}", file=sys.stderr)
            is_complete = False
    return 0 if is_complete and all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
