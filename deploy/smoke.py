"""The part of the smoke test that has no command: certify, match, accept, see what came of it."""

import os
from datetime import timedelta
from pathlib import Path

from servicekit import clock
from sunshine.cli import console  # makes sockets cooperative: before anything opens one
from sunshine.place import Place
from sunshine.sample import COMMUNITY, COORDINATOR, certify, find_examples
from sunshine.system import Remote, connect, settle

place = Place(Path("var"), os.environ["SUNSHINE_AMQP_URI"])
with connect(place) as system:
    assert isinstance(system, Remote)
    certify(place.broker, find_examples())
    settle(system)
    system.call("volunteers", "match", community=COMMUNITY, dry_run=False)
    proposed = {"community": COMMUNITY, "state": "proposed", "page": 1, "size": 1}
    found = system.call("volunteers", "find_pairings", **proposed)
    pairing, need = found["items"][0]["id"], found["items"][0]["need"]
    coordinator = system.acting(COORDINATOR, "coordinator", COMMUNITY)
    coordinator.call("volunteers", "accept_pairing", pairing=pairing)
    starts_on = (clock.now().date() + timedelta(days=1)).isoformat()
    coordinator.call("volunteers", "start_pairing", pairing=pairing, starts_on=starts_on)
    settle(system)
    assert system.call("households", "get_need", need=need)["status"] == "matched"
    told = system.call("notifications", "summary", community=COMMUNITY)["items"]
    assert any(row["template"].startswith("pairing") for row in told), told
    console.print(f"{found['total']} pairings proposed; {pairing} started; its need is matched")
