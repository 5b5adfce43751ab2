"""The API attacked by its own description: whatever is sent, the answer is never a 500."""

from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, settings

from releases.services import publish
from tests.bindings.api.conftest import agents, bearer, unhurried  # noqa: F401 - fixtures
from tests.kpis.conftest import registry  # noqa: F401 - fixture

pytestmark = pytest.mark.slow

SCHEMA = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
SCHEMA.app = get_wsgi_application()  # what serves it asks the database for the time as soon as it is imported


@pytest.fixture
def token(agents, settings) -> str:  # noqa: F811 - the fixture
    """Of a service that may do everything, as often as it likes."""
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {
        "DEFAULT_THROTTLE_RATES": {"address": None, "token": None}
    }
    publish(author=None, message="The first ones", accepted="They are known.")
    client = bearer(
        "bindings:read", "registry:read", "registry:write", "releases:write", "metrics:read", "runs:write"
    )
    authorization: str = client.defaults["HTTP_AUTHORIZATION"]
    return authorization


@SCHEMA.parametrize()
@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    database=None,
)
def test_no_request_is_a_fault_of_ours(case: schemathesis.Case[Any], token: str):
    response = case.call(headers={"Authorization": token})
    assert response.status_code < 500, response.content
    if response.status_code >= 400:
        assert response.headers["content-type"] == ["application/problem+json"]
    assert response.headers["x-request-id"]
