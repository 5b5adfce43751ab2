"""Approval from the command line: shown, switched on, and taken away with a reason by whoever runs the machine."""

import pytest

from releases import services
from releases.models import Channel, ChannelMove, ServingRevision
from tests.kpis.commands import run
from tests.releases.samples import edit, publish

pytestmark = pytest.mark.django_db


def is_required() -> bool:
    return ServingRevision.objects.get().approval_required


def test_it_is_switched_on_and_shown(first):
    assert "there are none" in run("approval")[1]
    assert "Every channel asks" in run("approval", "on")[1]
    assert is_required()


def test_off_says_why_and_is_kept_with_each_channel(first):
    services.require_approval(by=None)
    code, _, err = run("approval", "off")
    assert (code, is_required()) == (1, True)
    assert "Say why" in err
    assert run("approval", "off", "--reason", "Nobody reached")[0] == 0
    last = ChannelMove.objects.first()
    assert last is not None
    assert (last.kind, last.reason, is_required()) == ("relax", "Nobody reached", False)
    assert last.by_name.startswith("command line")


def test_a_server_with_the_setting_does_not_switch_it_off(first, settings):
    settings.REQUIRE_APPROVAL = True
    services.store_setting()
    refused = run("approval", "off", "--reason", "Nobody reached")
    assert "Take it away on every server first" in refused[2]
    assert is_required()


def test_one_channel_is_unprotected_and_protected_again(first, author):
    Channel.objects.update(is_protected=True)
    run("approval", "off", "--channel", "production", "--reason", "Nobody reached", "--as", "author")
    edit("< 25")
    assert publish(author=author).moved
    run("approval", "on", "--channel", "production")
    assert Channel.objects.get().is_protected
    assert list(ChannelMove.objects.values_list("kind", flat=True)[:3]) == ["protect", "publish", "unprotect"]
    assert ChannelMove.objects.all()[2].by_name.startswith("Ada Author (")
