"""The ORM edit: it applies with git, imports, and says what the request says, in the style of the class."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pgwright.design.model_edit import patch
from pgwright.design.refusals import NoSuchClass
from pgwright.design.request import from_json
from pgwright.design.requests.column import AddColumn

TYPED = '''"""Models."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Person(Base):
    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(100))  # unique some day

    pets: Mapped[list["Pet"]] = relationship(back_populates="owner")

    def greet(self) -> str:
        return self.email


class Pet(Base):
    __tablename__ = "pet"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    owner: Mapped[Person] = relationship(back_populates="pets")
'''
OLD = """import sqlalchemy as sa
from sqlalchemy import (
    Column,
    Integer,
    String,
)
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Person(Base):
    __tablename__ = "person"
    id = Column(Integer, primary_key=True)
    email = Column(String(100))
    __table_args__ = ()
"""
ROOMS = """import sqlalchemy as sa
import sqlalchemy.orm as so


class Base(so.DeclarativeBase): pass


class Person(Base):
    __tablename__ = "person"
    id: so.Mapped[int] = so.mapped_column(primary_key=True)"""
COLUMNS: list[dict[str, Any]] = [
    {"column": "notification_preferences", "type": "jsonb", "default": {}},
    {"column": "shipped_at", "type": "timestamptz", "nullable": False, "expression": "now()"},
    {"column": "tags", "type": "text[]", "nullable": False, "default": []},
    {"column": "price", "type": "numeric(10,2)", "comment": 'it\'s "dear"'},
    {"column": "token", "type": "uuid"},
    {"column": "odd name", "type": "varchar(20)", "default": "x:y"},
]


def _request(column: dict[str, Any]) -> AddColumn:
    request = from_json({"kind": "add_column", "table": "person", **column})
    assert isinstance(request, AddColumn)
    return request


@pytest.mark.parametrize("source", [TYPED, OLD, ROOMS], ids=["typed", "old", "rooms"])
@pytest.mark.parametrize("column", COLUMNS, ids=lambda c: str(c["column"]))
def test_the_patch_applies_and_the_models_import(source: str, column: dict[str, Any], tmp_path: Path) -> None:
    file, request = tmp_path / "app" / "models.py", _request(column)
    file.parent.mkdir()
    file.write_text(source)
    text = patch(source, "Person", request, file="app/models.py")
    for command in (["git", "apply", "-"], ["patch", "-p1", "-R", "-s"], ["patch", "-p1", "-s"]):
        subprocess.run(command, input=text, text=True, cwd=tmp_path, check=True)
    show = "from app.models import *; c = Person.__table__.c[-1]; print(c.name, c.nullable, sep='|')"
    show = show.replace("c[-1]", f"c[{column['column']!r}]")
    shown = subprocess.run([sys.executable, "-c", show], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert shown.stdout.strip() == f"{column['column']}|{request.nullable}"
    assert patch(file.read_text(), "Person", request) == ""


def test_the_column_stands_after_the_last_one_and_imports_in_their_place() -> None:
    lines = [line for line in patch(TYPED, "Person", _request(COLUMNS[0])).splitlines() if line.startswith("+")]
    assert lines[1:] == [
        "+from typing import Any",
        "+from sqlalchemy import ForeignKey, String, text",
        "+from sqlalchemy.dialects.postgresql import JSONB",
        "+    notification_preferences: Mapped[dict[str, Any] | None] = mapped_column(",
        "+        JSONB,",
        "+        server_default=text(\"'{}'::jsonb\"),",
        "+    )",
    ]


def test_a_class_that_is_not_there_is_refused() -> None:
    with pytest.raises(NoSuchClass, match="Person"):
        patch(OLD, "Persn", _request(COLUMNS[0]))
