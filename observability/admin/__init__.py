"""Alerts and dashboards in the admin: pages of a release, and how noisy it would be where one publishes."""

from observability import noise_panel

noise_panel.join()
