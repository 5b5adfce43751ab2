"""Times that Django writes say their zone."""

from datetime import UTC, datetime

from django.contrib.admin.utils import display_for_field
from django.template import Context, Template

from jobs.models import Job
from kpis.templatetags.registry import when

AT = datetime(2026, 11, 29, 19, 5, tzinfo=UTC)


def test_lists_and_plain_pages_say_the_zone_of_a_moment():
    assert display_for_field(AT, Job._meta.get_field("due_at"), "-") == "29 Nov 2026, 19:05 UTC"
    assert Template("{{ at }}").render(Context({"at": AT})) == "29 Nov 2026, 19:05 UTC"


def test_a_time_that_scripts_make_relative_says_it_without_them():
    assert ">29 Nov 2026, 19:05 UTC</time>" in when(AT)
