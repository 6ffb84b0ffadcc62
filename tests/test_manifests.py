"""Kubernetes without a cluster: manifests name what is there, each edge is open at both its ends and no other is."""

import json
import shutil
import subprocess
from itertools import chain, product

import pytest
import yaml

from deploy import setup
from deploy.embedded import SERVICES
from deploy.secrets import secrets_of
from presales import VERSION
from shared.kernel.settings import RECORD
from tests.support.system.commands import ROOT

K8S = ROOT / "deploy" / "k8s"
DEPLOYABLES = ("gateway", *SERVICES)
OVERLAYS = sorted(path.parent.name for path in K8S.glob("overlays/*/kustomization.yaml"))
EDGES = {
    **{("gateway", service): {8080} for service in SERVICES},
    **{(client, "db"): {5432} for client in (*SERVICES, "migrate")},
    **{(client, "nats"): {4222} for client in (*SERVICES, "migrate")},
    ("nats", "nats"): {6222},
}
"""Who reaches whom, on which ports; nobody else reaches anybody."""


def documents(*folders):
    paths = chain.from_iterable((K8S / folder).glob("*.yaml") for folder in folders)
    read = [one for path in sorted(paths) for one in yaml.safe_load_all(path.read_text())]
    return [one for one in read if one["kind"] != "Kustomization"]


def of_kind(kind, *folders):
    return {one["metadata"]["name"]: one for one in documents(*folders) if one["kind"] == kind}


@pytest.fixture(scope="module")
def secrets(tmp_path_factory):
    folder = tmp_path_factory.mktemp("secrets")
    setup.main([str(folder), "--keys-only"])
    return {one["metadata"]["name"]: set(one["data"]) for one in secrets_of(folder, "presales")}


def settings(name):
    lines = (K8S / "base" / f"{name}.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_every_deployable_runs_with_its_image_behind_a_service():
    made, services = of_kind("Deployment", "base"), of_kind("Service", "base")

    deployments = {name: one for name, one in made.items() if name != "every"}
    assert set(deployments) == set(services) == set(DEPLOYABLES)
    for name, one in deployments.items():
        [container] = one["spec"]["template"]["spec"]["containers"]
        assert container["image"] == f"presales/{name}:{VERSION}"
        assert one["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/name"] == name
        assert services[name]["spec"]["selector"] == one["spec"]["selector"]["matchLabels"]


@pytest.mark.parametrize("name", ["settings", "gateway"])
def test_what_is_set_is_known_and_every_file_is_in_the_secret(name, secrets):
    record = json.loads(RECORD.read_text())
    known = set(record["gateway"]) if name == "gateway" else {one for service in SERVICES for one in record[service]}
    deployables = ["gateway"] if name == "gateway" else SERVICES

    for variable, value in settings(name).items():
        setting = variable.removeprefix("PRESALES_").lower()
        assert setting in known or setting.removesuffix("_file") in known, variable
        for one in deployables:
            if setting.endswith("_file") and setting.removesuffix("_file") in record[one]:
                assert value.removeprefix("/run/presales/") in secrets[one], (one, variable)


def test_secrets_that_are_mounted_are_there(secrets):
    templates = [
        one["spec"]["template"]["spec"]
        for one in documents("base", "db", "nats", "overlays/large")
        if "template" in one.get("spec", {})
    ]
    volumes = [volume["secret"] for spec in templates for volume in spec.get("volumes", []) if "secret" in volume]
    variables = [
        one["valueFrom"]["secretKeyRef"]
        for spec in templates
        for container in (*spec["containers"], *spec.get("initContainers", []))
        for one in container.get("env", [])
        if "secretKeyRef" in one.get("valueFrom", {})
    ]

    assert {volume["secretName"] for volume in volumes} == {*DEPLOYABLES, "administration", "db-superuser", "nats"}
    for volume in volumes:
        assert {item["key"] for item in volume.get("items", [])} <= secrets[volume["secretName"]]
    for one in variables:
        assert one["key"] in secrets[one["name"]]


def pods():
    """What runs, by name, with its labels."""
    found = {}
    for one in documents("base", "db", "nats"):
        if one["kind"] in {"Deployment", "StatefulSet", "Job"} and one["metadata"]["name"] != "every":
            labels = one["spec"]["template"]["metadata"]["labels"]
            found[one["metadata"]["name"]] = {**labels, "app.kubernetes.io/part-of": "presales"}
    return found


def chosen(selector, labels):
    wanted = selector.get("matchExpressions", [])
    return selector.get("matchLabels", {}).items() <= labels.items() and all(
        one["operator"] == "In" and labels.get(one["key"]) in one["values"] for one in wanted
    )


def allowed(policies, pod, peer, way):
    """The ports that are open between two pods at one of their ends."""
    peers, ports = {"Ingress": "from", "Egress": "to"}[way], set()
    for one in policies:
        if way in one["policyTypes"] and chosen(one["podSelector"], pod):
            for rule in one.get(way.lower(), []):
                who = rule.get(peers, [{"podSelector": {}}])
                if any("podSelector" in each and chosen(each["podSelector"], peer) for each in who):
                    ports |= {port["port"] for port in rule["ports"]}
    return ports


def test_an_edge_is_open_at_both_ends_and_there_is_no_other():
    policies = [one["spec"] for one in of_kind("NetworkPolicy", "base").values()]
    running = pods()

    open_edges = {
        (source, target): allowed(policies, running[source], running[target], "Egress")
        & allowed(policies, running[target], running[source], "Ingress")
        for source, target in product(running, running)
    }

    assert {edge: ports for edge, ports in open_edges.items() if ports} == EDGES
    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in policies


def test_acknowledged_events_are_on_the_disk_in_every_cluster():
    for path in K8S.rglob("nats.conf"):
        assert "sync_interval: always" in path.read_text()
    large = (K8S / "overlays" / "large" / "nats.conf").read_text()
    assert large.startswith((K8S / "nats" / "nats.conf").read_text())  # and says what is a cluster's


@pytest.fixture(scope="module", params=OVERLAYS)
def rendered(request):
    kubectl = shutil.which("kubectl")
    if not kubectl:
        pytest.skip("no kubectl here: overlays are not rendered")
    told = subprocess.run(
        [kubectl, "kustomize", K8S / "overlays" / request.param], check=True, stdout=subprocess.PIPE, text=True
    )
    return list(yaml.safe_load_all(told.stdout))


def test_everything_that_runs_may_run_under_restricted_pod_security(rendered):
    for one in rendered:
        if one["kind"] not in {"Deployment", "StatefulSet", "Job"}:
            continue
        spec = one["spec"]["template"]["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False
        for container in (*spec["containers"], *spec.get("initContainers", [])):
            assert container["securityContext"] == {
                "readOnlyRootFilesystem": True,
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
            }
            assert container["resources"]["requests"]
            assert container["resources"]["limits"]["memory"]
        if one["kind"] == "Deployment":
            [app] = spec["containers"]
            assert {"startupProbe", "readinessProbe", "livenessProbe", "lifecycle"} <= app.keys()
