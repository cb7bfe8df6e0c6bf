"""What is refused about approvals and signatures, each with the way out."""

from __future__ import annotations

from pgwright.errors import Refusal


class WrongArmour(Refusal):
    """
    {name} is not an SSH signature
    Only what ssh-keygen -Y sign writes is read. Sign the text again: pgwright approve
    """

    code = "PW-GATE-20"


class CutSignature(Refusal):
    """
    {name} is damaged: {why}
    Sign the text again: pgwright approve
    """

    code = "PW-GATE-21"


class KeyKind(Refusal):
    """
    {name} is of the kind {kind}, and only ed25519 keys can be checked here and in the database
    Make one: ssh-keygen -t ed25519 (with a hardware key: ssh-keygen -t ed25519-sk), and list it in .pgwright/allowed_signers
    """

    code = "PW-GATE-22"


class NoSigners(Refusal):
    """
    nobody is listed who may sign: there is no {where}
    Write one line per key, as in OpenSSH: alice@example.org namespaces="pgwright" ssh-ed25519 AAAA...
    """

    code = "PW-GATE-23"


class BadSigners(Refusal):
    """
    line {number} of .pgwright/allowed_signers is not valid: {why}
    The format is OpenSSH's (ssh-keygen(1), ALLOWED SIGNERS), with one person per key.
    """

    code = "PW-GATE-24"


class NotAnApproval(Refusal):
    """
    {name} is not the text of an approval: {why}
    Ask for a new one: pgwright request
    """

    code = "PW-GATE-25"


class LineEnds(Refusal):
    """
    {name} has CRLF line ends, so it is not what was signed: a mail program or git turned it over
    Check it out as it was (* -text in .gitattributes, core.autocrlf=false); nobody has to sign again.
    """

    code = "PW-GATE-26"


class WrongNamespace(Refusal):
    """
    the signature of {signer} was made for {namespace}, not for pgwright
    Sign the text for this purpose: pgwright approve {approval}
    """

    code = "PW-GATE-27"


class BadSignature(Refusal):
    """
    a signature by the key {fingerprint} does not hold for {approval}: a byte of the text changed after it was signed
    Look at what changed (git log -p), and have the text signed again: pgwright approve {approval}
    """

    code = "PW-GATE-28"


class NotListed(Refusal):
    """
    the key {fingerprint} is not one that may sign
    The list is .pgwright/allowed_signers as the main branch has it. Have it listed there first, by somebody else.
    """

    code = "PW-GATE-29"


class KeyNotValid(Refusal):
    """
    the key of {signer} does not count at this moment (valid-after, valid-before in .pgwright/allowed_signers)
    Sign with a key that does.
    """

    code = "PW-GATE-30"


class NotTouched(Refusal):
    """
    the hardware key of {signer} signed without being touched, so a program may have done it
    Make a key that asks for a touch (ssh-keygen -t ed25519-sk, without -O no-touch-required) and sign again.
    """

    code = "PW-GATE-31"


class NeedsTouch(Refusal):
    """
    {approval} asks for a hardware key, and {signer} signed with a key from a file
    Sign with a hardware key: ssh-keygen -t ed25519-sk
    """

    code = "PW-GATE-32"


class AuthorSigned(Refusal):
    """
    {signer} wrote the change and cannot approve it
    Somebody else has to sign: pgwright approve {approval}
    """

    code = "PW-GATE-33"


class TooFew(Refusal):
    """
    {count} of {quorum} approvals are there for {approval}: {people}
    One person counts once, with however many keys. Somebody else signs it: pgwright approve {approval}
    """

    code = "PW-GATE-34"
    exit_status = 3


class Expired(Refusal):
    """
    {approval} expired at {expires}; it is {now} here
    Ask for a new one: pgwright request, or pgwright history supersede
    """

    code = "PW-GATE-35"


class ClockSkew(Refusal):
    """
    {approval} was asked for at {requested}, and it is {now} here: one of the two clocks is wrong
    Correct the clock that is wrong; when it was the other one, ask again: pgwright request
    """

    code = "PW-GATE-36"


class MovedDatabase(Refusal):
    """
    {database} on cluster {cluster} is not what this approval was given for: {for_database} on cluster {for_cluster}
    Ask for an approval of this database: pgwright request {revision} --env {environment}
    """

    code = "PW-GATE-37"


class OtherPlan(Refusal):
    """
    {approval} was given for another plan: {what}
    Whatever changes after approval needs a new one: pgwright request {revision} --env {environment}
    """

    code = "PW-GATE-38"


class Replayed(Refusal):
    """
    {approval} was used already ({where}): an approval counts for one run
    Ask for a new one: pgwright request {revision} --env {environment}
    """

    code = "PW-GATE-39"


class NoProof(Refusal):
    """
    {revision} cannot be approved: {why}
    Prove it first: pgwright prove {revision}
    """

    code = "PW-GATE-40"


class NoAuthor(Refusal):
    """
    nobody knows who wrote {revision}: git has no author of its file and no user.email
    Say it: pgwright request {revision} --env {environment} --author NAME
    """

    code = "PW-GATE-41"


class UnknownApproval(Refusal):
    """
    there is no request {approval} in .pgwright/approvals
    There are: {known}
    """

    code = "PW-GATE-42"


class NoKey(Refusal):
    """
    no key was found to sign with
    Name one: pgwright approve {approval} --key ~/.ssh/id_ed25519. To make one: ssh-keygen -t ed25519
    """

    code = "PW-GATE-43"


class NoKeygen(Refusal):
    """
    ssh-keygen is not here, and signatures are made with it
    Install OpenSSH 8.1 or newer (Debian: openssh-client).
    """

    code = "PW-GATE-44"


class NotSigned(Refusal):
    """
    ssh-keygen did not sign with {key}: {why}
    {remedy}
    """

    code = "PW-GATE-45"


class NothingToSign(Refusal):
    """
    {what} names no revision
    A..B is what comes after A, up to B. See the history: pgwright status
    """

    code = "PW-GATE-54"


class NotAPart(Refusal):
    """
    {name} does not list {revision}
    Ask for an approval that does: pgwright request {revision} --env {environment}
    """

    code = "PW-GATE-52"


class OutOfTurn(Refusal):
    """
    {approval} was signed for {earlier} before {revision}, and in the history as it is now {earlier} does not come before it
    What was signed is an order as well. Ask for a new one: pgwright request {revision} --env {environment}
    """

    code = "PW-GATE-53"


class PolicyTooLoose(Refusal):
    """
    {key} = {given} in pgwright.toml asks for less than the rules of the house: {rule}
    The table there may only be stricter than the rules of the house.
    """

    code = "PW-GATE-46"
