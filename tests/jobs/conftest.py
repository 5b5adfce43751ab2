"""People who may see jobs, and jobs to see."""

import pytest
from django.contrib.auth.models import Permission

from jobs.kinds import KINDS, job_kind
from tests.tracing.conftest import collector, tracer  # noqa: F401 - fixtures


@pytest.fixture
def kind():
    """Register a function as the kind "test", for one test."""
    yield job_kind("test")
    KINDS.pop("test", None)


@pytest.fixture
def operator_client(editor, editor_client):
    editor.user_permissions.add(*Permission.objects.filter(content_type__app_label="jobs"))
    return editor_client


@pytest.fixture
def onlooker_client(viewer, viewer_client):
    viewer.user_permissions.add(Permission.objects.get(codename="view_job"))
    return viewer_client
