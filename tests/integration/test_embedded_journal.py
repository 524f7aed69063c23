"""The embedded broker's journal: what it keeps through a SIGKILL, and whom it lets in."""

import stat
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from kombu import Connection

from servicekit import embedded
from waiting import eventually

Open = Callable[[], Any]

PREPARED = """
    import sys
    from kombu import Connection
    from servicekit import embedded

    embedded.install()
    connection = Connection(sys.argv[1], transport_options={"confirm_publish": True})
    channel = connection.channel()
    channel.exchange_declare("events", "topic", durable=True, auto_delete=False)
    channel.queue_declare("kept", durable=True, auto_delete=False)
    channel.queue_bind("kept", "events", "need.#")

    def publish(number, delivery_mode=2, key="need.raised", **more):
        properties = {"message_id": str(number), "delivery_mode": delivery_mode, **more}
        message = channel.prepare_message(b"x" * 500, headers={"n": number}, properties=properties)
        channel.basic_publish(message, exchange="events", routing_key=key)
        print(number, flush=True)
"""


@pytest.fixture
def uri(tmp_path: Path) -> Iterator[str]:
    embedded.install()
    name = f"journal-{uuid4().hex[:8]}"
    yield f"embedded://{name}?journal={tmp_path / 'broker.sqlite'}"
    embedded.reset(name)


@pytest.fixture
def reopen(uri: str) -> Iterator[Open]:
    """Each call is the broker after one more restart."""
    connections: list[Connection] = []

    def reopen() -> Any:
        embedded.reset(uri.split("?", maxsplit=1)[0].removeprefix("embedded://"))
        connections.append(Connection(uri, transport_options={"confirm_publish": True}))
        return connections[-1].channel()

    yield reopen
    for connection in connections:
        connection.close()


def killed_after(uri: str, script: str, lines: int) -> list[str]:
    """What another process had said when SIGKILL met it, at work or waiting."""
    program = textwrap.dedent(PREPARED) + textwrap.dedent(script)
    command = [sys.executable, "-c", program, uri]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline().strip() for _ in range(lines)]
        process.kill()
        return [*said, *process.stdout.read().split()]


def get_all(channel: Any, queue: str = "kept") -> list[Any]:
    return list(iter(lambda: channel.basic_get(queue), None))


def ids(messages: list[Any]) -> list[str]:
    return [message.properties["message_id"] for message in messages]


def test_500_persistent_messages_survive_a_kill(uri: str, reopen: Open) -> None:
    script = "for number in range(500): publish(number)\nsys.stdin.read()"
    killed_after(uri, script, 500)
    messages = get_all(reopen())
    assert ids(messages) == [str(number) for number in range(500)]
    assert not any(message.delivery_info["redelivered"] for message in messages)
    assert {message.body for message in messages} == {b"x" * 500}


def test_every_publish_that_returned_survives_a_kill_in_the_middle(uri: str, reopen: Open) -> None:
    said = killed_after(uri, "for number in range(10**9): publish(number)", 200)
    kept = ids(get_all(reopen()))
    # one more may be on disk and not yet announced
    assert kept[: len(said)] == said
    assert len(kept) <= len(said) + 1


def test_what_was_acknowledged_stays_away_and_what_was_held_is_redelivered(
    uri: str, reopen: Open
) -> None:
    script = """
    for number in range(5): publish(number)
    messages = [channel.basic_get("kept") for _ in range(3)]
    messages[0].ack()
    messages[1].requeue()
    print("held", flush=True)
    sys.stdin.read()
    """
    killed_after(uri, script, 6)
    messages = get_all(reopen())
    assert ids(messages) == ["1", "2", "3", "4"]
    redelivered = [message.delivery_info["redelivered"] for message in messages]
    assert redelivered == [True, True, False, False]


def test_what_is_not_persistent_does_not_survive(uri: str, reopen: Open) -> None:
    script = """
    publish(1, delivery_mode=1)
    channel.queue_declare("fleeting", durable=False, auto_delete=False)
    channel.queue_declare("own", durable=True, auto_delete=False, exclusive=True)
    sys.stdin.read()
    """
    killed_after(uri, script, 1)
    channel = reopen()
    assert get_all(channel) == []
    name = channel.connection.broker.name
    assert set(embedded.queues(name)) == {"kept"}


def test_bindings_and_arguments_survive(reopen: Open) -> None:
    channel = reopen()
    channel.exchange_declare("events", "topic", durable=True, auto_delete=False)
    arguments = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead"}
    for queue, its in (("dead", {}), ("kept", arguments)):
        channel.queue_declare(queue, durable=True, auto_delete=False, arguments=its)
    channel.queue_bind("kept", "events", "need.#")
    channel.queue_bind("dead", "events", "need.#")
    channel.queue_unbind("dead", "events", "need.#")

    channel = reopen()
    channel.queue_declare("kept", durable=True, auto_delete=False, arguments=arguments)
    publish(channel, "need.raised")
    get_all(channel)[0].reject()
    (dead,) = get_all(channel, "dead")
    assert dead.headers["x-death"][0]["count"] == 1


def test_deleted_things_stay_deleted(reopen: Open) -> None:
    channel = reopen()
    channel.exchange_declare("events", "topic", durable=True, auto_delete=False)
    for queue in ("kept", "deleted"):
        channel.queue_declare(queue, durable=True, auto_delete=False)
        channel.queue_bind(queue, "events", "#")
    publish(channel, "a")
    channel.queue_delete("deleted")
    channel.queue_purge("kept")
    channel.exchange_delete("events")

    channel = reopen()
    assert embedded.queues(channel.connection.broker.name) == {"kept": embedded.QueueStats(0, 0, 0)}
    channel.queue_declare("deleted", durable=True, auto_delete=False)
    assert get_all(channel, "deleted") == []


def test_a_time_to_live_runs_on_while_nobody_runs(reopen: Open) -> None:
    channel = reopen()
    channel.queue_declare("dead", durable=True, auto_delete=False)
    arguments = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead"}
    channel.queue_declare("kept", durable=True, auto_delete=False, arguments=arguments)
    publish(channel, "kept", exchange="", expiration="50")
    publish(channel, "kept", exchange="", expiration="60000")

    channel = reopen()
    eventually(lambda: channel.queue_declare("dead", passive=True).message_count == 1)
    assert len(get_all(channel)) == 1
    channel = reopen()
    assert len(get_all(channel, "dead")) == 1


def test_a_message_that_kills_its_reader_again_and_again_is_dead_lettered(reopen: Open) -> None:
    channel = reopen()
    arguments = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead"}
    channel.queue_declare("dead", durable=True, auto_delete=False)
    channel.queue_declare(
        "kept", durable=True, auto_delete=False, arguments=arguments | {"x-delivery-limit": 2}
    )
    publish(channel, "kept", exchange="")
    counts = []
    for _ in range(3):
        (message,) = get_all(channel)
        publish(channel, "dead", exchange="")  # a later one, so that ids could clash
        counts.append(message.headers.get("x-delivery-count"))
        crash(channel)
        channel = reopen()
    assert counts == [None, 1, 2]
    assert get_all(channel) == []
    *_, dead = get_all(channel, "dead")
    assert dead.headers["x-death"][0]["reason"] == "delivery_limit"


def crash(channel: Any) -> None:
    """What the journal would see of the process's end: nothing more."""
    channel.connection.broker.journal.close()


def publish(channel: Any, key: str, exchange: str = "events", **properties: Any) -> None:
    properties = {"delivery_mode": 2, "message_id": key, **properties}
    message = channel.prepare_message(b"x", properties=properties)
    channel.basic_publish(message, exchange=exchange, routing_key=key)


def test_a_second_process_is_refused(uri: str, reopen: Open) -> None:
    reopen()
    program = textwrap.dedent(PREPARED)
    command = [sys.executable, "-c", program, uri]
    second = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert second.returncode == 1
    assert "is in use by another broker" in second.stderr.splitlines()[-1]


def test_a_second_broker_in_the_process_is_refused(uri: str, reopen: Open) -> None:
    reopen()
    other = uri.replace("embedded://", "embedded://other-")
    with Connection(other) as connection, pytest.raises(embedded.JournalError, match="in use"):
        connection.connect()


def test_one_broker_has_one_journal(uri: str, reopen: Open) -> None:
    reopen()
    with Connection(f"{uri}2") as connection, pytest.raises(embedded.JournalError, match="another"):
        connection.connect()


@pytest.mark.parametrize("content", ["not a database at all, but long enough to be one", None])
def test_a_journal_that_cannot_be_one_is_refused_at_once(
    uri: str, tmp_path: Path, content: str | None
) -> None:
    journal = tmp_path / "broker.sqlite"
    if content is None:
        journal.mkdir()
    else:
        journal.write_text(content * 100)
    with Connection(uri) as connection, pytest.raises(embedded.JournalError, match="sqlite"):
        connection.connect()


def test_a_journal_can_also_be_a_transport_option(tmp_path: Path) -> None:
    embedded.install()
    options = {"journal": str(tmp_path / "optional.sqlite"), "sync": "full"}
    name = f"journal-{uuid4().hex[:8]}"
    with Connection(f"embedded://{name}", transport_options=options) as connection:
        connection.connect()
    embedded.reset(name)
    assert (tmp_path / "optional.sqlite").exists()


def test_a_journal_is_for_its_owners_eyes_only(tmp_path: Path, reopen: Open) -> None:
    channel = reopen()
    channel.queue_declare("kept", durable=True, auto_delete=False)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}, modes
