"""`python -m faults [name …]`: makes each fault happen and prints its ledger.

LONG=1 is the long form, SEED=… repeats a run. Exit code 0 when every ledger adds up, 1 when one does not,
2 for a fault that does not exist, 3 when the faults cannot be made here.
"""

import importlib
import os
import pkgutil
import secrets
import signal
import sys
import time
from collections.abc import Callable, Sequence

import django
from django.core.management import call_command

import faults
from faults.ledger import Outcome
from faults.servers import Missing
from faults.stage import Stage, staged

PREFIX = "fault_"
Fault = Callable[[Stage], Outcome]


def known() -> dict[str, Fault]:
    """Every fault by its name. Its modules need Django to be set up."""
    modules = [module.name for module in pkgutil.iter_modules(faults.__path__)]
    found = [importlib.import_module(f"faults.{name}").FAULTS for name in modules if name.startswith(PREFIX)]
    return {fault.__name__: fault for group in found for fault in group}


def run(fault: Fault, stage: Stage) -> bool:
    """Make one fault happen and print what came of it; whether its ledger adds up."""
    start = time.monotonic()
    try:
        outcome = fault(stage)
    except Missing as missing:
        print(f"fault {fault.__name__} cannot be made here: {missing}", flush=True)
        return os.environ.get("CI") != "true"  # nobody would notice there that it was left out
    except TimeoutError as late:
        print(
            f"fault {fault.__name__} sent=? acknowledged=? stored=? duplicates=? lost=? seed={stage.seed} FAIL"
        )
        print(f"  {late}", *stage.log.read_text().splitlines()[-20:], sep="\n  ", flush=True)
        return False
    finally:
        stage.clear()
    outcome.notes["took"] = f"{time.monotonic() - start:.0f} s"
    print(*outcome.lines(), sep="\n", flush=True)
    if outcome.failures:
        print("", *stage.log.read_text().splitlines()[-20:], sep="\n  ", flush=True)
    return not outcome.failures


def main(wanted: Sequence[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # by way of the clean-up
    seed = int(os.environ.get("SEED") or secrets.randbelow(10**6))
    try:
        with staged(seed, long=os.environ.get("LONG") == "1") as stage:
            django.setup()
            every = known()
            unknown = set(wanted) - set(every)
            if unknown:
                print(f"No such fault: {', '.join(sorted(unknown))} (of {', '.join(every)})", file=sys.stderr)
                return 2
            call_command("migrate", verbosity=0, interactive=False)
            print(
                "on PostgreSQL" if os.environ["DATABASE_URL"] else "on SQLite: no PostgreSQL here", flush=True
            )
            results = [run(every[name], stage) for name in wanted or every]
            return 0 if all(results) else 1
    except Missing as missing:
        print(f"The faults cannot be made here: {missing}", file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
