"""Alerts and dashboards of a release by REST."""
