"""Records as the rooms make them, for tests of what is printed from them."""

from __future__ import annotations

from dataclasses import replace

from pgwright.records import Change, Identity, PlannedRevision, Proof, Reason, Receipt, Task, Timing
from pgwright.step import Finding, Lock, Observed, Rows

FILE = "backend/alembic/versions/20250404_person_prefs.py"
ADD = "ALTER TABLE people ADD COLUMN notification_preferences JSONB DEFAULT '{}'::jsonb"
DROP = "ALTER TABLE people DROP COLUMN notification_preferences"
QUERY = "SELECT count(*) FROM people WHERE jsonb_typeof(notification_preferences) <> 'object'"
PATCH = """--- a/backend/app/models/person.py
+++ b/backend/app/models/person.py
@@ -36,3 +36,4 @@
     notes: Mapped[str | None] = mapped_column(Text)
+    notification_preferences: Mapped[dict[str, Any] | None] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
"""
TASK = Task(
    title="Create migration to add 'notification_preferences' column to Person model",
    requests=(
        {
            "kind": "add_column",
            "table": "people",
            "column": "notification_preferences",
            "type": "jsonb",
            "nullable": True,
            "default": {},
        },
    ),
    claims=("ARCHITECT Approval: Granted for this schema change",),
    warnings=("/path/to/backend/app/models/person.py is a placeholder, not a file.",),
    source="task.md",
    task_id="T001",
)
CHANGE = Change(
    task=TASK,
    revisions=(
        PlannedRevision(
            revision="20250404_person_prefs",
            down_revision="20250303_person_email",
            phase="expand",
            message="Add people.notification_preferences",
            file=FILE,
            upgrade_sql=(ADD,),
            downgrade_sql=(DROP,),
            validation=(QUERY,),
        ),
    ),
    model_patch=PATCH,
    approval="ARCHITECT (column change)",
)
PROVEN = Proof(
    revision="20250404_person_prefs",
    file=FILE,
    verdict="proven",
    identity=Identity(
        ast="a" * 64,
        imports="b" * 64,
        parents=("20250303_person_email",),
        naming_convention="c" * 64,
        compiled_up="d" * 64,
        compiled_down="e" * 64,
        versions=(("alembic", "1.20.1"), ("server", "18.6"), ("sqlalchemy", "2.1.9")),
    ),
    fingerprint_before="f" * 64,
    fingerprint_after="0" * 64,
    messages_up=(
        Observed(message=ADD, duration=0.0021, locks=(Lock("public.people", "AccessExclusiveLock"),), line=24),
        Observed(message="UPDATE alembic_version SET version_num='20250404_person_prefs'", duration=0.0002),
    ),
    messages_down=(
        Observed(
            message=DROP,
            duration=0.0012,
            locks=(Lock("public.people", "AccessExclusiveLock"),),
            drops=("table column public.people.notification_preferences",),
        ),
    ),
    timings=(Timing("up", 0.0312), Timing("validate", 0.0011), Timing("down", 0.0204), Timing("reup", 0.0288)),
    rows_profile="plain",
    seed=1,
    seeded=(("public.people", 100),),
    validation=((QUERY, 0),),
    server="PostgreSQL 18.6 (wheel)",
    replayable=True,
)
REFUTED = replace(
    PROVEN,
    verdict="refuted",
    reasons=(
        Reason(
            code="left-behind",
            phase="down",
            message="type public.contact_channel is still there after the downgrade",
            file=FILE,
            line=31,
            cause="drop_table and drop_column leave the enum types that the upgrade created.",
            repair='op.execute("DROP TYPE contact_channel")',
        ),
    ),
    validation=(),
)
FAILED = replace(
    PROVEN,
    verdict="refuted",
    reasons=(
        Reason(
            code="upgrade-failed",
            phase="up",
            message='could not create unique index "uq_people_phone"',
            statement="ALTER TABLE people ADD CONSTRAINT uq_people_phone UNIQUE (phone)",
            sqlstate="23505",
            exception="sqlalchemy.exc.IntegrityError",
            file=FILE,
            line=25,
            rows=("phone=0044 20 7946 0000 (2 rows)",),
        ),
    ),
    messages_up=(),
    messages_down=(),
    validation=(),
)
UNPROVEN = Proof(
    revision="20250404_person_prefs",
    file=FILE,
    verdict="unproven",
    reasons=(Reason(code="extension-missing", phase="baseline", message="extension postgis is not on the shadow"),),
    extensions_missing=("postgis",),
    server="PostgreSQL 18.6 (wheel)",
)
PHASED = Change(
    task=replace(
        TASK,
        title="make Person.phone not null, filling with ''",
        requests=({"kind": "set_not_null", "table": "people", "column": "phone", "fill": ""},),
        claims=(),
        warnings=(),
    ),
    revisions=tuple(
        PlannedRevision(
            revision=f"20250405_phone_{phase}",
            down_revision=parent,
            phase=phase,
            message=f"{phase}: people.phone NOT NULL",
            file=f"backend/alembic/versions/20250405_phone_{phase}.py",
            upgrade_sql=(up,),
            downgrade_sql=(down,) if down else (),
            validation=("SELECT count(*) FROM people WHERE phone IS NULL",) if phase == "backfill" else (),
        )
        for phase, parent, up, down in (
            (
                "expand",
                "20250404_person_prefs",
                "ALTER TABLE people ADD CONSTRAINT people_phone_not_null CHECK (phone IS NOT NULL) NOT VALID",
                "ALTER TABLE people DROP CONSTRAINT people_phone_not_null",
            ),
            ("backfill", "20250405_phone_expand", "UPDATE people SET phone = '' WHERE phone IS NULL", ""),
            (
                "enforce",
                "20250405_phone_backfill",
                "ALTER TABLE people VALIDATE CONSTRAINT people_phone_not_null",
                "ALTER TABLE people ALTER COLUMN phone DROP NOT NULL",
            ),
        )
    ),
    notes=("Write the phone number in every form of the application before enforce",),
    approval="ARCHITECT (constraint change)",
)
PHASED_PROOFS = tuple(
    replace(
        PROVEN,
        revision=r.revision,
        file=r.file,
        messages_up=(
            Observed(
                message=r.upgrade_sql[0],
                locks=(Lock("public.people", "ShareUpdateExclusiveLock"),),
                rows=(Rows("public.people", 100, 10 if r.phase == "backfill" else 0),),
            ),
        ),
        messages_down=(),
        validation=tuple((q, 0) for q in r.validation),
        replayable=r.phase != "backfill",
        unfilled=(("public.payments", "no value satisfies its check"),) if r.phase == "enforce" else (),
        findings=(
            Finding(
                rule="data-dependent-failure",
                code="PW301",
                severity="warning",
                confidence="measured",
                message="fails when rows with NULL are written during the backfill",
                instead="run the validation query before enforce.",
                revision=r.revision,
                file=r.file,
                line=30,
            ),
        )
        if r.phase == "enforce"
        else (),
    )
    for r in PHASED.revisions
)
_RUN = Receipt(
    revision="20250404_person_prefs",
    direction="up",
    environment="staging",
    kind="replay",
    state="done",
    database="people",
    identifier="7462839450112233445",
    role="deployer",
    server="PostgreSQL 18.6",
    started="2025-04-04T09:00:00Z",
    ended="2025-04-04T09:00:01Z",
    proof="9" * 64,
)
_SIGNED = replace(_RUN, environment="production", ended="2025-04-05T10:00:02Z")
RECEIPTS = (
    replace(_SIGNED, direction="down", approvals=("8" * 64,), ledger=f"12 {'7' * 64}"),
    replace(_SIGNED, approvals=("6" * 64,), ledger=f"7 {'5' * 64}"),
    _RUN,
    replace(_RUN, revision="20250101_another"),
)
