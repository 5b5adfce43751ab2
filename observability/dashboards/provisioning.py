"""What tells a Grafana of one's own where Prometheus is and where the dashboards lie.

https://grafana.com/docs/grafana/latest/administration/provisioning/
"""

from __future__ import annotations

from typing import Final

from contracts.release import ReleaseDocument
from observability.options import ExportOptions, Files

DATASOURCE: Final = """\
# Made by AUREN Admin. Goes to provisioning/datasources of Grafana, which reads PROMETHEUS_URL from its environment.
apiVersion: 1

prune: true

datasources:
  - name: Prometheus
    uid: prometheus
    type: prometheus
    access: proxy
    url: $__env{PROMETHEUS_URL}
    isDefault: true
    editable: false
    jsonData:
      httpMethod: POST
      timeInterval: 15s  # as deploy/prometheus.yml scrapes: what rates are worked out over follows from it
"""
PROVIDER: Final = """\
# Made by AUREN Admin. Goes to provisioning/dashboards of Grafana; grafana/dashboards is mounted at the path below.
apiVersion: 1

providers:
  - name: AUREN
    folder: AUREN
    type: file
    allowUiUpdates: false  # what is changed by hand would be gone with the next export
    disableDeletion: false
    updateIntervalSeconds: 30
    options:
      path: /etc/grafana/dashboards
"""


def provisioning_files(document: ReleaseDocument, options: ExportOptions) -> Files:
    """Grafana's own configuration; the same for every release."""
    return {
        "grafana/provisioning/dashboards/auren.yml": PROVIDER,
        "grafana/provisioning/datasources/auren.yml": DATASOURCE,
    }
