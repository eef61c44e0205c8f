"""The manifests of Kubernetes start what docker-compose.yml starts, with settings of the README, behind walls.

That each object is one that Kubernetes knows is asked by `./dev lint kubernetes`.
"""

import re
from pathlib import Path

import pytest

from cwg.operations.nginx_configuration import interpolated
from tests import compose_file, manifests
from tests.compose_file import ROOT, SERVICES
from tests.manifests import CONTAINERS, EXAMPLE, OBJECTS, PODS, PORTAL, container, found
from tests.test_readme import README, in_tables

PORTALS = [one for one in CONTAINERS if one.is_the_portals]
# For nginx, as `manage.py nginx_configuration` reads them; the settings that production wants besides are marked there.
NEEDED = re.findall(r"^\| `([A-Z_]+)` \* \|", README.split("Only the installation")[0], re.MULTILINE)


def named(one) -> str:
    return f"{one.app}-{one.name}"


@pytest.mark.parametrize("folder", [PORTAL, EXAMPLE], ids=lambda folder: folder.name)
def test_the_kustomization_has_every_file_of_its_folder(folder: Path):
    said = manifests.kustomization(folder)
    files = {path.name for path in folder.iterdir()} - {"kustomization.yaml"}
    generated = {name for one in said["configMapGenerator"] for name in one["envs"]}
    assert {name for name in said["resources"] if not name.startswith("..")} | generated == files
    assert all((folder / name).exists() for name in said["resources"])


def test_every_object_has_a_name_of_its_own():
    names = [(item["kind"], item["metadata"]["name"]) for item in OBJECTS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "item", [item for item in OBJECTS if item["kind"] == "Deployment"], ids=lambda i: i["metadata"]["name"]
)
def test_a_deployment_finds_its_own_pods(item: dict):
    labels = item["spec"]["template"]["metadata"]["labels"]
    assert item["spec"]["selector"]["matchLabels"].items() <= labels.items()
    others = [pod for pod in PODS if pod is not item["spec"]["template"]]
    assert not [pod for pod in others if pod["metadata"]["labels"] == labels]


def test_the_service_leads_to_ports_that_are_open():
    service = found("Service", "web")["spec"]
    open_there = {
        port["name"]: port["containerPort"]
        for one in CONTAINERS
        if {"app": one.app} == service["selector"]
        for port in one.said.get("ports", [])
    }
    assert {port["port"]: open_there[port["targetPort"]] for port in service["ports"]} == {80: 80, 443: 443}
    (disruption,) = [item for item in OBJECTS if item["kind"] == "PodDisruptionBudget"]
    assert disruption["spec"]["selector"]["matchLabels"] == service["selector"]


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_a_deployment_starts_what_compose_starts(name: str):
    given = manifests.settings(PORTAL)
    command = [
        re.sub(r"\$\((\w+)\)", lambda match: given[match[1]], word) for word in container(name, name).command
    ]
    assert [command] == compose_file.commands(name)


def test_the_web_pod_starts_what_compose_starts():
    assert [container("web", "web").command] == compose_file.commands("web")
    assert compose_file.SERVICES["nginx"]["image"] == container("web", "nginx").image


def test_the_migration_is_that_of_compose_and_each_web_pod_collects_what_it_hands_out():
    of_the_job = compose_file.of_shell(" ".join(["sh -ec", repr(container("migrate", "migrate").command[2])]))
    of_the_pod = compose_file.of_shell(" ".join(["sh -ec", repr(container("web", "static").command[2])]))
    assert of_the_job + of_the_pod[:-1] == compose_file.commands("migrate")
    assert of_the_pod[-1][:3] == ["python", "manage.py", "nginx_configuration"]
    (roles,) = compose_file.commands("roles")
    assert f"{' '.join(roles)};" in container("migrate", "roles").command[2]


def test_what_runs_every_night_is_what_compose_offers():
    assert [container("backup", "backup").command] == compose_file.commands("backup")
    assert container("verify", "verify").command == ["python", "manage.py", "verify"]
    assert "/srv/backups" in container("restore", "restore").mounts()


def test_every_service_of_the_portal_is_somewhere():
    of_compose = {
        name for name, service in SERVICES.items() if service.get("image") == SERVICES["web"]["image"]
    }
    assert of_compose == {one.name for one in PORTALS} - {"schema", "static", "verify"}


@pytest.mark.parametrize("one", PORTALS, ids=named)
def test_it_is_the_image_that_compose_builds(one):
    assert one.image == SERVICES["web"]["image"]
    (image,) = manifests.kustomization(EXAMPLE)["images"]
    assert image["name"] == one.image.partition(":")[0]


@pytest.mark.parametrize("one", CONTAINERS, ids=named)
def test_a_container_can_do_nothing_to_the_machine(one):
    walls, pod = one.said["securityContext"], one.pod["spec"]
    assert walls["allowPrivilegeEscalation"] is False
    assert walls["readOnlyRootFilesystem"] is True
    assert walls["capabilities"] == {"drop": ["ALL"]}
    everybody = pod["securityContext"]
    assert everybody["runAsNonRoot"] is True
    assert everybody["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
    assert not [volume for volume in pod["volumes"] if "hostPath" in volume]
    assert {"requests", "limits"} <= set(one.said["resources"]) and "memory" in one.said["resources"][
        "limits"
    ]


@pytest.mark.parametrize("one", PORTALS, ids=named)
def test_it_runs_as_the_user_of_the_image(one):
    dockerfile = (ROOT / ".docker/portal.Dockerfile").read_text()
    user, group = re.search(r"^USER (\d+):(\d+)$", dockerfile, re.MULTILINE).groups()
    pod = one.pod["spec"]["securityContext"]
    assert (pod["runAsUser"], pod["runAsGroup"], pod["fsGroup"]) == (int(user), int(group), int(group))
    assert not {"runAsUser", "runAsGroup"} & set(one.said["securityContext"])
    # Its services are not settings.
    assert one.pod["spec"]["enableServiceLinks"] is False


@pytest.mark.parametrize("pod", PODS, ids=lambda pod: pod["metadata"]["labels"]["app"])
def test_what_a_pod_writes_has_a_limit(pod: dict):
    for volume in pod["spec"]["volumes"]:
        if "emptyDir" in volume:
            assert "sizeLimit" in volume["emptyDir"], volume["name"]
    used = {mount["name"] for one in CONTAINERS if one.pod is pod for mount in one.said["volumeMounts"]}
    assert used == {volume["name"] for volume in pod["spec"]["volumes"]}


@pytest.mark.parametrize("folder", [PORTAL, EXAMPLE], ids=lambda folder: folder.name)
def test_every_setting_stands_in_the_readme(folder: Path):
    assert set(manifests.settings(folder)) - in_tables() == set()


def test_the_example_has_all_that_production_wants():
    given = manifests.settings(PORTAL) | manifests.settings(EXAMPLE)
    assert "ALLOWED_HOSTS" in NEEDED and "SECRET_KEY" in NEEDED
    for name in NEEDED:
        assert given.get(name) or given.get(f"{name}_FILE"), name
    assert not set(manifests.settings(PORTAL)) & set(manifests.settings(EXAMPLE))


@pytest.mark.parametrize("one", PORTALS, ids=named)
def test_each_secret_is_a_file_that_is_mounted(one):
    mounts = one.mounts()
    for setting, path in one.environment().items():
        if setting.endswith("_FILE"):
            folder, _, name = path.rpartition("/")
            assert name == setting.removesuffix("_FILE").lower()
            # Read by group, which is the pod's, and by nobody else.
            assert mounts[folder]["secret"]["defaultMode"] == 0o440, setting
    # And what is no file is no secret.
    assert not [name for name in one.environment() if f"{name}_FILE" in in_tables()]


def test_only_who_makes_tables_is_given_their_owner():
    def holding(secret: str) -> set[str]:
        return {
            named(one)
            for one in CONTAINERS
            if secret in {volume.get("secret", {}).get("secretName") for volume in one.mounts().values()}
        }

    assert holding("owner") == {"migrate-roles", "migrate-migrate", "restore-restore"}
    assert holding("administrator") == {"migrate-roles", "restore-restore"}
    assert holding("tls") == {"web-nginx"}


@pytest.mark.parametrize("app", ["web", "worker"])
def test_nobody_works_on_a_schema_that_is_not_its_own(app: str):
    first = next(one for one in CONTAINERS if one.app == app)
    assert first.begins and first.command == ["python", "manage.py", "migrate", "--check", "--plan"]


def test_nginx_reads_what_is_made_for_it_and_nothing_else():
    made, read = container("web", "static"), container("web", "nginx")
    path = compose_file.of_shell(made.command[2])[-1][-1]
    assert path == read.command[read.command.index("-c") + 1]
    folder = path.rpartition("/")[0]
    assert made.mounts()[folder] is read.mounts()[folder]
    given = manifests.settings(PORTAL)
    for setting in ("TLS_CERTIFICATE", "TLS_KEY"):
        where, _, key = given[setting].rpartition("/")
        assert read.mounts()[where]["secret"]["secretName"] == "tls"
        # As `kubectl create secret tls` names them.
        assert key in {"tls.crt", "tls.key"}
    assert made.mounts()[given["STATIC_ROOT"]] is read.mounts()[given["STATIC_ROOT"]]
    # Whom it asks, it asks in its own pod.
    assert "--web" not in made.command[2]


@pytest.mark.parametrize(("app", "name"), [("web", "web"), ("web", "nginx"), ("worker", "worker")])
def test_it_is_given_as_much_memory_as_under_compose(app: str, name: str):
    under_compose = interpolated(SERVICES[name]["mem_limit"], {})
    assert container(app, name).said["resources"]["limits"]["memory"] == f"{under_compose.upper()}i"


def test_the_web_process_begins_before_nginx_and_ends_after_it():
    web, nginx = container("web", "web"), container("web", "nginx")
    assert web.begins and web.said["restartPolicy"] == "Always" and not nginx.begins


def test_there_is_time_for_what_was_taken():
    nginx = container("web", "nginx")
    _, seconds = nginx.said["lifecycle"]["preStop"]["exec"]["command"]
    said = (ROOT / "docker-compose.yml").read_text()
    longest = max(int(found) for found in re.findall(r"^ +proxy_read_timeout (\d+)s;", said, re.MULTILINE))
    of_gunicorn = (ROOT / "cwg" / "gunicorn.py").read_text()
    graceful = int(re.search(r"^graceful_timeout = (\d+)$", of_gunicorn, re.MULTILINE)[1])
    needed = int(seconds) + longest + graceful
    assert nginx.pod["spec"]["terminationGracePeriodSeconds"] >= needed
    worker = container("worker", "worker").pod["spec"]["terminationGracePeriodSeconds"]
    assert worker == compose_file.seconds(SERVICES["worker"]["stop_grace_period"])


def test_whether_the_web_process_lives_is_asked_as_under_compose_and_not_whether_all_is_well():
    web = container("web", "web").said
    ports = {port["name"]: port["containerPort"] for port in web["ports"]}
    given = manifests.settings(PORTAL)
    assert given["CWG_BIND"] == f"0.0.0.0:{ports['web']}"
    assert given["LIVENESS_BIND"] == f"0.0.0.0:{ports['liveness']}"
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert web[probe]["httpGet"] == {"path": "/livez", "port": "liveness"}
    health = SERVICES["web"]["healthcheck"]
    assert web["livenessProbe"] == {
        "httpGet": {"path": "/livez", "port": "liveness"},
        "periodSeconds": compose_file.seconds(health["interval"]),
        "timeoutSeconds": compose_file.seconds(health["timeout"]),
        "failureThreshold": health["retries"],
    }


def test_whether_the_worker_lives_is_asked_as_under_compose():
    health = SERVICES["worker"]["healthcheck"]
    probe = container("worker", "worker").said["livenessProbe"]
    assert probe["exec"]["command"] == ["sh", "-c", health["test"][1].replace("$$", "$")]
    assert probe["timeoutSeconds"] == compose_file.seconds(health["timeout"])


def test_nginx_is_asked_for_a_file_that_there_is():
    nginx = container("web", "nginx").said
    for probe in ("readinessProbe", "livenessProbe"):
        asked = nginx[probe]["httpGet"]
        assert asked["port"] == "http" and (ROOT / asked["path"].lstrip("/")).is_file()


# --- Who reaches whom -----------------------------------------------------------------------------------------------


def policies(kind: str) -> list[dict]:
    return [
        item["spec"]
        for item in OBJECTS
        if item["kind"] == "NetworkPolicy" and item["spec"].get(kind) and item["spec"]["podSelector"]
    ]


def apps(selector: dict) -> set[str]:
    if "matchLabels" in selector:
        return {selector["matchLabels"]["app"]}
    (expression,) = selector["matchExpressions"]
    assert (expression["key"], expression["operator"]) == ("app", "In")
    return set(expression["values"])


def test_nothing_is_reached_that_is_not_said():
    assert found("NetworkPolicy", "nothing")["spec"] == {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
    }
    of_all = {pod["metadata"]["labels"]["app"] for pod in PODS}
    for kind in ("ingress", "egress"):
        for policy in policies(kind):
            assert apps(policy["podSelector"]) <= of_all
            assert policy["policyTypes"] == [kind.capitalize()]


def test_people_come_in_by_nginx_alone():
    by_anybody, by_some = set(), {}
    for policy in policies("ingress"):
        for rule in policy["ingress"]:
            for port in rule["ports"]:
                for app in apps(policy["podSelector"]):
                    if "from" in rule:
                        by_some[app, port["port"]] = rule["from"]
                    else:
                        by_anybody.add((app, port["port"]))
    # By numbers: not every network knows the names of ports of containers that begin before the others.
    ports = {port["name"]: port["containerPort"] for one in CONTAINERS for port in one.said.get("ports", [])}
    assert by_anybody == {("web", ports["http"]), ("web", ports["https"])}
    watching = [{"namespaceSelector": {"matchLabels": {"cwg-portal/watches": "true"}}}]
    assert by_some == {("web", ports["web"]): watching}


@pytest.mark.parametrize(
    ("port", "whom"),
    [
        (5432, {"web", "worker", "beat", "migrate", "backup", "verify", "restore"}),
        (6379, {"web", "worker", "beat"}),
        (443, {"web", "worker", "backup", "verify", "restore"}),
        (587, {"worker"}),
        (3310, {"web", "worker"}),
    ],
)
def test_each_service_is_reached_by_those_who_need_it(port: int, whom: set[str]):
    found = {
        app
        for policy in policies("egress")
        for rule in policy["egress"]
        if port in {one["port"] for one in rule["ports"]}
        for app in apps(policy["podSelector"])
    }
    assert found == whom
