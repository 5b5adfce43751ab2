"""deploy/kubernetes: held to the schemas of Kubernetes, to itself, and to what the image is. No cluster is asked."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings

FOLDER = settings.BASE_DIR / "deploy/kubernetes"
BASE, EXAMPLE = FOLDER / "base", FOLDER / "overlays/example"
KUBECTL = shutil.which("kubectl")
CREATED = {"auren-settings", "auren-secrets", "auren-tls"}
"""Of these one is generated, and the others are the site's own."""


def documents(path):
    return [one for one in yaml.safe_load_all(path.read_text(encoding="utf-8")) if one]


def kustomization(folder):
    (found,) = documents(folder / "kustomization.yaml")
    return found


def resources(folder):
    """Every resource of a kustomization's own files, by kind and name."""
    own = [name for name in kustomization(folder)["resources"] if name.endswith(".yaml")]
    found = [one for name in own for one in documents(folder / name)]
    return {(one["kind"], one["metadata"]["name"]): one for one in found}


def pods(found):
    """Each workload's kind, labels and pod."""
    for (kind, name), one in found.items():
        spec = one["spec"]["jobTemplate"]["spec"] if kind == "CronJob" else one.get("spec", {})
        if "template" in spec:
            yield kind, name, spec["template"]["metadata"]["labels"], spec["template"]["spec"]


RESOURCES = resources(BASE)
PODS = list(pods(RESOURCES))


def validated(*paths: Path) -> None:
    command = [sys.executable, "-m", "kubernetes_validate", "--strict", "--no-warn", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "passed" in done.stdout + done.stderr) == (0, True), done.stdout + done.stderr


@pytest.mark.parametrize("folder", [BASE, EXAMPLE], ids=["base", "example"])
def test_each_file_is_a_resource_or_a_patch_and_none_is_forgotten(folder):
    told = kustomization(folder)
    named = {name for name in told["resources"] if name.endswith(".yaml")}
    named |= {one["path"] for one in told.get("patches", ())}
    assert named == {path.name for path in folder.glob("*.yaml")} - {"kustomization.yaml"}
    assert all((folder / name).exists() for name in told["resources"])


@pytest.mark.parametrize("folder", [BASE, EXAMPLE], ids=["base", "example"])
def test_kubernetes_knows_every_field(folder):
    validated(*(folder / name for name in kustomization(folder)["resources"] if name.endswith(".yaml")))


def test_what_is_asked_for_is_there():
    assert {name for kind, name in RESOURCES if kind == "Deployment"} == {
        "auren-web",
        "auren-worker",
        "auren-schedule",
    }
    assert {"Job", "CronJob", "Service", "PodDisruptionBudget", "NetworkPolicy"} <= {
        kind for kind, _ in RESOURCES
    }
    assert "Secret" not in {kind for kind, _ in RESOURCES}


@pytest.mark.parametrize(("kind", "name", "labels", "pod"), PODS, ids=[name for _, name, _, _ in PODS])
def test_each_pod_may_do_little_and_is_bounded(kind, name, labels, pod):
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert f"USER {pod['securityContext']['runAsUser']}\n" in (settings.BASE_DIR / "Dockerfile").read_text()
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False  # they would look like settings: AUREN_WEB_SERVICE_HOST
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }  # fmt: skip
    assert container["resources"]["limits"]["memory"]
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}
    assert {one["mountPath"] for one in container["volumeMounts"]} == {"/data", "/tmp"}  # noqa: S108 - in a container
    assert all(one["emptyDir"]["sizeLimit"] for one in pod["volumes"])
    assert labels["app.kubernetes.io/name"] == "auren"
    assert container["args"] == [container["name"]] == [labels["app.kubernetes.io/component"]]


def test_the_web_server_is_probed_where_it_answers_and_others_not():
    for _, name, _, pod in PODS:
        probes = {
            key: one["httpGet"]["path"] for key, one in pod["containers"][0].items() if key.endswith("Probe")
        }
        expected = {"startupProbe": "/livez", "livenessProbe": "/livez", "readinessProbe": "/readyz"}
        assert probes == (expected if name == "auren-web" else {})


def test_every_selector_finds_the_pods_it_is_for():
    found = [(labels, pod) for _, _, labels, pod in PODS]
    for (kind, name), one in RESOURCES.items():
        spec = one.get("spec", {})
        selector = spec.get("selector", spec.get("podSelector"))
        if selector is None or kind == "CronJob":
            continue
        wanted = selector.get("matchLabels", selector).items()
        chosen = [labels for labels, _ in found if wanted <= labels.items()]
        assert len(chosen) == (len(found) if name == "auren" else 1), (kind, name)
        if name != "auren":
            assert name == f"auren-{chosen[0]['app.kubernetes.io/component']}"


def test_every_name_that_is_referred_to_exists():
    there = {name for _, name in RESOURCES} | CREATED
    for _, _, _, pod in PODS:
        assert pod["serviceAccountName"] in there
        for source in pod["containers"][0]["envFrom"]:
            assert next(iter(source.values()))["name"] in there
    ((_, ingress),) = (item for item in resources(EXAMPLE).items() if item[0][0] == "Ingress")
    backend = ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    ports = {port["name"] for port in RESOURCES["Service", backend["name"]]["spec"]["ports"]}
    assert backend["port"]["name"] in ports


def test_settings_are_settings_and_none_is_a_secret():
    for folder in (BASE, EXAMPLE):
        for generated in kustomization(folder)["configMapGenerator"]:
            names = {literal.partition("=")[0] for literal in generated["literals"]}
            assert names <= settings.ENVIRONMENT_NAMES
            assert not any(
                re.search("KEY|PEPPER|TOKEN|DATABASE|BROKER|FORWARD_URL|PASSWORD", name) for name in names
            )


@pytest.mark.skipif(not KUBECTL, reason="needs kubectl, for kubectl kustomize")
def test_the_example_is_built_and_is_what_kubernetes_knows(tmp_path):
    built = tmp_path / "built.yaml"
    with built.open("w") as output:
        subprocess.run([str(KUBECTL), "kustomize", str(EXAMPLE)], stdout=output, check=True)
    validated(built)
    found = documents(built)
    by_name = {(one["kind"], one["metadata"]["name"]): one for one in found}
    web = by_name["Deployment", "auren-web"]["spec"]
    assert web["replicas"] == 3
    assert web["template"]["spec"]["containers"][0]["image"] == "registry.example.org/auren-admin:1.0"
    (told,) = (one["data"] for one in found if one["kind"] == "ConfigMap")
    assert told["AUREN_BEHIND_PROXY"] == "true"
    assert told["AUREN_ALLOWED_HOSTS"].startswith("admin.example.org,")
    assert {one["metadata"].get("namespace", "auren") for one in found} == {"auren"}
