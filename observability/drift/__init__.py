"""Drift: where what Prometheus and Grafana have loaded is not what a release gives, and why."""
