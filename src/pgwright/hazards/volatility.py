"""Which of PostgreSQL's own functions give another value for every row. Source: pg_proc.provolatile of major 18."""

from __future__ import annotations

from typing import Literal

Volatility = Literal["volatile", "steady", "unknown"]

_VOLATILE = """
random random_normal gen_random_uuid uuidv4 uuidv7 uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4
clock_timestamp timeofday nextval currval lastval setval pg_sleep gen_random_bytes gen_salt pg_notify set_config
"""
# STABLE or IMMUTABLE, and plausible in a default: an expression with another function is told to be unknown.
_STEADY = """
now transaction_timestamp statement_timestamp current_date current_setting current_user to_char to_timestamp date_trunc
timezone lower upper coalesce md5 concat concat_ws length jsonb_build_object json_build_object jsonb_build_array
json_build_array array_fill make_date make_interval make_timestamp make_timestamptz round floor ceil abs trunc trim btrim
ltrim rtrim replace substring substr left right split_part to_tsvector encode decode sha256 date_part extract age uuid_nil
txid_current pg_current_xact_id pg_backend_pid version current_schema array string_to_array hashtext greatest least
nullif format to_jsonb to_json jsonb_object json_object repeat lpad rpad initcap reverse regexp_replace power sqrt mod
date_bin div sign log ln exp chr ascii position strpos quote_literal quote_ident current_time localtime localtimestamp
session_user current_database current_catalog jsonb_strip_nulls to_date to_number array_append array_cat cardinality
uuid_extract_timestamp hashtextextended numrange int4range int8range tstzrange daterange inet_client_addr pi
"""
VOLATILE, STEADY = frozenset(_VOLATILE.split()), frozenset(_STEADY.split())


def builtin(name: str) -> Volatility:
    """The volatility of a function that no revision made."""
    bare = name.rpartition(".")[2]
    return "volatile" if bare in VOLATILE else "steady" if bare in STEADY else "unknown"
