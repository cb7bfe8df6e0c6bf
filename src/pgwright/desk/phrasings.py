"""The sentences that are understood, each with the kind of request that it asks for. docs/tasks.md lists them.

No sentence is guessed at: one that matches none of these is named, with the ones that are near.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pgwright.desk.phrase import phrase, plain, unquoted


@dataclass(frozen=True)
class Phrasing:
    """One form of sentence, with an example that a test reads."""

    kind: str
    template: str
    example: str
    pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", phrase(self.template))


@dataclass(frozen=True, slots=True)
class Match:
    """A sentence that was understood: the kind, and what stood in its slots (without quotes)."""

    kind: str
    slots: dict[str, str]
    text: str

    def slot(self, name: str) -> str:
        """What stood in the slot, whichever of its forms was used; empty when it was left out."""
        return next((v for k, v in self.slots.items() if k == name or re.fullmatch(rf"{name}_\d", k)), "")


PHRASINGS = (
    Phrasing(
        "add_column", "add {column} column [{detail}] to {table} [{detail2}]", "add 'nickname' column to Person model"
    ),
    Phrasing(
        "add_column", "add column {column} [{detail}] to {table} [{detail2}]", "add column nickname (text) to Person"
    ),
    Phrasing("add_column", "add {column} {detail} to {table}", "add nickname (varchar(80), nullable) to Person"),
    Phrasing(
        "add_column", "add {column} column of type {type} to {table}", "add nickname column of type text to Person"
    ),
    Phrasing("add_columns", "add columns {columns} to {table}", "add columns nickname and pronouns to Person"),
    Phrasing(
        "create_table", "create|add table {new} [{detail}]", "create table referrals (id bigint primary key, code text)"
    ),
    Phrasing("create_table", "create|add {new} table [{detail}]", "create 'referrals' table"),
    Phrasing("add_index", "add|create index [{name}] on {fields}", "add index on Person (family_name, date_of_birth)"),
    Phrasing(
        "add_index", "add|create index [{name}] on {fields} using {method}", "add index on Person (tags) using gin"
    ),
    Phrasing(
        "add_index",
        "add|create index [{name}] on {fields} where {predicate}",
        "add index on Person (email) where email <> ''",
    ),
    Phrasing("add_unique_index", "add|create unique index [{name}] on {fields}", "add unique index on Person.email"),
    Phrasing(
        "add_unique_index",
        "add|create unique index [{name}] on {fields} where {predicate}",
        "add unique index on Person (email) where email IS NOT NULL",
    ),
    Phrasing(
        "add_foreign_key",
        "add foreign key [{name}] from|on {field} to|referencing|references {reference}",
        "add foreign key from Person.site_id to Site",
    ),
    Phrasing(
        "add_foreign_key",
        "add foreign key [{name}] from|on {field} to|referencing|references {reference} on delete {action}",
        "add foreign key from site_id of Person to Site.id on delete cascade",
    ),
    Phrasing("add_foreign_key", "make {field} reference {reference}", "make Person.site_id reference Site"),
    Phrasing("add_unique", "add unique constraint [{name}] on|to {fields}", "add unique constraint on Person (email)"),
    Phrasing("add_unique", "make {field} unique", "make Person.email unique"),
    Phrasing(
        "add_check",
        "add check [constraint] [{name}] on|to {table}: {expression}",
        "add check constraint adult on Person: age >= 18",
    ),
    Phrasing("alter_default", "set|change default of {field} to {value}", "set default of Person.locale to 'en'"),
    Phrasing("drop_default", "drop|remove default of|from {field}", "drop default of Person.locale"),
    Phrasing("set_not_null", "make|set {field} not null", "set Person.email not null"),
    Phrasing(
        "set_not_null", "make|set {field} not null, filling with {value}", "make Person.phone not null, filling with ''"
    ),
    Phrasing("set_not_null", "make {field} required|mandatory|non-nullable", "make email column of Person required"),
    Phrasing("drop_not_null", "make {field} nullable|optional", "make Person.email nullable"),
    Phrasing("drop_not_null", "drop|remove not null of|from|on {field}", "drop not null of Person.email"),
    Phrasing("widen_column", "widen {field} to {type}", "widen Person.email to varchar(500)"),
    Phrasing("widen_column", "change type of {field} to {type}", "change type of Person.email to text"),
    Phrasing("drop_column", "drop|remove|delete column {field}", "drop column Person.notes"),
    Phrasing("drop_column", "drop|remove|delete {column} column of|from {table}", "remove 'notes' column from Person"),
    Phrasing("drop_table", "drop|remove|delete table {table}", "drop table people"),
    Phrasing("drop_table", "drop|remove|delete {new} table", "drop 'people' table"),
    Phrasing(
        "drop_index", "drop|remove|delete index {name} [on|of|from {table}]", "drop index ix_people_email on Person"
    ),
    Phrasing(
        "drop_constraint",
        "drop|remove|delete constraint {name} [on|of|from {table}]",
        "drop constraint ck_people_adult from Person",
    ),
    Phrasing("rename_column", "rename [column] {field} to {to}", "rename Person.dob to date_of_birth"),
    Phrasing(
        "rename_column",
        "rename column {column} to {to} of|on|in {table}",
        "rename column 'dob' to 'date_of_birth' on Person",
    ),
    Phrasing("rename_table", "rename table {table} to {to}", "rename table people to persons"),
    Phrasing("rename_table", "rename {new} table to {to}", "rename 'people' table to 'persons'"),
    Phrasing("move_column", "move [column] {field} to {target}", "move Person.locale to Profile"),
    Phrasing(
        "move_column", "move column {column} from {table} to {target}", "move column 'locale' from Person to Profile"
    ),
    Phrasing(
        "split_table", "split {fields} into [table] {new}", "split Person (street, city and country) into addresses"
    ),
    Phrasing("merge_tables", "merge {table} into {target}", "merge Profile into Person"),
    Phrasing(
        "partition_table",
        "partition {table} by {by} of|on {column}: {parts}",
        "partition Visit by range of day: past below '2027-01-01', y2027 below '2028-01-01', others for the rest",
    ),
    Phrasing(
        "create_enum",
        "create|add enum [type] {name} with [labels|values] {labels}",
        "create enum mood with labels 'calm', 'cross'",
    ),
)


def match(sentence: str) -> Match | None:
    """The first phrasing that the whole sentence has, or None."""
    text = plain(sentence)
    for phrasing in PHRASINGS:
        found = phrasing.pattern.match(text)
        if found:
            slots = {
                k: unquoted(v.strip()) if re.sub(r"_\d$", "", k) in _NAMED else v.strip()
                for k, v in found.groupdict().items()
                if v
            }
            return Match(phrasing.kind, slots, sentence)
    return None


_NAMED = {"table", "new", "column", "name", "to", "references", "referenced"}


def near(sentence: str) -> list[str]:
    """Three examples of phrasings: those that share words with the sentence, else the most common ones."""
    said = set(re.findall(r"[a-z]+", plain(sentence).lower()))
    kinds = list({p.kind: p for p in reversed(PHRASINGS)}.values())[::-1]
    shared = {p.kind: len(said & set(re.findall(r"[a-z]+", p.template))) for p in kinds}
    return [p.example for p in sorted(kinds, key=lambda p: -shared[p.kind])[:3]]
