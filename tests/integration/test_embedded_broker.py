"""What a broker owes its clients, asked of the embedded one and of RabbitMQ alike."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from amqp.exceptions import (
    ChannelError,
    ConsumerCancelled,
    NotFound,
    PreconditionFailed,
    RecoverableConnectionError,
    ResourceLocked,
)
from kombu import Connection

from servicekit import embedded
from waiting import eventually

Connect = Callable[..., Any]
SOON = 5.0


@pytest.fixture(params=["embedded", "rabbitmq"])
def uri(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "rabbitmq":
        yield request.getfixturevalue("rabbitmq_uri")
    else:
        embedded.install()
        name = unique("broker")
        yield f"embedded://{name}"
        embedded.reset(name)


@pytest.fixture
def connect(uri: str) -> Iterator[Connect]:
    """Channels, each on a connection of its own unless one is given."""
    with ExitStack() as stack:

        def connect(*, confirms: bool = True) -> Any:
            options = {"confirm_publish": confirms}
            return stack.enter_context(Connection(uri, transport_options=options)).channel()

        yield connect


@pytest.fixture
def channel(connect: Connect) -> Any:
    return connect()


class Reader:
    """A consumer that keeps what it gets."""

    def __init__(self, channel: Any, queue: str, **options: Any) -> None:
        self.channel = channel
        self.messages: list[Any] = []
        self.tag = channel.basic_consume(queue=queue, callback=self._keep, **options)

    def _keep(self, raw: Any) -> None:
        self.messages.append(self.channel.message_to_python(raw))

    @property
    def bodies(self) -> list[str]:
        return [message.body for message in self.messages]

    def wait_for(self, count: int) -> list[Any]:
        while len(self.messages) < count:
            self.channel.connection.drain_events(timeout=SOON)
        return self.messages

    def gets_nothing_more(self) -> bool:
        before = len(self.messages)
        with suppress(TimeoutError):
            while True:
                self.channel.connection.drain_events(timeout=0.1)
        return len(self.messages) == before


def unique(what: str) -> str:
    return f"{what}-{uuid4().hex[:12]}"


def queue_on(channel: Any, **options: Any) -> str:
    name = unique("queue")
    channel.queue_declare(name, **{"durable": True, "auto_delete": False, **options})
    return name


def exchange_on(channel: Any, kind: str, **options: Any) -> str:
    name = unique(kind)
    channel.exchange_declare(name, kind, **{"auto_delete": False, **options})
    return name


def bound(channel: Any, exchange: str, key: str = "") -> str:
    queue = queue_on(channel)
    channel.queue_bind(queue, exchange, key)
    return queue


def publish(channel: Any, key: str, *bodies: str, exchange: str = "", **properties: Any) -> None:
    mandatory = properties.pop("mandatory", False)
    for body in bodies:
        headers = properties.pop("headers", {})
        message = channel.prepare_message(
            body, content_encoding="utf-8", headers=headers, properties=properties
        )
        channel.basic_publish(message, exchange=exchange, routing_key=key, mandatory=mandatory)


def ready(channel: Any, queue: str) -> int:
    return int(channel.queue_declare(queue, passive=True).message_count)


def get(channel: Any, queue: str, **options: Any) -> Any:
    """The next message, as soon as there is one."""
    return channel.message_to_python(
        eventually(lambda: channel.basic_get(queue, **options), message=f"a message in {queue}")
    )


def all_bodies(channel: Any, queue: str) -> list[str]:
    return [channel.basic_get(queue, no_ack=True).body for _ in range(ready(channel, queue))]


# Routing


def test_a_direct_exchange_delivers_to_the_queues_of_that_very_key(channel: Any) -> None:
    exchange = exchange_on(channel, "direct")
    wanted, other = bound(channel, exchange, "a.b"), bound(channel, exchange, "a.*")
    publish(channel, "a.b", "one", exchange=exchange)
    assert (all_bodies(channel, wanted), all_bodies(channel, other)) == (["one"], [])


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("need.raised", ["need.raised"], ["need", "need.raised.v2", "needXraised"]),
        ("need.*", ["need.raised", "need."], ["need", "need.raised.v2"]),
        ("need.#", ["need", "need.raised", "need.raised.v2"], ["needs", "a.need"]),
        ("#", ["", "a", "a.b.c"], []),
        ("*", ["a"], ["a.b"]),
        ("#.v2", ["v2", "need.raised.v2"], ["need.v2.raised"]),
        ("a.#.z", ["a.z", "a.b.z", "a.b.c.z"], ["a", "a.b"]),
        ("*.*.#", ["a.b", "a.b.c"], ["a"]),
    ],
)
def test_a_topic_exchange_delivers_by_pattern(
    channel: Any, pattern: str, matching: list[str], others: list[str]
) -> None:
    exchange = exchange_on(channel, "topic")
    queue = bound(channel, exchange, pattern)
    for key in (*matching, *others):
        publish(channel, key, f"to {key}", exchange=exchange)
    assert all_bodies(channel, queue) == [f"to {key}" for key in matching]


def test_a_fanout_exchange_gives_every_queue_a_copy_of_its_own(channel: Any) -> None:
    exchange = exchange_on(channel, "fanout")
    queues = [bound(channel, exchange, key) for key in ("", "a", "b")]
    publish(channel, "whatever", "one", exchange=exchange)
    assert [all_bodies(channel, queue) for queue in queues] == [["one"]] * 3


def test_a_queue_bound_twice_gets_one_copy(channel: Any) -> None:
    exchange = exchange_on(channel, "topic")
    queue = bound(channel, exchange, "a.*")
    channel.queue_bind(queue, exchange, "*.b")
    publish(channel, "a.b", "one", exchange=exchange)
    assert all_bodies(channel, queue) == ["one"]


def test_the_default_exchange_delivers_to_the_queue_of_that_name(channel: Any) -> None:
    queue = queue_on(channel)
    publish(channel, queue, "one")
    assert all_bodies(channel, queue) == ["one"]


def test_an_unbound_queue_gets_nothing_more(channel: Any) -> None:
    exchange = exchange_on(channel, "topic")
    queue = bound(channel, exchange, "a")
    channel.queue_unbind(queue, exchange, "a")
    publish(channel, "a", "one", exchange=exchange)
    assert all_bodies(channel, queue) == []


def test_an_auto_delete_exchange_goes_with_its_last_binding(channel: Any) -> None:
    exchange = exchange_on(channel, "topic", auto_delete=True)
    queue = bound(channel, exchange, "a")
    channel.queue_unbind(queue, exchange, "a")
    with pytest.raises(NotFound):
        channel.exchange_declare(exchange, "topic", passive=True)


def test_a_deleted_exchange_is_gone(channel: Any) -> None:
    exchange = exchange_on(channel, "topic")
    bound(channel, exchange, "a")
    channel.exchange_delete(exchange)
    with pytest.raises(NotFound):
        channel.exchange_declare(exchange, "topic", passive=True)


# Publishing


def test_a_message_published_mandatory_to_nobody_is_returned(channel: Any) -> None:
    exchange = exchange_on(channel, "topic")
    with pytest.raises(ChannelError, match="NO_ROUTE") as refusal:
        publish(channel, "nobody", "one", exchange=exchange, mandatory=True)
    assert refusal.value.reply_code == 312


def test_a_listener_to_returns_gets_the_message_and_the_publish_succeeds(channel: Any) -> None:
    exchange, returned = exchange_on(channel, "topic"), []
    channel.events["basic_return"].add(lambda *what: returned.append(what))
    publish(channel, "nobody", "one", exchange=exchange, mandatory=True, headers={"x": 1})
    ((error, *where, message),) = returned
    assert (error.reply_code, where, message.headers) == (312, [exchange, "nobody"], {"x": 1})


def test_a_message_to_nobody_is_dropped_where_it_is_not_mandatory(channel: Any) -> None:
    publish(channel, unique("nowhere"), "one")
    publish(channel, queue := queue_on(channel), "two")
    assert all_bodies(channel, queue) == ["two"]


def test_a_window_of_publishes_is_confirmed_one_by_one(connect: Connect) -> None:
    channel = connect(confirms=False)
    queue, returned = queue_on(channel), []
    acked: set[int] = set()
    channel.events["basic_ack"] = {
        lambda tag, multiple: acked.update(range(1, tag + 1) if multiple else [tag])
    }
    channel.events["basic_return"] = {lambda *what: returned.append(what[2])}
    channel.confirm_select()
    for key in (queue, "nowhere", queue):
        publish(channel, key, "one", mandatory=True)
    while acked != {1, 2, 3}:
        channel.connection.drain_events(timeout=SOON)
    assert (returned, ready(channel, queue)) == (["nowhere"], 2)


def test_publishing_to_no_exchange_is_refused_and_the_channel_lives_on(channel: Any) -> None:
    with pytest.raises(NotFound):
        publish(channel, "a", "one", exchange=unique("nowhere"))
    publish(channel, queue := queue_on(channel), "two")
    assert all_bodies(channel, queue) == ["two"]


def test_properties_and_headers_arrive_as_sent(channel: Any) -> None:
    queue = queue_on(channel)
    sent = {
        "reply_to": "somewhere",
        "correlation_id": "c-1",
        "message_id": "m-1",
        "delivery_mode": 2,
        "expiration": "60000",
        "timestamp": 1_790_000_000,
        "type": "need.raised",
        "app_id": "households",
    }
    headers = {"ce-id": "1", "count": 7, "nested": {"list": [1, "二", True, None]}, "float": 1.5}
    message = channel.prepare_message(
        "{}",
        priority=3,
        content_type="application/json",
        content_encoding="utf-8",
        headers=headers,
        properties=sent,
    )
    channel.basic_publish(message, exchange="", routing_key=queue)
    got = get(channel, queue)
    assert got.headers == headers
    assert (got.content_type, got.content_encoding) == ("application/json", "utf-8")
    assert got.properties == sent | {
        "priority": 3,
        "content_type": "application/json",
        "content_encoding": "utf-8",
        "application_headers": headers,
    }


def test_a_property_nobody_set_is_absent(channel: Any) -> None:
    queue = queue_on(channel)
    channel.basic_publish(channel.prepare_message(b"x"), exchange="", routing_key=queue)
    assert get(channel, queue).properties == {}


@pytest.mark.parametrize("encoding", [None, "binary", "utf-8"])
def test_bytes_arrive_byte_for_byte(channel: Any, encoding: str | None) -> None:
    queue, body = queue_on(channel), bytes(range(256))
    message = channel.prepare_message(body, content_encoding=encoding)
    channel.basic_publish(message, exchange="", routing_key=queue)
    assert get(channel, queue).body == body


def test_text_arrives_as_text(channel: Any) -> None:
    queue = queue_on(channel)
    publish(channel, queue, "阳光百分百")
    assert get(channel, queue).body == "阳光百分百"


def test_one_reader_cannot_change_what_another_reads(channel: Any) -> None:
    exchange = exchange_on(channel, "fanout")
    one, other = bound(channel, exchange), bound(channel, exchange)
    publish(channel, "", "one", exchange=exchange, headers={"x": 1})
    get(channel, one).headers["x"] = 2
    assert get(channel, other).headers == {"x": 1}


# Consuming


def test_a_delivery_says_where_it_came_from(channel: Any) -> None:
    exchange = exchange_on(channel, "topic")
    reader = Reader(channel, bound(channel, exchange, "a.*"), consumer_tag="me")
    publish(channel, "a.b", "one", exchange=exchange)
    (message,) = reader.wait_for(1)
    assert message.delivery_info == {
        "consumer_tag": "me",
        "delivery_tag": message.delivery_tag,
        "redelivered": False,
        "exchange": exchange,
        "routing_key": "a.b",
    }


def test_a_consumer_holds_no_more_than_its_prefetch(channel: Any) -> None:
    queue = queue_on(channel)
    publish(channel, queue, "1", "2", "3", "4")
    channel.basic_qos(0, 2, False)
    reader = Reader(channel, queue)
    reader.wait_for(2)
    assert reader.gets_nothing_more()
    reader.messages[0].ack()
    assert [message.body for message in reader.wait_for(3)] == ["1", "2", "3"]


def test_a_prefetch_shared_by_the_channel_bounds_its_consumers_together(channel: Any) -> None:
    one, other = queue_on(channel), queue_on(channel)
    channel.basic_qos(0, 1, True)
    readers = [Reader(channel, one), Reader(channel, other)]
    publish(channel, one, "1")
    (message,) = readers[0].wait_for(1)
    publish(channel, other, "2")
    assert readers[1].gets_nothing_more()
    message.ack()
    readers[1].wait_for(1)


def test_consumers_of_one_queue_take_turns(connect: Connect, channel: Any) -> None:
    queue = queue_on(channel)
    readers = [Reader(connect(), queue) for _ in range(2)]
    publish(channel, queue, "1", "2", "3", "4")
    for reader in readers:
        reader.wait_for(2)
    assert sorted(body for reader in readers for body in reader.bodies) == ["1", "2", "3", "4"]


def test_a_message_waits_while_every_consumer_holds_its_share(connect: Connect) -> None:
    channels = [connect() for _ in range(2)]
    queue = queue_on(channels[0])
    for each in channels:
        each.basic_qos(0, 1, False)
    readers = [Reader(each, queue) for each in channels]
    publish(channels[0], queue, "1", "2", "3")
    first, second = (reader.wait_for(1)[0] for reader in readers)
    assert {first.body, second.body} == {"1", "2"}
    assert all(reader.gets_nothing_more() for reader in readers)
    second.ack()
    assert readers[1].wait_for(2)[-1].body == "3"


def test_acknowledging_multiple_settles_all_before(channel: Any, connect: Connect) -> None:
    queue = queue_on(channel)
    publish(channel, queue, "1", "2", "3")
    reader = Reader(channel, queue)
    reader.wait_for(3)[1].ack(multiple=True)
    channel.close()
    other = connect()
    assert get(other, queue).body == "3"
    assert ready(other, queue) == 0


def test_without_acknowledgement_a_message_is_gone_once_handed_over(
    channel: Any, connect: Connect
) -> None:
    queue = queue_on(channel)
    publish(channel, queue, "1")
    Reader(channel, queue, no_ack=True).wait_for(1)
    channel.close()
    assert ready(connect(), queue) == 0


def test_a_requeued_message_is_the_next_of_its_own_queue_and_of_no_other(channel: Any) -> None:
    exchange = exchange_on(channel, "fanout")
    queue, sibling = bound(channel, exchange), bound(channel, exchange)
    publish(channel, "", "1", "2", exchange=exchange)
    first = get(channel, queue)
    assert not first.delivery_info["redelivered"]
    first.requeue()
    again = get(channel, queue)
    assert (again.body, again.delivery_info["redelivered"]) == ("1", True)
    assert all_bodies(channel, sibling) == ["1", "2"]


def test_what_a_closed_channel_held_is_back_in_its_place(channel: Any, connect: Connect) -> None:
    queue, other = queue_on(channel), connect()
    publish(other, queue, "1", "2", "3")
    channel.basic_qos(0, 2, False)
    Reader(channel, queue).wait_for(2)
    channel.close()
    messages = [get(other, queue) for _ in range(3)]
    assert [message.body for message in messages] == ["1", "2", "3"]
    assert [message.delivery_info["redelivered"] for message in messages] == [True, True, False]


def test_what_a_closed_connection_held_goes_to_another_consumer(
    channel: Any, connect: Connect
) -> None:
    queue = queue_on(channel)
    publish(channel, queue, "1")
    Reader(channel, queue).wait_for(1)
    reader = Reader(connect(), queue)
    channel.connection.client.close()
    (message,) = reader.wait_for(1)
    assert message.delivery_info["redelivered"]


def test_recovering_hands_over_again_what_is_unsettled(channel: Any) -> None:
    queue = queue_on(channel)
    publish(channel, queue, "1")
    reader = Reader(channel, queue)
    reader.wait_for(1)
    channel.basic_recover(requeue=True)
    assert [m.delivery_info["redelivered"] for m in reader.wait_for(2)] == [False, True]


def test_a_cancelled_consumer_gets_nothing_more(channel: Any) -> None:
    queue = queue_on(channel)
    reader = Reader(channel, queue)
    channel.basic_cancel(reader.tag)
    publish(channel, queue, "1")
    assert reader.gets_nothing_more()
    assert ready(channel, queue) == 1


def test_a_message_settled_after_its_consumer_was_cancelled_is_settled(
    channel: Any, connect: Connect
) -> None:
    queue = queue_on(channel)
    publish(channel, queue, "1")
    reader = Reader(channel, queue)
    (message,) = reader.wait_for(1)
    channel.basic_cancel(reader.tag)
    message.ack()
    channel.close()
    assert ready(connect(), queue) == 0


def test_an_unknown_delivery_tag_is_an_error_that_shows_while_draining(channel: Any) -> None:
    channel.basic_ack(77)
    with pytest.raises(PreconditionFailed):
        channel.connection.drain_events(timeout=SOON)
    publish(channel, queue := queue_on(channel), "1")
    assert ready(channel, queue) == 1


def test_draining_gives_up_after_its_timeout(channel: Any) -> None:
    with pytest.raises(TimeoutError):
        channel.connection.drain_events(timeout=0.01)


def test_getting_from_a_queue_tells_how_many_are_left(channel: Any) -> None:
    queue = queue_on(channel)
    assert channel.basic_get(queue) is None
    publish(channel, queue, "1", "2")
    assert get(channel, queue).delivery_info["message_count"] == 1


# Queues


def test_a_passive_declaration_counts_messages_and_consumers(channel: Any) -> None:
    queue = queue_on(channel)
    assert channel.queue_declare(queue, passive=True) == (queue, 0, 0)
    publish(channel, queue, "1", "2", "3")
    channel.basic_qos(0, 1, False)
    Reader(channel, queue).wait_for(1)
    assert channel.queue_declare(queue, passive=True) == (queue, 2, 1)


def test_a_passive_declaration_of_no_queue_fails_and_the_channel_lives_on(channel: Any) -> None:
    with pytest.raises(NotFound, match="NOT_FOUND"):
        channel.queue_declare(unique("nothing"), passive=True)
    publish(channel, queue := queue_on(channel), "1")
    assert ready(channel, queue) == 1


@pytest.mark.parametrize(
    "difference",
    [{"durable": False}, {"auto_delete": True}, {"arguments": {"x-message-ttl": 1000}}],
)
def test_declaring_a_queue_differently_is_refused(channel: Any, difference: dict[str, Any]) -> None:
    queue = queue_on(channel)
    with pytest.raises(PreconditionFailed):
        channel.queue_declare(queue, **{"durable": True, "auto_delete": False, **difference})


@pytest.mark.parametrize("arguments", [{"x-message-ttl": "soon"}, {"x-expires": -1}])
def test_an_argument_that_is_no_number_is_refused(channel: Any, arguments: dict[str, Any]) -> None:
    with pytest.raises(PreconditionFailed):
        queue_on(channel, arguments=arguments)


def test_declaring_a_queue_again_alike_changes_nothing(channel: Any) -> None:
    queue = queue_on(channel, arguments={"x-message-ttl": 60_000})
    publish(channel, queue, "1")
    arguments = {"x-message-ttl": 60_000}
    again = channel.queue_declare(queue, durable=True, auto_delete=False, arguments=arguments)
    assert again == (queue, 1, 0)


def test_declaring_an_exchange_of_another_type_is_refused(channel: Any) -> None:
    exchange = exchange_on(channel, "topic")
    with pytest.raises(PreconditionFailed):
        channel.exchange_declare(exchange, "direct", auto_delete=False)


def test_an_error_gives_back_what_the_channel_held(channel: Any, connect: Connect) -> None:
    queue = queue_on(channel)
    publish(channel, queue, "1")
    Reader(channel, queue).wait_for(1)
    with pytest.raises(NotFound):
        channel.queue_declare(unique("nothing"), passive=True)
    assert get(connect(), queue).delivery_info["redelivered"]


def test_a_queue_without_a_name_is_given_one(channel: Any) -> None:
    name = channel.queue_declare("", exclusive=True).queue
    publish(channel, name, "1")
    assert all_bodies(channel, name) == ["1"]


def test_an_auto_delete_queue_goes_with_its_last_consumer(channel: Any) -> None:
    queue = queue_on(channel, auto_delete=True)
    first, last = Reader(channel, queue), Reader(channel, queue)
    channel.basic_cancel(first.tag)
    assert ready(channel, queue) == 0
    channel.basic_cancel(last.tag)
    with pytest.raises(NotFound):
        ready(channel, queue)


def test_an_exclusive_queue_is_for_its_connection_and_goes_with_it(
    channel: Any, connect: Connect
) -> None:
    queue, other = queue_on(channel, exclusive=True, durable=False), connect()
    with pytest.raises(ResourceLocked):
        ready(other, queue)
    channel.connection.client.close()
    eventually(lambda: is_gone(other, queue))


def is_gone(channel: Any, queue: str) -> bool:
    try:
        ready(channel, queue)
    except NotFound:
        return True
    except ResourceLocked:  # it is being closed
        return False
    return False


def test_a_queue_nobody_uses_expires(channel: Any) -> None:
    queue = queue_on(channel, arguments={"x-expires": 50})
    other = queue_on(channel)
    publish(channel, queue, "1")
    # looking at the queue would be using it, so its messages tell
    eventually(lambda: not routes_to(channel, queue), interval=0.1)
    assert routes_to(channel, other)


def routes_to(channel: Any, queue: str) -> bool:
    try:
        publish(channel, queue, "probe", mandatory=True)
    except ChannelError:
        return False
    return True


def test_a_queue_with_a_consumer_does_not_expire(channel: Any) -> None:
    queue = queue_on(channel, arguments={"x-expires": 50})
    reader = Reader(channel, queue)
    assert reader.gets_nothing_more()
    publish(channel, queue, "1")
    reader.wait_for(1)


def test_purging_takes_what_is_ready_and_leaves_what_is_held(channel: Any) -> None:
    queue = queue_on(channel)
    publish(channel, queue, "1", "2", "3")
    held = get(channel, queue)
    assert channel.queue_purge(queue) == 2
    held.requeue()
    assert get(channel, queue).body == "1"


def test_a_deleted_queue_is_gone_and_says_what_it_held(channel: Any) -> None:
    queue = queue_on(channel)
    publish(channel, queue, "1", "2")
    assert channel.queue_delete(queue) == 2
    with pytest.raises(NotFound):
        ready(channel, queue)


def test_a_queue_in_use_is_not_deleted_where_that_was_the_condition(channel: Any) -> None:
    queue = queue_on(channel)
    publish(channel, queue, "1")
    with pytest.raises(PreconditionFailed):
        channel.queue_delete(queue, if_empty=True)
    assert ready(channel, queue) == 1


def test_the_consumer_of_a_deleted_queue_is_told(channel: Any, connect: Connect) -> None:
    queue = queue_on(channel)
    Reader(channel, queue)
    connect().queue_delete(queue)
    with pytest.raises(ConsumerCancelled):
        channel.connection.drain_events(timeout=SOON)


# Deaths


def dead_letters_to(channel: Any, **arguments: Any) -> tuple[str, str]:
    """A queue, and the one its dead letters go to."""
    grave = queue_on(channel)
    dead_letters = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": grave}
    return queue_on(channel, arguments=dead_letters | arguments), grave


def test_a_rejected_message_is_dead_lettered_with_its_history(channel: Any) -> None:
    queue, grave = dead_letters_to(channel)
    publish(channel, queue, "1", headers={"ce-id": "1"}, message_id="m-1")
    get(channel, queue).reject()
    dead = get(channel, grave)
    (death,) = dead.headers["x-death"]
    assert death.pop("time")
    assert death == {
        "count": 1,
        "reason": "rejected",
        "queue": queue,
        "exchange": "",
        "routing-keys": [queue],
    }
    assert dead.headers["x-first-death-queue"] == queue
    assert dead.headers["x-first-death-reason"] == "rejected"
    assert (dead.body, dead.headers["ce-id"]) == ("1", "1")
    assert dead.properties["message_id"] == "m-1"
    assert not dead.delivery_info["redelivered"]


def test_a_dead_letter_keeps_its_routing_key_where_no_other_is_set(channel: Any) -> None:
    graves = exchange_on(channel, "topic")
    grave = bound(channel, graves, "need.#")
    exchange = exchange_on(channel, "topic")
    queue = queue_on(channel, arguments={"x-dead-letter-exchange": graves})
    channel.queue_bind(queue, exchange, "#")
    publish(channel, "need.raised", "1", exchange=exchange)
    get(channel, queue).reject()
    dead = get(channel, grave)
    assert (dead.delivery_info["exchange"], dead.delivery_info["routing_key"]) == (
        graves,
        "need.raised",
    )


def test_a_rejected_message_without_a_grave_is_gone(channel: Any) -> None:
    queue = queue_on(channel)
    publish(channel, queue, "1", "2")
    get(channel, queue).reject()
    assert all_bodies(channel, queue) == ["2"]


def test_a_message_outlives_its_queues_time_to_live_only_as_a_dead_letter(channel: Any) -> None:
    queue, grave = dead_letters_to(channel, **{"x-message-ttl": 30})
    publish(channel, queue, "1")
    assert get(channel, grave).headers["x-death"][0]["reason"] == "expired"
    assert ready(channel, queue) == 0


def test_a_waiting_consumer_gets_a_message_as_soon_as_it_has_expired(
    channel: Any, connect: Connect
) -> None:
    queue, grave = dead_letters_to(channel, **{"x-message-ttl": 30})
    reader = Reader(connect(), grave)
    publish(channel, queue, "1")
    reader.wait_for(1)


def test_a_message_outlives_its_own_expiration_only_as_a_dead_letter(channel: Any) -> None:
    queue, grave = dead_letters_to(channel)
    publish(channel, queue, "1", expiration="30")
    dead = get(channel, grave)
    assert "expiration" not in dead.properties
    assert dead.headers["x-death"][0]["original-expiration"] == "30"


def test_a_message_expires_only_at_the_head_of_its_queue(channel: Any) -> None:
    queue, grave = dead_letters_to(channel)
    publish(channel, queue, "long", expiration="60")
    publish(channel, queue, "short", expiration="1")
    assert [get(channel, grave).body for _ in range(2)] == ["long", "short"]


def test_an_expiration_that_is_no_number_is_refused(channel: Any) -> None:
    queue = queue_on(channel)
    with pytest.raises(PreconditionFailed):
        publish(channel, queue, "1", expiration="soon")


def test_a_retry_through_a_waiting_queue_counts_its_rounds(channel: Any) -> None:
    queue = queue_on(channel)
    back = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": queue}
    waiting = queue_on(channel, arguments=back | {"x-message-ttl": 10})
    publish(channel, queue, "1")
    message = get(channel, queue)
    for _ in range(3):
        headers = message.headers
        message.ack()
        publish(channel, waiting, message.body, headers=headers)
        message = get(channel, queue)
    (death,) = message.headers["x-death"]
    assert (death["count"], death["queue"], death["reason"]) == (3, waiting, "expired")


def test_a_message_that_would_expire_in_circles_is_dropped(channel: Any) -> None:
    one, other = unique("queue"), unique("queue")
    for name, following in ((one, other), (other, one)):
        arguments = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": following}
        arguments |= {"x-message-ttl": 10}  # type: ignore[dict-item]
        channel.queue_declare(name, durable=True, auto_delete=False, arguments=arguments)
    publish(channel, one, "1")
    eventually(lambda: ready(channel, one) + ready(channel, other) == 0)


def test_a_message_returned_too_often_is_dead_lettered(channel: Any) -> None:
    queue, grave = dead_letters_to(channel, **{"x-queue-type": "quorum", "x-delivery-limit": 2})
    publish(channel, queue, "1", delivery_mode=2)
    counts = []
    for _ in range(3):
        message = get(channel, queue)
        counts.append(message.headers.get("x-delivery-count") or 0)
        message.requeue()
    assert counts == [0, 1, 2]
    dead = get(channel, grave)
    assert dead.headers["x-death"][0]["reason"] == "delivery_limit"


# What only the embedded broker has


@pytest.fixture
def name() -> Iterator[str]:
    embedded.install()
    name = unique("Broker")
    yield name
    embedded.reset(name)


@pytest.fixture
def own(name: str) -> Iterator[Any]:
    with Connection(f"embedded://{name}") as connection:
        yield connection.channel()


def test_the_queues_can_be_looked_at_from_outside(own: Any, name: str) -> None:
    queue = queue_on(own)
    publish(own, queue, "1", "2", "3")
    own.basic_qos(0, 1, False)
    Reader(own, queue).wait_for(1)
    assert embedded.queues(name) == {queue: embedded.QueueStats(ready=2, unacked=1, consumers=1)}
    assert embedded.queues("never heard of") == {}


def test_brokers_of_different_names_share_nothing(own: Any) -> None:
    queue = queue_on(own)
    with Connection(f"embedded://{unique('other')}") as other, pytest.raises(NotFound):
        ready(other.channel(), queue)


def test_a_reset_forgets_everything_and_cuts_who_is_connected(own: Any, name: str) -> None:
    queue_on(own)
    connection = own.connection
    embedded.reset(name)
    assert embedded.queues(name) == {}
    with pytest.raises(RecoverableConnectionError):
        connection.drain_events(timeout=SOON)
    with pytest.raises(RecoverableConnectionError):
        queue_on(own)


def test_a_waiting_consumer_wakes_for_a_message_of_another_thread(own: Any, name: str) -> None:
    queue = queue_on(own)
    reader = Reader(own, queue)

    def publish_once_it_waits() -> None:
        with Connection(f"embedded://{name}") as connection:
            publish(connection.channel(), queue, "1")

    thread = Thread(target=publish_once_it_waits)
    thread.start()
    reader.wait_for(1)
    thread.join()


def test_many_threads_lose_and_double_nothing(own: Any, name: str) -> None:
    queue, bodies = queue_on(own), [f"{number}" for number in range(200)]
    reader = Reader(own, queue)

    def publish_some(part: list[str]) -> None:
        with Connection(f"embedded://{name}") as connection:
            publish(connection.channel(), queue, *part)

    threads = [Thread(target=publish_some, args=(bodies[start::4],)) for start in range(4)]
    for thread in threads:
        thread.start()
    reader.wait_for(200)
    for thread in threads:
        thread.join()
    assert sorted(reader.bodies) == sorted(bodies)


def test_waiting_takes_no_work(own: Any) -> None:
    started = time.process_time()
    with pytest.raises(TimeoutError):
        own.connection.drain_events(timeout=0.5)
    assert time.process_time() - started < 0.05


def test_an_impossible_kind_of_exchange_is_refused(own: Any) -> None:
    with pytest.raises(PreconditionFailed, match="headers"):
        exchange_on(own, "headers")


def test_a_history_that_a_publisher_made_up_does_no_harm(own: Any) -> None:
    queue, grave = dead_letters_to(own)
    publish(own, queue, "1", headers={"x-death": [{"count": "many"}, "nonsense"]})
    get(own, queue).reject()
    assert get(own, grave).headers["x-death"][0]["count"] == 1
