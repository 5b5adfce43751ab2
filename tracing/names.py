"""What spans and their attributes are called. No span has an attribute that is not named here.

Semantic conventions: https://opentelemetry.io/docs/specs/semconv/http/http-spans/. Of those, what could tell
something about a person is left out on purpose: `url.path` and `url.query` (an id, a search), `client.address`,
`user_agent.original`, `server.address` (as the caller sent it), `db.query.text` and every `exception.*`.
"""

from typing import Final

SERVICE: Final = "auren-admin"
"""The service's name where neither OTEL_SERVICE_NAME nor OTEL_RESOURCE_ATTRIBUTES gives another."""

# A request: `GET /api/v1/kpis/{name}`; of what no address matches, `GET` alone
REQUEST_METHOD: Final = "http.request.method"
ROUTE: Final = "http.route"
"""The address as written in the code, never as asked for."""
STATUS_CODE: Final = "http.response.status_code"
SCHEME: Final = "url.scheme"
AGENT: Final = "auren.agent"
"""The AI agent whose token it was."""

# A job's attempt: `job releases_webhook`
JOB: Final = "job"
JOB_KIND: Final = "auren.job.kind"
JOB_ID: Final = "auren.job.id"
JOB_ATTEMPT: Final = "auren.job.attempt"
JOB_OUTCOME: Final = "auren.job.outcome"
"""`done`, `failed`, `stopped` (cancelled, or another worker has it) or `put_back` (its worker was asked to end)."""

# A statement for the database: `SELECT`
DB_SYSTEM: Final = "db.system.name"
DB_OPERATION: Final = "db.operation.name"
OMITTED: Final = "auren.statements.omitted"
"""Of a request or job: how many statements have no span, because there were so many."""

ERROR_TYPE: Final = "error.type"
"""The class of what went wrong, or the status that a caller got. What an exception says may quote a row."""

ATTRIBUTES: Final = frozenset(
    {
        REQUEST_METHOD,
        ROUTE,
        STATUS_CODE,
        SCHEME,
        AGENT,
        JOB_KIND,
        JOB_ID,
        JOB_ATTEMPT,
        JOB_OUTCOME,
        DB_SYSTEM,
        DB_OPERATION,
        OMITTED,
        ERROR_TYPE,
    }
)

METHODS: Final = frozenset("GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH QUERY".split())
OTHER_METHOD: Final = "_OTHER"


def request_method(method: str) -> str:
    """The method as an attribute: callers may invent others, and write whatever they like in them."""
    return method if method in METHODS else OTHER_METHOD


def request_span(method: str, route: str = "") -> str:
    """The name of a request's span."""
    known = method if method in METHODS else "HTTP"
    return f"{known} {route}" if route else known
