"""How large the scenarios are, and what they report."""

import json
import os
import random
import time
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from chaos.ledger import Verdict


@dataclass(frozen=True)
class Scale:
    """Numbers of the short form; `LONG` are those of the promise."""

    publishers: int = 10
    events: int = 400  # under kills of the broker
    broker_kills: int = 2
    flow_published: int = 300  # under kills of everything; a certificate makes four events
    each_failpoint: int = 2
    flow_kills: int = 30
    flow_broker_kills: int = 1
    flow_database_kills: int = 1
    database_kills: int = 5
    outage_writes: int = 1000
    recoveries: int = 5
    repeated_events: int = 60  # certificates, too, of four events each
    fault_rounds: int = 1
    fault_seconds: int = 2
    rounds: int = 1
    fuzz: int = 100  # of each kind
    poison_events: int = 600
    poison: int = 12
    replayed: int = 200
    node_kills: int = 2
    node_events: int = 500  # in one go; as many goes as there are kills for


LONG = Scale(
    publishers=100,
    events=10_000,
    broker_kills=20,
    flow_published=25_000,
    each_failpoint=50,
    flow_kills=1_000,
    flow_broker_kills=20,
    flow_database_kills=20,
    database_kills=100,
    outage_writes=50_000,
    recoveries=100,
    repeated_events=25_000,
    fault_rounds=10,
    fault_seconds=25,
    rounds=10,
    fuzz=1_000_000,
    poison_events=100_000,
    poison=1_000,
    replayed=10_000,
    node_kills=20,
    node_events=5_000,
)


def chosen() -> Scale:
    """CHAOS=long is the full length, CHAOS=0.05 a twentieth of it; without, the short form."""
    wanted = os.environ.get("CHAOS")
    if not wanted:
        return Scale()
    share = 1.0 if wanted == "long" else float(wanted)
    return Scale(
        **{each.name: max(1, round(getattr(LONG, each.name) * share)) for each in fields(Scale)}
    )


SCALE = chosen()
SHORT = Scale() == SCALE
SEED = int(os.environ.get("CHAOS_SEED") or random.randrange(10**6))


class Report:
    """One scenario's numbers: a line for people, a line of JSON for CHAOS_REPORT."""

    def __init__(self, scenario: str) -> None:
        self.scenario = scenario
        self.dice = random.Random(f"{SEED} {scenario}")  # every random choice comes from here
        self.facts: dict[str, Any] = {}
        self._began = time.monotonic()

    def judged(self, verdict: Verdict, **facts: Any) -> None:
        """Keep the numbers; fail where anything is lost, doubled or unknown."""
        self.facts |= verdict.numbers() | facts
        assert verdict.good(), f"CHAOS_SEED={SEED}: {verdict}"

    def seconds(self) -> float:
        """Since the scenario began."""
        return round(time.monotonic() - self._began, 1)

    def close(self) -> str:
        self.facts["seconds"] = self.seconds()
        if path := os.environ.get("CHAOS_REPORT"):
            line = json.dumps({"scenario": self.scenario, "seed": SEED, **self.facts})
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        told = ", ".join(f"{name} {value}" for name, value in self.facts.items())
        return f"chaos: {self.scenario} (CHAOS_SEED={SEED}): {told}"
