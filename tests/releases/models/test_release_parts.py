"""A release is kept in parts that releases share, and is byte for byte what it was."""

from hashlib import sha256

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from hypothesis import given
from hypothesis import strategies as st

from contracts.release import ReleaseError
from releases.models import Release, ReleasePart
from releases.models.packing import LEAST, MOST, cut, pack, unpack
from tests.releases.samples import edit, publish

LIST = "[" + ",".join(f'{{"name":"kpi_{number}","unit":"ms"}}' for number in range(20_000)) + "]"


@given(st.text('[]{},":agent x', max_size=200))
def test_the_parts_are_the_text(text):
    assert b"".join(cut(text.encode())).decode() == text
    assert unpack(pack(text.encode())).decode() == text


def test_a_long_list_is_cut_and_an_insertion_changes_a_few_parts():
    before = set(cut(LIST.encode()))
    after = set(cut(LIST.replace('"kpi_7777"', '"kpi_7777b"').encode()))
    assert len(before) > 10
    assert all(LEAST <= len(part) <= MOST + 100 for part in list(cut(LIST.encode()))[:-1])
    assert len(after - before) <= 2


def test_each_agent_begins_a_part():
    text = '{"bindings":{"ONE":{"agent":"ONE","kpis_used":[{},{}]},"TWO":{"agent":"TWO"}},"order":[]}'
    assert [part.decode() for part in cut(text.encode())] == [
        '{"bindings":{"ONE":{"agent":"ONE","kpis_used":[{},{}]},',
        '"TWO":{"agent":"TWO"}},"order":[]}',
    ]


@pytest.mark.django_db
def test_what_two_releases_share_is_kept_once(first):
    edit("< 25")
    second = publish().release
    parts = ReleasePart.objects.count()
    ReleasePart.keep(first.text)
    assert ReleasePart.objects.count() == parts
    for release in Release.objects.all():
        assert sha256(release.text.encode()).hexdigest() == release.digest
    assert second.document_parts != first.document_parts


@pytest.mark.django_db
def test_a_release_whose_part_is_gone_says_so(first):
    first.document_parts = b"?" * 32
    with pytest.raises(ReleaseError, match="part 3f3f3f3f3f3f of the release is not in the database"):
        first.as_document()


@pytest.mark.django_db(transaction=True)
def test_the_way_there_and_back_changes_no_release(first):
    before = (first.text, first.findings)
    MigrationExecutor(connection).migrate([("releases", "0007_plain_words")])
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM releases_release WHERE number = 1")
        (stored,) = cursor.fetchone()
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    again = Release.objects.get(number=1)
    assert stored == before[0]
    assert (again.text, again.findings) == before
