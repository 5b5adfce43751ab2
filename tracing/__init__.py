"""Tracing: spans of requests and jobs for an OpenTelemetry collector, without anything about people."""
