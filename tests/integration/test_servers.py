"""The tests' own servers do what their fixtures promise."""

import smtplib
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from kombu import Connection
from sqlalchemy import create_engine, text

import servers
from smtp import SmtpServer
from waiting import eventually


def test_a_module_gets_a_virtual_host_that_works(rabbitmq_uri: str) -> None:
    with Connection(rabbitmq_uri) as connection:
        queue = connection.SimpleQueue("parcels")
        queue.put("soup")
        assert queue.get(timeout=5).decode() == "soup"
        queue.close()


def test_a_private_broker_comes_back_with_its_data(own_rabbitmq: servers.Rabbitmq) -> None:
    uri = own_rabbitmq.make_vhost("outage")
    with Connection(uri, transport_options={"confirm_publish": True}) as connection:
        connection.SimpleQueue("parcels").put("soup")
    own_rabbitmq.kill()
    assert not own_rabbitmq.ready()
    own_rabbitmq.start()
    with Connection(uri) as connection:
        assert connection.SimpleQueue("parcels").get(timeout=5).decode() == "soup"


def test_a_private_database_comes_back_with_its_data(own_postgres: servers.Postgres) -> None:
    engine = create_engine(own_postgres.make_database("outage"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE parcels (id int)"))
    own_postgres.kill()
    assert not own_postgres.ready()
    own_postgres.start()
    engine.dispose()
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM parcels")).scalar() == 0
    engine.dispose()


def test_databases_are_made_empty_and_apart(make_database: Callable[[str], str]) -> None:
    urls = [make_database("parcels"), make_database("parcels")]
    assert urls[0] != urls[1]
    for url in urls:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE parcels (id int)"))
        engine.dispose()


def test_mail_is_kept_as_it_was_sent(smtp_server: SmtpServer) -> None:
    mail = EmailMessage()
    mail["Subject"] = "新的配对等您确认"
    mail["From"] = "sunshine@example.org"
    mail["To"] = "coordinator@example.org"
    mail.set_content("请登录工作台。")
    with smtplib.SMTP(smtp_server.host, smtp_server.port) as client:
        client.send_message(mail)
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.send_message(mail, to_addrs=["refused@example.org"])
    (kept,) = eventually(smtp_server.messages)
    assert kept["Subject"] == "新的配对等您确认"
    assert kept["X-Rcpt-To"] == "coordinator@example.org"
    assert "请登录工作台。" in kept.get_content()
