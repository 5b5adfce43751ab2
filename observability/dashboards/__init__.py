"""Grafana's dashboards, made from a release: the service, each agent, states and transitions, in both of its forms."""
