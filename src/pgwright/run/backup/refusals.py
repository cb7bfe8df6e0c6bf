"""What does not count as a backup, each by name."""

from __future__ import annotations

from typing import ClassVar

from pgwright.errors import Refusal


class NoBackup(Refusal):
    """
    No backup of {environment} is on record.
    Take one: pgwright backup take --env {environment} --to DIRECTORY
    """

    code = "PW-BACKUP-01"


class Stale(Refusal):
    """
    The backup {backup} of {environment} is {age} old, and {allowed} is allowed.
    Take another: pgwright backup take --env {environment} --to DIRECTORY
    """

    code = "PW-BACKUP-02"


class OtherDatabase(Refusal):
    """
    The backup {backup} is of database {theirs}, and {environment} is {ours}.
    A backup of another database brings nothing back here.
    """

    code = "PW-BACKUP-03"


class Damaged(Refusal):
    """
    The backup {backup} is not what was written: {why}
    Nothing can be relied on in it. Take another, and find out what changed it.
    """

    code = "PW-BACKUP-04"
    exit_status: ClassVar[int] = 1


class RestoreFailed(Refusal):
    """
    The backup {backup} could not be restored: {why}
    That a dump can be listed proves nothing; only a restore does. Take another.
    """

    code = "PW-BACKUP-05"
    exit_status: ClassVar[int] = 1


class RestoredDiffers(Refusal):
    """
    The backup {backup} was restored, and the copy is not what was backed up: {why}
    It does not count. Take another.
    """

    code = "PW-BACKUP-06"
    exit_status: ClassVar[int] = 1


class OtherRevisions(Refusal):
    """
    The backup {backup} was taken at {then}, and {environment} stands at {now}.
    Going back to it would also undo what was applied since. Take another.
    """

    code = "PW-BACKUP-07"


class NotBackedUp(Refusal):
    """
    {revision} may not run on {environment} before its backup is worth {wanted}: it is {level}. {why}
    Take and restore one: pgwright backup take --env {environment} --to DIRECTORY
    Then: pgwright backup verify --env {environment}
    """

    code = "PW-BACKUP-09"
    exit_status: ClassVar[int] = 3


class CannotTake(Refusal):
    """
    {program} could not take the backup of {environment}: {why}
    Name a login that may read everything (or replicate, for pg_basebackup) with --admin-env VARIABLE.
    """

    code = "PW-BACKUP-08"


class NoRoom(Refusal):
    """
    No backup can be written to {folder}: {why}
    Nothing was changed. Name a directory that you may write to with --to DIRECTORY.
    """

    code = "PW-BACKUP-10"


class ProviderFailed(Refusal):
    """
    {program} could not be asked for backups: {why}
    It is called as the user that you are, in the project's folder. Run it by hand; command = [...] says how it is started.
    """

    code = "PW-BACKUP-11"


class ProviderUnreadable(Refusal):
    """
    What {provider} printed of the backups of {environment} is not a listing of backups: {why}
    Nothing is guessed from it. Look at what the program prints, and whether its version is one that the docs name.
    """

    code = "PW-BACKUP-12"


class NoneWhole(Refusal):
    """
    {provider} lists no whole backup of {environment}: {why}
    Take one with {provider}.
    """

    code = "PW-BACKUP-13"


class OnlyListed(Refusal):
    """
    {provider} lists the backup {backup}, and {lacks}.
    What it holds only a restore tells: pgwright backup verify --env {environment}
    """

    code = "PW-BACKUP-14"


class NotRestorable(Refusal):
    """
    Backups of {provider} are listed and not restored by pgwright; {backup} counts as listed, B1.
    A dump can be restored and compared: pgwright backup take --env {environment} --to DIRECTORY
    """

    code = "PW-BACKUP-15"
