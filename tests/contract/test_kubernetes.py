"""The plain manifests say what the published schemas allow, and promise what the compose file promises."""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from deploy.acls import OPERATOR, principal_of

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
OBJECTS: list[dict[str, Any]] = [
    one for path in sorted(FOLDER.glob("*.yaml")) for one in yaml.safe_load_all(path.read_text(encoding="utf-8"))
]
PODS = [
    (one["metadata"]["name"], one["spec"]["template"]["spec"]) for one in OBJECTS if "template" in one.get("spec", {})
]
SERVICES = ("intake", "escalation", "notify", "reporting")


def fault_of(one: dict[str, Any]) -> str:
    """What the schema says against an object, empty where it says nothing."""
    try:
        kubernetes_validate.validate(one, kubernetes_validate.latest_version(), strict=True)
    except kubernetes_validate.ValidationError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("found", OBJECTS, ids=lambda found: f"{found['kind']} {found['metadata']['name']}")
def test_a_manifest_is_what_the_schema_allows(found: dict[str, Any]) -> None:
    """Strictly: a misspelt key is refused."""
    assert fault_of(found) == ""


def test_a_misspelt_key_would_be_found() -> None:
    """Else the test above would hold for nothing."""
    wrong = {**OBJECTS[0], "metadat": {}}

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, kubernetes_validate.latest_version(), strict=True)


@pytest.mark.parametrize(("name", "pod"), PODS, ids=[name for name, _ in PODS])
def test_a_pod_has_no_more_than_it_needs(name: str, pod: dict[str, Any]) -> None:
    """As pod security `restricted` asks, with a bound on memory, and probes for what answers."""
    (container,) = pod["containers"]

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["limits"]["memory"]
    assert name == "prepare" or {"startupProbe", "readinessProbe", "livenessProbe"} <= set(container)


@pytest.mark.parametrize(("name", "pod"), PODS, ids=[name for name, _ in PODS])
def test_a_pod_comes_as_itself_and_has_no_other_secret(name: str, pod: dict[str, Any]) -> None:
    """Its own login at the database; a worker its own principal at the brokers, an API none, as Compose and the ACLs say."""
    (container,) = pod["containers"]
    told = {one["name"]: one.get("value") for one in container.get("env", ())}
    maps = [one["configMapRef"]["name"] for one in container["envFrom"]]
    service, _, process = name.partition("-")
    principal = {"worker": principal_of(service), "": OPERATOR, "api": None}[process]

    assert [one["secret"]["secretName"] for one in pod["volumes"] if "secret" in one] == [f"bihuan-{name}"]
    assert told.get("BIHUAN_KAFKA_SASL_USERNAME") == principal
    assert maps == (["bihuan"] if principal is None else ["bihuan", "bihuan-kafka"])


def test_no_secret_is_shared_by_two_pods() -> None:
    """Else whoever reads one process reads another's login."""
    named = [one["secret"]["secretName"] for _, pod in PODS for one in pod["volumes"] if "secret" in one]

    assert sorted(named) == sorted(set(named))
    assert len(named) == len(PODS)


def test_the_job_of_the_doctor_is_the_doctor() -> None:
    """The same rights, secret and names as the pod that looks every minute; it is started by hand and answers once."""
    by_name = {(one["kind"], one["metadata"]["name"]): one.get("spec", {}) for one in OBJECTS}
    job, pod = by_name["CronJob", "doctor"], by_name["Deployment", "doctor"]["template"]["spec"]
    once = job["jobTemplate"]["spec"]["template"]["spec"]
    same = ("securityContext", "envFrom", "env", "volumeMounts", "image")

    assert job["suspend"] is True
    assert once["containers"][0]["command"] == ["bihuan", "doctor"]
    assert [once["containers"][0][name] for name in same] == [pod["containers"][0][name] for name in same]
    assert (once["volumes"], once["securityContext"]) == (pod["volumes"], pod["securityContext"])


def test_every_process_is_there_with_a_budget() -> None:
    """A worker keeps its name, so that it comes back to its slots; an API is never away as a whole."""
    kinds = {(one["kind"], one["metadata"]["name"]) for one in OBJECTS}

    for service in SERVICES:
        assert {
            ("Deployment", f"{service}-api"),
            ("StatefulSet", f"{service}-worker"),
            ("PodDisruptionBudget", f"{service}-api"),
        } <= kinds
