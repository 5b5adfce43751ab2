"""The API's description: what every operation has beside its own, errors above all."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from rest.parameters import REASON_LENGTH
from rest.problems import CONTENT_TYPE
from rest.serializers import ProblemSerializer

READS = {"GET", "HEAD"}
ALWAYS = {
    "400": "A parameter or the body is wrong; `errors` says where.",
    "401": "No token, or none that counts.",
    "403": "The token's scopes, or the person's permissions, do not reach this far.",
    "406": "Only JSON is answered.",
    "429": "Too many requests; `Retry-After` says when to go on.",
    "500": "A fault of the server.",
    "503": "The database is away, busy or read-only; `Retry-After` says when to try again.",
}
ROW = {"404": "There is nothing by this name."}
BODY = {
    "413": "The body is too large.",
    "415": "The body is of another type, another encoding, or compressed.",
}
STORED = {"409": "Something uses it, was stored at the same moment, or stands in the way; `code` says which."}
CONDITION = {"412": "It was changed since.", "428": "If-Match is missing."}


class Schema(AutoSchema):
    """Adds to each operation its parameters, its errors and the headers of its answers."""

    def get_override_parameters(self) -> list[Any]:
        """The parameters that all rows, and all writes, have."""
        found: list[Any] = []
        if not hasattr(self.view, "read_scope") or not hasattr(self.view, "lookup"):
            return found
        if self.method in READS:
            said = "Only these fields, separated by commas."
            found.append(OpenApiParameter("fields", str, description=said))
            return found
        if not hasattr(self.view, "saved"):
            return found
        said = "Do everything but keep it."
        found.append(OpenApiParameter("dry_run", bool, description=said))
        said = f"Why; kept in the history. At most {REASON_LENGTH} characters."
        found.append(OpenApiParameter("change_reason", str, description=said))
        if self.method != "POST":
            said = "The ETag of what you saw."
            found.append(OpenApiParameter("If-Match", str, "header", required=True, description=said))
        return found

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """The operation with its errors and headers."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        problem = self.resolve_serializer(ProblemSerializer(), "response").ref
        for code, said in self._errors().items():
            operation["responses"].setdefault(
                code, {"description": said, "content": {CONTENT_TYPE: {"schema": problem}}}
            )
        for code, response in operation["responses"].items():
            headers = response.setdefault("headers", {})
            headers["X-Request-ID"] = _header("Names this request; a caller may send its own.")
            if code in ("429", "503"):
                headers["Retry-After"] = _header("Seconds.", "integer")
            if code in ("200", "201") and hasattr(self.view, "version") and not self._is_list_view():
                headers["ETag"] = _header("The row's version, for If-Match.")
        return operation

    def _errors(self) -> dict[str, str]:
        errors = dict(ALWAYS)
        if "{" in self.path:
            errors |= ROW
        if self.method in ("POST", "PUT", "PATCH"):
            errors |= BODY
        if hasattr(self.view, "saved") and self.method not in READS:
            errors |= STORED | (CONDITION if self.method != "POST" else {})
        if getattr(self.view, "may_conflict", False) and self.method not in READS:
            errors |= STORED | {"412": CONDITION["412"]}
        return dict(sorted(errors.items()))


def share_errors(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Say each kind of error once, for all operations: a hook of drf-spectacular's."""
    shared = result.setdefault("components", {}).setdefault("responses", {})
    for operations in result["paths"].values():
        for operation in operations.values():
            for code, response in operation["responses"].items():
                if code >= "400":
                    shared[f"Problem{code}"] = response
                    operation["responses"][code] = {"$ref": f"#/components/responses/Problem{code}"}
    result["components"]["responses"] = dict(sorted(shared.items()))
    return result


def _header(said: str, kind: str = "string") -> dict[str, Any]:
    return {"description": said, "schema": {"type": kind}}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # drf-spectacular's
    """How a token is sent, for the description."""

    target_class = "bindings.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "aur_<id>.<secret>"}
