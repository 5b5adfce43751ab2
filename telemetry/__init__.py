"""Telemetry: what agents measured, what it means now, and how Prometheus and people see it."""
