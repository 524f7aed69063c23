"""What is promised about messages, on RabbitMQ (both kinds of queue) and embedded."""

# ruff: noqa: I001 (trial patches the process for eventlet first)
from trial import PARKED, Keeper, Maker, Stage, gates, kept_by, settled, staged, tries

import json
from datetime import timedelta

import eventlet
import pytest
import sqlalchemy as sa

from servicekit import clock, db
from servicekit.errors import Conflict
from servicekit.publishing import BROKER_ERRORS
from waiting import eventually

stage = pytest.fixture(params=["embedded", "classic", "quorum"])(staged)


def test_an_event_committed_with_its_change_reaches_its_handler_once(stage: Stage) -> None:
    with stage.running(Maker, Keeper):
        assert stage.call("maker", "make", thing="t1") == "t1"
        eventually(kept_by(stage, "t1"))
        eventually(lambda: stage.things("maker", "noted") == ["t1"])
        eventually(lambda: stage.status("maker")["outbox"] == 0)
    assert settled(stage)
    assert tries["t1"] == 1


def test_a_change_that_fails_sends_no_event(stage: Stage) -> None:
    with stage.running(Maker, Keeper):
        with pytest.raises(Conflict):
            stage.call("maker", "make", thing="half-1")
        stage.call("maker", "make", thing="t1")
        eventually(kept_by(stage, "t1"))
    assert stage.things("maker", "made") == ["t1"]
    assert tries["half-1"] == 0


def test_one_trace_runs_from_the_call_through_both_events(stage: Stage) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    context = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    with stage.running(Maker, Keeper):
        stage.client.call("maker", "make", context=context, thing="t1")
        eventually(lambda: stage.things("maker", "noted") == ["t1"])
    for url in stage.databases.values():
        with sa.create_engine(url).connect() as connection:
            assert set(connection.scalars(sa.text("SELECT trace FROM thing"))) == {trace}


def test_an_event_delivered_five_times_is_applied_once(stage: Stage) -> None:
    with stage.running(Keeper):
        for _ in range(5):
            stage.wire.things("t1")
        stage.wire.things("t2")
        eventually(kept_by(stage, "t1", "t2"))
        eventually(lambda: settled(stage))
    assert settled(stage)
    assert tries["t1"] == 1


def test_an_event_delivered_again_after_a_restart_is_not_applied_again(stage: Stage) -> None:
    for name in ("t2", "t3"):
        with stage.running(Keeper):
            stage.wire.things("t1", name)
            eventually(kept_by(stage, "t1", *{"t2", name}))
    assert stage.kept() == ["t1", "t2", "t3"]
    assert tries["t1"] == 1


def test_a_failing_event_is_tried_again_while_the_good_ones_flow_on(stage: Stage) -> None:
    stage.delays = ("0.1", "3")
    with stage.running(Keeper):
        stage.wire.things("later-1")
        eventually(lambda: stage.wire.waiting("keeper.keep.retry.3000") == 1)
        stage.wire.things("t1", "t2")
        eventually(kept_by(stage, "t1", "t2"), timeout=2)
        assert stage.wire.waiting("keeper.keep.retry.3000") == 1
        gates["later-1"].send()
        eventually(kept_by(stage, "later-1", "t1", "t2"))
    assert tries["later-1"] == 3
    stage.wire.delete("keeper.keep.retry.3000")


def test_only_the_try_that_succeeds_sends_events(stage: Stage) -> None:
    with stage.running(Maker, Keeper):
        stage.call("maker", "make", thing="later-1")
        eventually(lambda: tries["later-1"] == 2)
        gates["later-1"].send()
        eventually(lambda: stage.things("maker", "noted") == ["later-1"])
        with db.create_engine(stage.databases["keeper"]).connect() as connection:
            assert connection.scalar(sa.select(sa.func.count()).select_from(db.inbox)) == 1
    assert stage.kept() == ["later-1"]


def test_a_bad_event_in_a_batch_does_not_fail_the_rest(stage: Stage) -> None:
    good = [f"t{number}" for number in range(40)]
    with stage.running(Keeper):
        stage.wire.things("slow-1")
        eventually(lambda: tries["slow-1"] == 1)  # what comes now makes one batch
        stage.wire.things(*good[:20], "bad-1", "wrong-1", *good[20:])
        stage.wire.publish(b"garbage")
        gates["slow-1"].send()
        eventually(kept_by(stage, "slow-1", *good))
        eventually(lambda: stage.wire.waiting(PARKED) == 3)
    assert settled(stage)


def test_an_event_that_no_queue_wants_is_reported_and_goes_out_when_one_does(stage: Stage) -> None:
    with stage.running(Maker):
        stage.call("maker", "lose", thing="t1")
        eventually(lambda: stage.status("maker")["unroutable"] == 1)
        assert (
            'sunshine_events_unroutable_total{service="maker"' in stage.get("maker", "metrics")[1]
        )
        stage.wire.listen("ear", "maker.events", "thing.lost")
        clock.travel(clock.now() + timedelta(minutes=2))
        eventually(lambda: stage.wire.waiting("ear") == 1)
        eventually(
            lambda: (stage.status("maker")["outbox"], stage.status("maker")["unroutable"]) == (0, 0)
        )
    heard = stage.wire.take("ear")
    assert json.loads(heard.body)["thing"] == "t1"
    assert heard.headers["ce-id"] == "thing.lost:t1:1"


def test_a_stop_lets_the_handler_finish_and_acknowledges_its_event(stage: Stage) -> None:
    with stage.running(Keeper):
        stage.wire.things("slow-1")
        eventually(lambda: tries["slow-1"] == 1)
        stopping = eventlet.spawn(stage.host.containers["keeper"].stop)
        eventlet.sleep(0)
        assert not stopping.dead
        gates["slow-1"].send()
        stopping.wait()
        stage.host.containers["keeper"].started = True  # it was us who stopped it
    assert stage.kept() == ["slow-1"]
    with stage.running(Keeper):
        stage.wire.things("t1")
        eventually(kept_by(stage, "slow-1", "t1"))
    assert tries["slow-1"] == 1


def test_a_queue_that_was_deleted_comes_back(stage: Stage) -> None:
    with stage.running(Keeper):
        stage.wire.delete("keeper.keep")
        eventually(lambda: heard(stage, "t1"))
        eventually(kept_by(stage, "t1"))


def heard(stage: Stage, name: str) -> bool:
    """Whether a thing finds a queue; until then publishing fails, for it is mandatory."""
    try:
        stage.wire.things(name)
    except BROKER_ERRORS:
        return False
    return True


def test_a_channel_that_the_broker_closed_is_opened_again(stage: Stage) -> None:
    with stage.running(Keeper):
        inbound = stage.host.extension("keeper", "database").inbound
        for consumer in inbound._consumers:
            consumer.channel.basic_ack(999)  # unknown there; a handler too slow ends the same way
        eventually(lambda: heard(stage, "t1"))
        eventually(kept_by(stage, "t1"))


def test_a_queue_that_exists_with_other_arguments_ends_the_start_at_once(stage: Stage) -> None:
    with stage.wire.channel() as channel:
        arguments = {"x-queue-type": stage.queue_type, "x-expires": 60_000}
        channel.queue_declare("keeper.keep", durable=True, auto_delete=False, arguments=arguments)
    with pytest.raises(Exception, match="PRECONDITION_FAILED"), stage.running(Keeper):
        pass


def test_the_metrics_have_every_family(stage: Stage) -> None:
    with stage.running(Maker, Keeper):
        stage.call("maker", "make", thing="t1")
        eventually(kept_by(stage, "t1"))
        code, metrics = stage.get("keeper", "metrics")
    assert code == 200
    for line in (
        'sunshine_events_published_total{service="maker",type="thing.made"}',
        'sunshine_events_handled_total{handler="keep",outcome="applied",service="keeper"}',
        'sunshine_handler_seconds_bucket{handler="keep"',
        'sunshine_rpc_seconds_bucket{le="0.1",method="make",outcome="ok",service="maker"}',
        'sunshine_outbox_rows{service="maker"}',
        'sunshine_broker_up{carries="calls",service="keeper"} 1.0',
        'sunshine_broker_up{carries="events",service="keeper"} 1.0',
        "# TYPE sunshine_events_unroutable_total counter",
    ):
        assert line in metrics
