"""Every setting can be given, in each way of running, and none is given in vain."""

import dataclasses
import re
from pathlib import Path

import pytest
import yaml

from sunshine.contracts import SERVICES, service_class

ROOT = Path(__file__).parents[2]
VARIABLE = re.compile(r"\$\{(\w+)[^}]*\}")


def variables(path: str) -> set[str]:
    lines = (ROOT / path).read_text().splitlines()
    return set(VARIABLE.findall("\n".join(line.partition(" #")[0] for line in lines)))


def example() -> set[str]:
    text = (ROOT / ".env.example").read_text()
    return set(re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", text, re.MULTILINE))


def settings(service: str) -> set[str]:
    kind = service_class(service).settings
    return {field.name.upper() for field in dataclasses.fields(kind)}


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_of_a_service_is_in_its_config(service: str) -> None:
    text = (ROOT / f"services/{service}/config.yml").read_text()
    keys = {key for key in yaml.safe_load(VARIABLE.sub("x", text)) if key.isupper()}
    ours = settings(service)
    assert keys - ours == set()
    # who hears no other system needs not name them
    assert ours - keys <= {"EXTERNAL_SYSTEMS"}
    assert variables(f"services/{service}/config.yml") == keys


@pytest.mark.parametrize("service", SERVICES)
def test_a_default_in_the_config_is_a_value_that_the_setting_takes(service: str) -> None:
    text = (ROOT / f"services/{service}/config.yml").read_text()
    defaults = yaml.safe_load(re.sub(r"\$\{\w+:?([^}]*)\}", r"\1", text))
    kind = service_class(service).settings
    kind.read({**defaults, "FIELD_KEY": "x"})


def test_compose_asks_for_what_the_example_has_and_for_no_more() -> None:
    asked = variables("docker-compose.yml") | set().union(*map(passed_on, SERVICES))
    assert asked - example() == set()
    assert example() - asked <= {"COMPOSE_PROFILES"}


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_of_a_service_can_be_given_in_compose(service: str) -> None:
    unset = settings(service) - environment(service).keys()
    assert unset <= {"HTTP_ADDRESS", "EXTERNAL_SYSTEMS"}  # the first is the container's own


def test_compose_gives_no_setting_that_nobody_reads() -> None:
    known = set().union(*map(settings, SERVICES))
    given = {name for service in SERVICES for name in environment(service)}
    assert given <= known


def environment(service: str) -> dict[str, str | None]:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    found: dict[str, str | None] = compose["services"][service]["environment"]
    return found


def passed_on(service: str) -> set[str]:
    """What compose hands to the container as .env has it."""
    return {name for name, value in environment(service).items() if value is None}
