"""Personal data at rest: sealed, bound to its place, erasable, found without being read."""

import base64
import os

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from servicekit import db, privacy
from servicekit.privacy import Sealed, Vault, assign_key, blind_index
from servicekit.testing import KEY, session_for


class Base(DeclarativeBase):
    metadata = db.new_metadata()
    type_annotation_map = db.TYPES


class Person(Base):
    __tablename__ = "person"
    id: Mapped[str] = mapped_column(primary_key=True)
    data_key: Mapped[bytes] = mapped_column(LargeBinary)
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    name = Sealed("name_sealed")
    phone = Sealed("phone_sealed")


class Remark(Base):
    __tablename__ = "remark"
    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    person: Mapped[Person] = relationship()
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    text = Sealed("text_sealed", key_of="person")


def add_person(session: Session, id_: str, name: str | None) -> Person:
    person = Person(id=id_)
    assign_key(session, person)
    person.name = name
    session.flush()
    return person


def vault() -> Vault:
    return Vault(KEY)


def test_what_is_sealed_opens_at_its_place() -> None:
    key = vault().new_data_key()
    assert vault().open(key, vault().seal(key, "张三", "person.name:1"), "person.name:1") == "张三"


def test_the_same_text_is_sealed_differently_each_time() -> None:
    key = vault().new_data_key()
    assert vault().seal(key, "张三", "p") != vault().seal(key, "张三", "p")


@pytest.mark.parametrize("position", [0, 12, -1])
def test_an_altered_value_does_not_open(position: int) -> None:
    key = vault().new_data_key()
    sealed = bytearray(vault().seal(key, "张三", "p"))
    sealed[position] ^= 1
    with pytest.raises(InvalidTag):
        vault().open(key, bytes(sealed), "p")


def test_another_persons_key_does_not_open_it() -> None:
    sealed = vault().seal(vault().new_data_key(), "张三", "p")
    with pytest.raises(InvalidTag):
        vault().open(vault().new_data_key(), sealed, "p")


def test_another_master_key_opens_nothing() -> None:
    key = vault().new_data_key()
    sealed = vault().seal(key, "张三", "p")
    with pytest.raises(InvalidTag):
        Vault(base64.b64encode(os.urandom(32)).decode()).open(key, sealed, "p")


def test_what_is_nobodys_is_sealed_for_its_place_too() -> None:
    sealed = vault().seal_own("a reply", "p")
    assert vault().open_own(sealed, "p") == "a reply"
    with pytest.raises(InvalidTag):
        vault().open_own(sealed, "q")


@pytest.mark.parametrize("key", ["", "secret", "not base64!", base64.b64encode(b"short").decode()])
def test_a_bad_master_key_is_refused_with_the_way_to_make_one(key: str) -> None:
    with pytest.raises(ValueError, match=r"FIELD_KEY .*; make one with: openssl rand -base64 32"):
        Vault(key)


def test_a_sealed_field_reads_as_text_in_code_and_as_nothing_in_the_database() -> None:
    with session_for(Base.metadata, published={}) as session:
        person = add_person(session, "p1", "张三")
        session.commit()
        session.expire_all()
        assert person.name == "张三"
        assert person.phone is None
        assert person.name_sealed is not None
        assert "张三".encode() not in person.name_sealed


def test_a_sealed_value_copied_to_another_row_or_column_does_not_open() -> None:
    with session_for(Base.metadata, published={}) as session:
        first, second = add_person(session, "p1", "张三"), add_person(session, "p2", None)
        second.data_key, second.name_sealed = first.data_key, first.name_sealed
        first.phone_sealed = first.name_sealed
        with pytest.raises(InvalidTag):
            _ = second.name
        with pytest.raises(InvalidTag):
            _ = first.phone


def test_destroying_the_key_erases_the_person_everywhere() -> None:
    with session_for(Base.metadata, published={}) as session:
        person = add_person(session, "p1", "张三")
        remark = Remark(id="r1", person=person)
        session.add(remark)
        remark.text = "怕狗"
        session.flush()
        assert remark.text == "怕狗"
        person.data_key = b""
        session.flush()
        assert (person.name, remark.text) == (None, None)


def test_a_field_can_be_emptied() -> None:
    with session_for(Base.metadata, published={}) as session:
        person = add_person(session, "p1", "张三")
        person.name = None
        assert (person.name, person.name_sealed) == (None, None)


def test_a_row_in_no_session_says_so() -> None:
    with pytest.raises(RuntimeError, match="Person is in no session; add it before"):
        Person(id="p1").name = "张三"


def test_equal_values_are_found_by_blind_index_and_nothing_is_read_from_it() -> None:
    with session_for(Base.metadata, published={}) as session:
        index = blind_index(session, "person.identity", "210103194912310012")
        assert index == blind_index(session, "person.identity", "210103194912310012")
        assert index != blind_index(session, "person.phone", "210103194912310012")
        assert index != blind_index(session, "person.identity", "210103194912310013")
    assert len(index) == 64
    assert "2101" not in index


def test_another_master_key_gives_another_index() -> None:
    other = Vault(base64.b64encode(os.urandom(32)).decode())
    assert other.blind_index("f", "x") != vault().blind_index("f", "x")


def test_the_sealed_attribute_is_visible_on_the_class() -> None:
    assert isinstance(Person.name, privacy.Sealed)
