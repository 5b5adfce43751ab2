import yaml

from contracts.release import EMPTY
from observability.dashboards.provisioning import provisioning_files
from tests.observability.dashboards.samples import OPTIONS


def test_grafana_is_told_of_prometheus_and_of_the_dashboards():
    files = {path: yaml.safe_load(text) for path, text in provisioning_files(EMPTY, OPTIONS).items()}
    [source] = files["grafana/provisioning/datasources/auren.yml"]["datasources"]
    [provider] = files["grafana/provisioning/dashboards/auren.yml"]["providers"]
    assert (source["type"], source["url"]) == ("prometheus", "$__env{PROMETHEUS_URL}")
    assert provider["options"]["path"] == "/etc/grafana/dashboards"
    assert not provider["allowUiUpdates"]
