"""RPC between services, from foreign clients, and from those who mean no good."""

# ruff: noqa: I001 (trial patches the process for eventlet first)
from trial import Keeper, Maker, Stage, gates, staged, tries

import gc
import json
import time
from typing import Any

import amqp
import eventlet
import greenlet
import pytest
from amqp.exceptions import AMQPError
from nameko.containers import ServiceContainer
from nameko.exceptions import RemoteError
from nameko.rpc import rpc as stock_rpc
from nameko.standalone.rpc import ClusterRpcProxy, ServiceRpcProxy

from servicekit.calling import RpcClient
from servicekit.errors import BY_NAME, Conflict, Invalid, NotFound, Unavailable
from waiting import eventually


stage = pytest.fixture(params=["embedded", "classic"])(staged)


@pytest.mark.parametrize("kind", sorted(BY_NAME))
def test_each_error_comes_back_typed(stage: Stage, kind: str) -> None:
    with stage.running(Maker), pytest.raises(BY_NAME[kind]) as caught:
        stage.call("maker", "refuse", kind=kind)
    assert "; " in str(caught.value)
    expected: dict[str, Any] = {
        "NotFound": {"kind": "thing", "id": "t1"},
        "Invalid": {"thing": ["is odd; take another"]},
    }
    assert caught.value.details == expected.get(kind, {"thing": "t1"})


def test_an_error_that_is_none_of_ours_gives_nothing_away(stage: Stage) -> None:
    with stage.running(Maker), pytest.raises(Unavailable) as caught:
        stage.call("maker", "refuse", kind="surprise")
    assert "RuntimeError" in str(caught.value)
    assert "210103194912310012" not in str(caught.value)


def test_arguments_are_checked_at_the_door_and_nothing_is_stored(stage: Stage) -> None:
    with stage.running(Maker):
        for arguments in ({}, {"thing": 5}, {"thing": "a b"}, {"thing": "t1", "colour": "red"}):
            with pytest.raises(Invalid):
                stage.call("maker", "make", **arguments)
    assert stage.things("maker", "made") == []


def test_fields_may_have_the_names_that_the_client_uses_itself(stage: Stage) -> None:
    fields = {"service": "tutoring", "method": "by phone"}
    with stage.running(Keeper):
        assert stage.call("keeper", "echo", **fields) == fields


def test_a_service_that_is_not_there_is_unavailable_at_once(stage: Stage) -> None:
    with stage.running(Keeper):
        began = time.monotonic()
        with pytest.raises(Unavailable, match="nobody is not there"):
            stage.call("nobody", "make", thing="t1")
        with pytest.raises(Unavailable, match="maker is not there"):
            stage.call("keeper", "ask", service="maker", method="make")
        assert time.monotonic() - began < 3


def test_a_service_that_does_not_answer_in_time_is_unavailable(stage: Stage) -> None:
    with stage.running(Maker):
        with pytest.raises(Unavailable, match=r"maker gave no answer within 0\.2 s"):
            stage.client.call("maker", "wait", timeout=0.2, thing="t1")
        gates["t1"].send()
        assert stage.call("maker", "make", thing="t2") == "t2"


def test_a_call_that_nobody_waits_for_any_more_is_not_carried_out(stage: Stage) -> None:
    with stage.running(Maker):
        pass  # its queue stays, and takes the call
    with pytest.raises(Unavailable, match="gave no answer"):
        stage.client.call("maker", "make", timeout=0.1, thing="t1")
    with stage.running(Maker):
        stage.call("maker", "make", thing="t2")
    assert stage.things("maker", "made") == ["t2"]


def test_a_call_that_waited_too_long_for_its_turn_is_not_carried_out(stage: Stage) -> None:
    with stage.running(Maker, MAX_WORKERS=1):
        first = eventlet.spawn(stage.call, "maker", "wait", thing="t1")
        eventually(lambda: tries["t1"] == 1)
        try:
            with pytest.raises(Unavailable, match="maker gave no answer"):
                stage.client.call("maker", "make", timeout=0.3, thing="t2")
        finally:
            gates["t1"].send()
        assert first.wait() == "at last"
        assert stage.call("maker", "make", thing="t3") == "t3"
    assert stage.things("maker", "made") == ["t3"]


def test_a_thousand_calls_to_unknown_services_leave_nothing_behind(stage: Stage) -> None:
    client = RpcClient(stage.uri, timeout=5)

    def ask(number: int) -> None:
        with pytest.raises(Unavailable, match=f"nobody{number} is not there"):
            client.call(f"nobody{number}", "make", thing="t1")

    with stage.running(Keeper):  # somebody has declared the exchange
        list(eventlet.GreenPool(20).imap(ask, range(100)))
        before = alive()
        list(eventlet.GreenPool(20).imap(ask, range(1000)))
        after = alive()
        with pytest.raises(amqp.NotFound):
            stage.wire.waiting("rpc-nobody999")
    client.close()
    assert client._waiting == {}
    assert after["greenlet"] <= before["greenlet"]
    assert after["all"] - before["all"] < 1000


def alive() -> dict[str, int]:
    """How many objects there are: greenlets, and of every kind."""
    gc.collect()
    objects = gc.get_objects()  # weak references among them, which isinstance() would follow
    greenlets = [
        each for each in objects if issubclass(type(each), greenlet.greenlet) and not each.dead
    ]
    return {"greenlet": len(greenlets), "all": len(objects)}


def test_arguments_and_results_may_be_larger_than_a_frame(stage: Stage) -> None:
    large = {"service": "\u9633" * 300_000, "method": "m"}
    with stage.running(Keeper):
        assert stage.call("keeper", "echo", **large) == large


@pytest.mark.parametrize("reply", [b"\xff", b"[]", b'{"error": 5}', b"9" * 6000])
def test_a_reply_that_is_none_is_told_as_such(stage: Stage, reply: bytes) -> None:
    stage.wire.listen("ear", "nameko-rpc", "odd.*")
    answer = eventlet.spawn(stage.call, "odd", "say")
    request = eventually(lambda: stage.wire.take("ear"))
    to, correlation = request.properties["reply_to"], request.properties["correlation_id"]
    stage.wire.publish(reply, to, "nameko-rpc", correlation_id=correlation)
    with pytest.raises(Unavailable, match="odd answers what is no reply"):
        answer.wait()


def test_what_a_client_cannot_send_harms_no_other_call(stage: Stage) -> None:
    with stage.running(Maker):
        answer = eventlet.spawn(stage.call, "maker", "wait", thing="t1")
        eventually(lambda: tries["t1"] == 1)
        with pytest.raises(TypeError):
            stage.call("maker", "make", thing=object())
        with pytest.raises(AMQPError):
            stage.client.call("maker", "make", context={"odd": object()}, thing="t2")
        gates["t1"].send()
        assert answer.wait() == "at last"


def test_a_stock_nameko_service_answers_a_client_of_ours(stage: Stage) -> None:
    class Stock:
        name = "stock"

        @stock_rpc
        def echo(self, thing: str) -> str:
            return thing

    container = ServiceContainer(Stock, {"AMQP_URI": stage.uri})
    container.start()
    assert stage.call("stock", "echo", thing="t1") == "t1"
    container.stop()
    stage.wire.delete("rpc-stock")


def test_an_unknown_method_is_not_found(stage: Stage) -> None:
    with stage.running(Maker), pytest.raises(NotFound, match="method unmake does not exist"):
        stage.call("maker", "unmake", thing="t1")


def test_a_service_calls_another_and_passes_on_who_asks(stage: Stage) -> None:
    context = {"actor": "S1", "role": "coordinator", "communities": "210103008001"}
    with stage.running(Maker, Keeper):
        arguments: dict[str, Any] = {"service": "maker", "method": "whoami"}
        answer = stage.client.call("keeper", "ask", context=context, **arguments)
    assert answer == context


def test_a_typed_error_passes_through_a_service_in_between(stage: Stage) -> None:
    with stage.running(Maker, Keeper), pytest.raises(NotFound, match="method unmake"):
        stage.call("keeper", "ask", service="maker", method="unmake")


def test_many_callers_get_their_own_answers(stage: Stage) -> None:
    with stage.running(Keeper):
        pool = eventlet.GreenPool()
        numbers = [str(number) for number in range(50)]
        answers = pool.imap(
            lambda number: stage.call("keeper", "echo", service=number, method="m"), numbers
        )
        assert [answer["service"] for answer in answers] == numbers


def test_a_stock_nameko_client_calls_a_service_of_ours(stage: Stage) -> None:
    config = {"AMQP_URI": stage.uri}
    with stage.running(Maker):
        with ServiceRpcProxy("maker", config, timeout=5) as maker:
            assert maker.make(thing="t1") == "t1"
            with pytest.raises(RemoteError, match="Conflict it went wrong; try again"):
                maker.refuse(kind="Conflict")
            with pytest.raises(RemoteError, match="are given by position"):
                maker.make("t2")
        with ClusterRpcProxy(config, timeout=5) as services:
            assert services.maker.make.call_async(thing="t3").result() == "t3"
    assert stage.things("maker", "made") == ["t1", "t3"]


def test_the_context_of_a_stock_client_says_who_asks(stage: Stage) -> None:
    context = {"actor": "S1", "role": "coordinator", "communities": ["210103008001"]}
    with (
        stage.running(Maker),
        ServiceRpcProxy("maker", {"AMQP_URI": stage.uri}, context, timeout=5) as maker,
    ):
        answer = maker.whoami(thing="t1")
    assert answer == context | {"communities": "210103008001"}


CALL = json.dumps({"args": [], "kwargs": {"thing": "t1"}}).encode()
POISON: dict[str, tuple[bytes, dict[str, Any]]] = {
    "a call stack that is none": (CALL, {"headers": {"nameko.call_id_stack": 5}}),
    "no reply_to": (CALL, {"content_type": "application/json"}),
    "no content type": (CALL, {"reply_to": "nobody", "correlation_id": "c"}),
    "a reply_to that nobody reads": (
        CALL,
        {"content_type": "application/json", "reply_to": "nobody"},
    ),
    "a foreign content type": (CALL, {"content_type": "application/x-python-serialize"}),
    "garbage": (b"\x80\x04garbage", {"content_type": "application/json", "reply_to": "x"}),
    "empty": (b"", {}),
    "a list": (b"[]", {}),
    "no kwargs": (b'{"args": []}', {}),
    "kwargs of another kind": (b'{"args": [], "kwargs": 5}', {}),
    "100,000 deep": (b'{"a":' * 100_000, {}),
    "6,000 digits": (b'{"args": [], "kwargs": {"thing": %s}}' % (b"9" * 6_000), {}),
    "half a character in a name": (
        b'{"args": [], "kwargs": {"\\ud800": 1}}',
        {"reply_to": "x"},
    ),
    "half a character in a value": (
        b'{"args": [], "kwargs": {"thing": "\\ud800"}}',
        {"reply_to": "x"},
    ),
    "a compression that is none": (CALL, {"headers": {"compression": "gzip"}}),
    "a trace that is none": (CALL, {"headers": {"nameko.traceparent": 5}}),
    "communities that are none": (CALL, {"headers": {"nameko.communities": 5}}),
    "a body in an encoding that is none": (CALL, {"content_encoding": "klingon"}),
}


def test_a_poisonous_call_harms_nobody(stage: Stage) -> None:
    with stage.running(Maker):
        for number, (kind, (body, more)) in enumerate(POISON.items()):
            stage.wire.publish(body, "maker.make", "nameko-rpc", **more)
            assert stage.call("maker", "make", thing=f"n{number}") == f"n{number}", kind
        eventually(lambda: stage.wire.waiting("rpc-maker") == 0)
    assert stage.wire.waiting("rpc-maker") == 0


def test_a_result_that_is_no_json_harms_nobody(stage: Stage) -> None:
    with stage.running(Maker):
        with pytest.raises(Unavailable):
            stage.call("maker", "odd", thing="t1")
        assert stage.call("maker", "make", thing="t2") == "t2"


def test_a_stop_lets_the_call_at_work_answer(stage: Stage) -> None:
    with stage.running(Maker):
        answer = eventlet.spawn(stage.call, "maker", "wait", thing="t1")
        eventually(lambda: tries["t1"] == 1)
        stopping = eventlet.spawn(stage.host.containers["maker"].stop)
        eventlet.sleep(0)
        gates["t1"].send()
        assert answer.wait() == "at last"
        stopping.wait()
        stage.host.containers["maker"].started = True  # it was us who stopped it
    assert stage.wire.waiting("rpc-maker") == 0


def test_two_changes_at_once_end_in_a_conflict_and_not_in_a_crash(stage: Stage) -> None:
    with stage.running(Maker), pytest.raises(Conflict, match="; "):
        stage.call("maker", "make", thing="half-1")
