"""Wires the project: settings, addresses, server, health."""
