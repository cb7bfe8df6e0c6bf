"""One short text that two databases share exactly when a round trip between them would not be refuted."""

from __future__ import annotations

import json
from hashlib import sha256
from operator import attrgetter

from pgwright.schema.compared import COMPARED, PARTS, parts
from pgwright.schema.model import Relation, Schema

_values = {cls: attrgetter("name", *names) for cls, names in COMPARED.items()}


def fingerprint(schema: Schema, ignore: frozenset[str] = frozenset()) -> str:
    """sha256, equal for two schemas iff `diff` refutes neither the one for the other nor the other way round.

    Names count. Column order, names of NOT NULL constraints and the server's version do not.
    """
    digest = sha256()
    for relation in schema.relations:
        if relation.qualified not in ignore:
            digest.update(_text(relation).encode())
    for thing in schema.things:
        digest.update(json.dumps([thing.kind, thing.identity, thing.properties]).encode())
    return digest.hexdigest()


def _text(relation: Relation) -> str:
    held = [[_values[type(part)](part) for part in parts(relation, attribute)] for attribute in PARTS]
    return json.dumps([relation.schema, _values[Relation](relation), held])
