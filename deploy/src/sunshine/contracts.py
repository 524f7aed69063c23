"""What the services say, hear and answer, read from their code and written to docs/reference.

``python -m sunshine.contracts`` writes it anew; ``--check`` says what differs and exits 1. It needs
the development environment (apispec makes JSON Schemas of marshmallow's).
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import inspect
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from apispec import APISpec
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema, fields

from servicekit.service import EXTERNAL, Service

SERVICES = ("households", "volunteers", "notifications")
REFERENCE = Path("docs/reference")
DRAFT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True)
class EventType:
    """One type of event, by whoever publishes it (``external``: the other systems)."""

    name: str
    publisher: str
    schema: type[Schema]
    sample: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Handler:
    """One queue: what a service hears of, and its own view of the data by event type."""

    service: str
    method: str
    sources: tuple[str, ...]
    views: Mapping[str, type[Schema]]

    @property
    def queue(self) -> str:
        return f"{self.service}.{self.method}"


@dataclass(frozen=True)
class Method:
    """One call that a service answers."""

    service: str
    name: str
    arguments: type[Schema]
    returns: type[Schema] | None
    many: bool
    keyed: bool
    text: str


@dataclass
class Contracts:
    """Everything that others may rely on."""

    events: dict[str, EventType] = field(default_factory=dict)
    handlers: list[Handler] = field(default_factory=list)
    methods: list[Method] = field(default_factory=list)

    def consumers(self, event: EventType) -> list[Handler]:
        """The handlers that this event reaches."""
        return [
            handler
            for handler in self.handlers
            if event.publisher in handler.sources and event.name in handler.views
        ]


@cache
def collect() -> Contracts:
    """Read the contracts of the three services."""
    found = Contracts()
    for name in SERVICES:
        said = importlib.import_module(f"{name}.contracts")
        for type_, schema in said.PUBLISHED.items():
            found.events[type_] = EventType(type_, name, schema, said.SAMPLES.get(type_))
        for attribute, member, text in _entry_points(service_class(name)):
            first, second, third = member.contract
            if isinstance(first, tuple):
                sources = (second,) if isinstance(second, str) else tuple(second)
                found.handlers.append(Handler(name, attribute, sources, third))
            else:
                keyed = member.keyed
                found.methods.append(Method(name, attribute, first, second, third, keyed, text))
    for handler in found.handlers:
        if EXTERNAL in handler.sources:
            samples = importlib.import_module(f"{handler.service}.contracts").SAMPLES
            for type_, schema in handler.views.items():
                event = EventType(type_, EXTERNAL, schema, samples.get(type_))
                found.events.setdefault(type_, event)
    return found


def service_class(name: str) -> type[Service]:
    """The one service class of a package."""
    module = importlib.import_module(f"{name}.service")
    (found,) = (
        each
        for each in vars(module).values()
        if inspect.isclass(each) and issubclass(each, Service) and each is not Service
    )
    return found


def _entry_points(service: type[Service]) -> Iterator[tuple[str, Any, str]]:
    for name, member in inspect.getmembers(service):
        if hasattr(member, "contract"):
            yield name, member, inspect.getdoc(member) or ""


def text_of(schema: type[Schema]) -> str:
    """The class's own docstring, in one line."""
    return " ".join((schema.__dict__.get("__doc__") or "").split())


# -- JSON Schema


def json_schema(schema: type[Schema]) -> dict[str, Any]:
    """The JSON Schema 2020-12 of ``schema``; fields it does not know are for readers to skip."""
    made: dict[str, Any] = _tidy(_converter().schema2jsonschema(schema()))
    return made


def document(event: EventType) -> dict[str, Any]:
    """The JSON Schema of one event type, as a file of its own."""
    return {
        "$schema": DRAFT,
        "$id": f"urn:sunshine:{event.publisher}:{event.name}",
        "title": event.name,
        "description": text_of(event.schema),
        **json_schema(event.schema),
        **({"examples": [event.sample]} if event.sample else {}),
    }


@cache
def _converter() -> Any:
    spec = APISpec("Sunshine", "1", openapi_version="3.1.0")
    # no names, so nested schemas are written where they are used
    converter: Any = OpenAPIConverter("3.1.0", lambda _schema: None, spec)
    converter.add_attribute_function(_details)
    return converter


def _details(_self: Any, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
    """What the two fields of every event mean."""
    if field.name == "community":
        return {"description": "12-digit statistical division code"}
    if field.name == "version" and field.required:
        return {"minimum": 1, "description": "raised by one with each change of the thing"}
    return {}


def _tidy(made: Any) -> Any:
    """Plain JSON in a fixed order, open to fields that come later."""
    if isinstance(made, dict):
        return {
            key: sorted(value) if key == "required" else _tidy(value)
            for key, value in made.items()
            if key != "additionalProperties"
        }
    if isinstance(made, (list, tuple)):
        return [_tidy(value) for value in made]
    return made if made is None or isinstance(made, (bool, int, float)) else str(made)


# -- files


def pages() -> dict[str, str]:
    """Every file of the reference, by its path below docs/reference."""
    from sunshine.contract_pages import asyncapi, events_page, rpc_page

    contracts = collect()
    written = {
        f"schemas/{name}.json": json.dumps(document(event), ensure_ascii=False, indent=2) + "\n"
        for name, event in sorted(contracts.events.items())
    }
    return written | {
        "asyncapi.yaml": _yaml(asyncapi(contracts)),
        "events.md": events_page(contracts),
        "rpc.md": rpc_page(contracts),
    }


class _Dumper(yaml.SafeDumper):
    """Writes each thing in full, without anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _yaml(content: Any) -> str:
    text: str = yaml.dump(
        content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100, indent=2
    )
    return (
        f"# Generated by python -m sunshine.contracts: change the schemas, not this file.\n{text}"
    )


def differences(folder: Path) -> list[str]:
    """What is not as it should be in ``folder``, a line for each file."""
    fresh = pages()
    there = {path.relative_to(folder).as_posix() for path in folder.glob("schemas/*.json")}
    found = [f"{name}: describes nothing that exists" for name in sorted(there - fresh.keys())]
    for name, text in fresh.items():
        path = folder / name
        if not path.exists():
            found.append(f"{name}: is missing")
        elif (old := path.read_text(encoding="utf-8")) != text:
            lines = list(difflib.unified_diff(old.splitlines(), text.splitlines(), n=0))[2:]
            added = sum(line.startswith("+") for line in lines)
            removed = sum(line.startswith("-") for line in lines)
            found.append(f"{name}: {added} lines to add, {removed} to remove")
    return found


def write(folder: Path) -> None:
    """Write every file, and remove schemas of what is gone."""
    fresh = pages()
    for path in folder.glob("schemas/*.json"):
        if path.relative_to(folder).as_posix() not in fresh:
            path.unlink()
    for name, text in fresh.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m sunshine.contracts", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if they differ")
    parser.add_argument("--folder", type=Path, default=REFERENCE, help="else docs/reference")
    given = parser.parse_args(arguments)
    if not given.check:
        write(given.folder)
        return 0
    found = differences(given.folder)
    for line in found:
        print(f"{given.folder}/{line}")
    if found:
        print("The reference differs from the code; write it anew with: make contracts")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
