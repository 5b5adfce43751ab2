"""What agents and people say of the same runs at once, each thread with a connection of its own; on both databases.

As a program (``python -m tests.protocols.at_once``) it makes a database, does all of it and prints what came of it.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import timedelta
from typing import Any

from contracts.evaluation import micros
from tests.telemetry.at_once import at_once

TIMES = 16


def outcome(work: Any) -> str:
    """What somebody was told: that it is done, or why not."""
    from protocols.errors import RunError

    try:
        work()
    except RunError as error:
        return error.code
    return "done"


def same_report() -> dict[str, Any]:
    """One step reported by 16 at once, half of them that it was done, half that it failed."""
    from protocols.models import ProtocolRun
    from tests.protocols.samples import opened, reported

    run = opened(user_id="same")

    def work(n: int) -> str:
        state, note = ("done", "Done.") if n % 2 else ("failed", "No.")
        return outcome(lambda: reported(ProtocolRun.objects.get(pk=run.pk), 1, state, note=note))

    told = Counter(at_once(work, TIMES))
    step = run.steps.get(number=1)
    return {"told": dict(told), "one of them": step.note == ("Done." if step.state == "done" else "No.")}


def steps_in_any_order() -> dict[str, Any]:
    """Both actions, a step of its own and the end of them all, at once: each hand-off is offered once."""
    from protocols.lifecycle import StepState
    from protocols.models import HandOffOffer, ProtocolRun
    from protocols.services.reporting import Report, report_undeclared
    from tests.protocols.samples import NOW, opened, reported

    run = opened(user_id="steps")

    def work(n: int) -> str:
        own = ProtocolRun.objects.get(pk=run.pk)
        if n % 3:
            return outcome(lambda: reported(own, n % 3))
        report = Report(StepState.DONE, micros(NOW), "It seemed wise.")
        return outcome(
            lambda: report_undeclared(run.pk, "call_the_coach", report, agent="NEUROS", now=micros(NOW))
        )

    told = Counter(at_once(work, TIMES))
    numbers = list(run.steps.order_by("number").values_list("number", flat=True))
    return {
        "told": dict(told),
        "numbers": numbers,
        "offers": HandOffOffer.objects.filter(step__run=run).count(),
        "children": ProtocolRun.objects.filter(root=run).count(),
    }


def answers() -> dict[str, Any]:
    """Two agents answer two hand-offs of one run, yes and no, while the run's own agent goes on."""
    from protocols.models import ProtocolRun
    from protocols.services.reporting import answer_hand_off
    from tests.protocols.samples import NOW, opened, reported

    run = opened(user_id="answers")
    reported(run, 1)
    reported(run, 2)
    children = list(ProtocolRun.objects.filter(root=run).order_by("pk"))

    def work(n: int) -> str:
        child = children[n % 2]
        yes = n % 4 < 2
        now = micros(NOW + timedelta(minutes=1))
        return outcome(
            lambda: answer_hand_off(
                child.pk, accept=yes, words="" if yes else "No.", agent=child.agent, now=now
            )
        )

    told = Counter(at_once(work, TIMES))
    states = ProtocolRun.objects.filter(root=run).order_by("pk").values_list("state", "offer__state")
    run.refresh_from_db()
    return {"told": dict(told), "children": [list(one) for one in states], "run": run.state}


def people() -> dict[str, Any]:
    """People who override and take over one run at once, while its agent reports."""
    from protocols.models import Intervention, ProtocolRun
    from protocols.services.deciding import Decision, Kind, decide
    from tests.protocols.samples import NOW, opened, reported

    run = opened(user_id="people")

    def work(n: int) -> str:
        if n % 4 == 0:
            return outcome(lambda: reported(ProtocolRun.objects.get(pk=run.pk), 1 + n % 2, "done"))
        kind = (Kind.TAKE_OVER, Kind.OVERRIDE, Kind.COMMENT)[n % 4 - 1]
        decision = Decision(kind, 0, "known", "I know.")
        return outcome(
            lambda: decide(run.pk, decision, user=None, author_name=f"person {n}", now=micros(NOW))
        )

    told = Counter(at_once(work, TIMES))
    run.refresh_from_db()
    return {
        "told": dict(told),
        "said": Intervention.objects.filter(run=run).count(),
        "state": run.state,
        "open steps": run.steps.filter(state__in=("pending", "started")).count(),
        "children open": ProtocolRun.objects.filter(
            root=run, state__in=("offered", "waiting", "active")
        ).count(),
    }


def verdicts() -> dict[str, Any]:
    """People who judge one deviation at once, two of them each saying the same: everybody is on the record, once."""
    from protocols.models import Deviation, Intervention
    from protocols.services.verdicts import Verdict, judge_deviation
    from tests.protocols.samples import MINUTE, NOW, opened, reported

    run = opened(user_id="verdicts")
    reported(run, 1, now=NOW + 17 * MINUTE)
    choices = Deviation.Judgement.values

    def work(n: int) -> str:
        own = n // 2
        verdict = Verdict(1, "RUN003", choices[own % 3], f"So thinks {own}.")
        now = micros(NOW + 20 * MINUTE)
        return outcome(
            lambda: judge_deviation(run.pk, verdict, user=None, author_name=f"person {own}", now=now)
        )

    told = Counter(at_once(work, TIMES))
    one = Deviation.objects.get(run=run, place=1, rule="RUN003")
    said = list(Intervention.objects.filter(run=run).order_by("pk").values_list("words", flat=True))
    last = f"RUN003, {one.get_judgement_display()}: {one.judged_words}"
    return {"told": dict(told), "people": len(set(said)), "last": last == said[-1]}


def recovery() -> dict[str, Any]:
    """Steps are reported while the value recovers and falls again: each report counts, each episode has one run."""
    from protocols.models import ProtocolRun, Step
    from tests.protocols.samples import NOW, observation, opened, reported, told

    users = [f"well-{n}" for n in range(4)]
    runs = {user: opened(user_id=user) for user in users}

    def work(n: int) -> str:
        user = users[n % 4]
        at = NOW + timedelta(seconds=n + 1)
        if n // 4 % 2:
            told(observation(60 if n < 8 else 18, at=at, user_id=user), now=NOW + timedelta(minutes=1))
            return "measured"
        own, later = ProtocolRun.objects.get(pk=runs[user].pk), NOW + timedelta(minutes=1)
        return outcome(lambda: reported(own, 1, at=NOW, now=later, note="Told."))

    said = Counter(at_once(work, TIMES))
    done = Step.objects.filter(run__in=[run.pk for run in runs.values()], number=1)
    mine = ProtocolRun.objects.filter(subject__user_id__in=users, offer=None)
    return {
        "told": dict(said),
        "done": done.filter(state="done").count(),
        "going on": [mine.filter(subject__user_id=user, episode_ended=None).count() for user in users],
        "episodes": [mine.filter(subject__user_id=user).count() for user in users],
    }


def everything() -> dict[str, Any]:
    """All of it, and whether what was counted agrees with what is stored."""
    from protocols.models import ProtocolRun
    from telemetry.models import Tally

    found: dict[str, Any] = {
        "same report": same_report(),
        "steps": steps_in_any_order(),
        "answers": answers(),
        "people": people(),
        "verdicts": verdicts(),
        "recovery": recovery(),
    }
    counted = Tally.objects.filter(name="protocol_runs", what="opened").values_list("count", flat=True)
    found["opened"] = [sum(counted), ProtocolRun.objects.count()]
    return found


def main() -> None:
    """On a database of its own."""
    import django

    django.setup()
    from django.core.management import call_command

    from tests.protocols.samples import publish_protocol
    from tests.telemetry.samples import make_settings

    call_command("migrate", verbosity=0)
    make_settings()
    publish_protocol()
    sys.stdout.write(json.dumps(everything()))


if __name__ == "__main__":
    main()
