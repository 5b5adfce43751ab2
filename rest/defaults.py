"""How the REST API is set up, for the settings file: closed by default, strict, described."""

from __future__ import annotations

from typing import Any

API_APPS = ("rest_framework", "django_filters", "drf_spectacular", "drf_spectacular_sidecar")
JSON_MAX_BYTES = 1024 * 1024
"""Of a JSON body that is stored; a whole file to be validated may be as large as an import."""


def rest_framework(*, address_rate: int, caller_rate: int, proxies: int) -> dict[str, Any]:
    """Django REST framework's settings. The rates are requests a minute."""
    return {
        "DEFAULT_AUTHENTICATION_CLASSES": [
            "bindings.authentication.TokenAuthentication",  # first: it is what a 401 asks for
            "rest_framework.authentication.SessionAuthentication",
        ],
        "DEFAULT_PERMISSION_CLASSES": ["rest.permissions.HasScope"],
        "DEFAULT_PARSER_CLASSES": ["rest.parsing.StrictJSONParser"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PAGINATION_CLASS": "rest.paging.KeysetPagination",
        "DEFAULT_SCHEMA_CLASS": "rest.schema.Schema",
        "DEFAULT_METADATA_CLASS": None,
        "DEFAULT_THROTTLE_RATES": {"address": f"{address_rate}/min", "token": f"{caller_rate}/min"},
        "EXCEPTION_HANDLER": "rest.handling.exception_handler",
        "NUM_PROXIES": proxies,
        "URL_FORMAT_OVERRIDE": None,
        "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
        "STRICT_JSON": True,
        "COMPACT_JSON": True,
    }


SPECTACULAR: dict[str, Any] = {
    "TITLE": "AUREN Admin",
    "VERSION": "1",
    "DESCRIPTION": "The registry of KPIs and the contracts of the agents that act on them. See docs/api.md.",
    "OAS_VERSION": "3.0.3",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None, "tryItOutEnabled": False},
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "SeverityEnum": ["info", "warning", "critical"],
        "RunStateEnum": "protocols.lifecycle.RunState",
        "StepStateEnum": "protocols.lifecycle.StepState",
        "OfferStateEnum": "protocols.lifecycle.OfferState",
        "ReportedStateEnum": ["started", "done", "failed", "skipped"],
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "rest.schema.share_errors",
    ],
    "SORT_OPERATIONS": True,
}
