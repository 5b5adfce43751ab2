"""Observability as code: alerts, recording rules, their tests, routes and dashboards, all made from one release."""
