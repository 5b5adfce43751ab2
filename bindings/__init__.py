"""Agents, the KPIs each of them watches, what it does about them, and whom it hands over to."""
