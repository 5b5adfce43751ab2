"""Looks for a way by which one person changes what agents get where another has to agree.

Three people, one of them a superuser, do whatever they like through the doors, in any order. The machine keeps its own
book of who put what forward and who said yes to it, and compares it with what each agent gets.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bindings.models import Agent, ApiToken
from releases import services
from releases.models import Channel, Release
from releases.models.channel import PRODUCTION
from releases.services import Refused
from releases.serving.reading import Database
from tests.conftest import signed_in
from tests.releases.admin.conftest import CHANNELS, may
from tests.releases.samples import add_agent, edit, person, publish

NAMES = ("ann", "ben", "sue")
AGENTS = ("NEUROS", "SOMNOS")
people = st.sampled_from(NAMES)
channels = st.sampled_from(("production", "production", "staging", "canary"))
numbers = st.integers(1, 4)
CONTENTS = ("< 22", "< 23", "< 24")


def followed(agent: str) -> str:
    """The channel that an agent follows, as polls find it."""
    return Database().followed(agent) or PRODUCTION


def served(agent: str) -> str:
    """The hash of what an agent gets; "" for nothing."""
    return Channel.objects.values_list("release__digest", flat=True).get(name=followed(agent)) or ""


class FourEyes(RuleBasedStateMachine):
    """``hands`` put a content forward, ``yes`` was said to it by whom; ``guarded`` names the channels that need it.

    ``had`` is what an agent got while it was guarded: that may come back.
    """

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.hands: dict[str, set[str]] = {}
        self.yes: dict[str, set[str]] = {}
        self.protected: set[str] = set()
        self.asked: dict[str, str] = {}
        self.is_required = False
        self.had: dict[str, set[str]] = {agent: set() for agent in AGENTS}
        self.users = {name: make(name) for name in NAMES}
        self.clients = {name: signed_in(user) for name, user in self.users.items()}
        self.gone: set[str] = set()
        self.seen: dict[str, tuple[bool, str]] = {}
        self.maker = "ben"
        token = ApiToken(name="ci", scopes=["releases:write"], author=self.users[self.maker])
        self.program = Client(headers={"authorization": f"Bearer {token.new_secret()}"})
        token.save()

    def teardown(self) -> None:
        django_settings.REQUIRE_APPROVAL = False
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    # The book

    def is_guarded(self, agent: str) -> bool:
        return self.is_required or followed(agent) in self.protected

    def look(self) -> dict[str, tuple[bool, str]]:
        return {agent: (self.is_guarded(agent), served(agent)) for agent in AGENTS}

    def judge(self, *, were_two: bool = False) -> None:
        """Nobody alone changed what a guarded agent gets, nor that it is guarded."""
        rows = set(Channel.objects.filter(is_protected=True).values_list("name", flat=True))
        if were_two:
            self.protected &= rows
        assert self.protected <= rows, f"{self.protected - rows} lost its protection by one person"
        self.protected |= rows
        before, self.seen = self.seen, self.look()
        for agent, (was_guarded, digest) in before.items():
            is_guarded, now = self.seen[agent]
            if was_guarded:
                self.had[agent].add(digest)
                assert is_guarded or were_two, f"{agent} is not guarded any more"
                assert now == digest or self.is_agreed(agent, now), f"{agent} gets what one person wants"
            if not is_guarded:
                self.had[agent] = set()

    def is_agreed(self, agent: str, digest: str) -> bool:
        yes = self.yes.get(digest, set())
        return digest in self.had[agent] or bool(yes and len(yes | self.hands.get(digest, set())) > 1)

    def actor(self, name: str) -> str:
        return next(one for one in (name, "sue") if one not in self.gone)

    def release(self, number: int) -> Release:
        """One of those that are there, counted from the newest."""
        found = list(Release.objects.light()[:number])
        return found[-1]

    def note_hands(self, who: str) -> None:
        newest = Release.objects.first()
        if newest:
            self.hands.setdefault(newest.digest, set()).add(who)

    # What people do

    @initialize(mode=st.sampled_from(("protected", "required", "neither")))
    def begin(self, mode: str) -> None:
        if mode == "protected":
            Channel.objects.filter(name="production").update(is_protected=True)
        services.create_channel(name="staging")
        self.seen = self.look()
        self.judge()
        self.start_server(mode == "required")

    @rule(is_on=st.sampled_from((False, False, True)))
    def start_server(self, is_on: bool) -> None:
        """The next requests go to a server with this setting."""
        django_settings.REQUIRE_APPROVAL = is_on
        getattr(services, "store_setting", bool)()
        self.is_required |= is_on
        self.judge()

    @rule(who=people, channel=channels, content=st.sampled_from(CONTENTS), is_program=st.booleans())
    def publish(self, who: str, channel: str, content: str, is_program: bool) -> None:
        who = self.actor(who)
        count = Release.objects.count()
        edit(content)
        if is_program:
            who = who if self.maker in self.gone else self.maker  # nobody else has it while its maker does
            body = {"message": "Because.", "accepted": "Known.", "channel": channel}
            self.program.post("/api/v1/releases/", body, content_type="application/json")
        else:
            quietly(publish, author=self.users[who], channel=channel)
        if Release.objects.count() > count:
            self.note_hands(who)
        self.judge()

    @rule(
        who=people, number=numbers, verdict=st.sampled_from(("approved", "approved", "rejected", "changes"))
    )
    def say(self, who: str, number: int, verdict: str) -> None:
        who = self.actor(who)
        release = self.release(number)
        said = release.approvals.count()
        quietly(services.say, release=release, person=self.users[who], verdict=verdict, note="So.")
        if verdict == "approved" and release.approvals.count() > said:
            self.yes.setdefault(release.digest, set()).add(who)
        self.judge()

    @rule(who=people, channel=channels, number=numbers)
    def move(self, who: str, channel: str, number: int) -> None:
        quietly(services.move, channel=channel, release=self.release(number), by=self.users[self.actor(who)])
        self.judge()

    @rule(channel=channels, content=st.sampled_from(CONTENTS))
    def publish_together(self, channel: str, content: str) -> None:
        """As it is meant: one proposes, another approves and has the channel go there."""
        self.publish("ann", channel, content, False)
        self.say("ben", 1, "approved")
        self.move("ben", channel, 1)

    @rule(who=people, channel=channels, is_protected=st.booleans())
    def make_channel(self, who: str, channel: str, is_protected: bool) -> None:
        data = {"name": channel} | ({"is_protected": "on"} if is_protected else {})
        self.clients[self.actor(who)].post(f"{CHANNELS}add/", data)
        self.judge()

    @rule(who=people, channel=channels, is_protected=st.booleans(), agents=st.sets(st.sampled_from(AGENTS)))
    def save_channel(self, who: str, channel: str, is_protected: bool, agents: set[str]) -> None:
        row = Channel.objects.filter(name=channel).first()
        if row is None:
            return
        who = self.actor(who)
        data: dict[str, Any] = {"agents": list(agents)} | ({"is_protected": "on"} if is_protected else {})
        answer = self.clients[who].post(f"{CHANNELS}{row.pk}/change/", data)
        if answer.status_code == 302 and row.is_protected and not is_protected:
            self.asked.setdefault(channel, who)
        elif is_protected and not row.is_protected:
            self.asked.pop(channel, None)
        self.judge()

    @rule(who=people, channel=st.sampled_from(("staging", "staging", "canary")), is_protected=st.booleans())
    def lead_all_agents(self, who: str, channel: str, is_protected: bool) -> None:
        """Have them follow another channel, protected with the same form or not."""
        self.save_channel(who, channel, is_protected, set(AGENTS))

    @precondition(lambda self: self.asked)
    @rule(who=people, channel=channels, answer=st.sampled_from(("confirm", "confirm", "keep")))
    def settle(self, who: str, channel: str, answer: str) -> None:
        who = self.actor(who)
        were_two = answer == "confirm" and self.asked.get(channel, who) != who
        done = self.clients[who].post(f"{CHANNELS}{channel}/unprotect/", {"answer": answer})
        if done.status_code == 302 and (were_two or answer == "keep"):
            self.asked.pop(channel, None)
        self.judge(were_two=were_two)

    @rule(who=people, channel=channels)
    def delete_channel(self, who: str, channel: str) -> None:
        row = Channel.objects.filter(name=channel).first()
        if row:
            self.clients[self.actor(who)].post(f"{CHANNELS}{row.pk}/delete/", {"post": "yes"})
        if not Channel.objects.filter(name=channel).exists():
            assert channel not in self.protected
            self.asked.pop(channel, None)
        self.judge()

    @precondition(lambda self: len(self.gone) < 2)
    @rule(who=st.sampled_from(("ann", "ben")))
    def delete_account(self, who: str) -> None:
        if who not in self.gone:
            self.users[who].delete()
            self.gone.add(who)
        self.judge()

    @rule(agent=st.sampled_from(AGENTS))
    def lose_an_agents_row(self, agent: str) -> None:
        """An editor deletes it from the roster and makes it anew."""
        row = Agent.objects.filter(name=agent).first()
        if row and not row.asked_by.exists():
            row.delete()
            add_agent(agent)
        self.judge()


def quietly(act: Callable[..., Any], **options: Any) -> None:
    """Try it; a refusal is as good as anything."""
    with suppress(Refused):
        act(**options)


def make(name: str) -> User:
    if name == "sue":
        return User.objects.create_superuser(name)
    user = may(person(name), "releases")
    user.groups.add(Group.objects.get(name="publisher"))
    return user


@pytest.mark.slow
@pytest.mark.django_db
def test_no_one_person_alone_changes_what_agents_get(first, settings):
    settings.REQUIRE_APPROVAL = False
    run_state_machine_as_test(FourEyes, settings=EFFORT)


EFFORT = settings(
    max_examples=30,
    stateful_step_count=25,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink),
)
