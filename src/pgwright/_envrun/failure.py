"""What an exception says to a person: root cause, SQLSTATE, the statement, the line in the user's file."""

import linecache
import os
import re
import sysconfig
import traceback

OUTSIDE = tuple(
    os.path.realpath(path) + os.sep for path in {sysconfig.get_paths()[k] for k in ("stdlib", "purelib", "platlib")}
)
# None when the sources were carried here: then no file of ours exists
OWN = os.path.dirname(os.path.realpath(__file__)) + os.sep if "__file__" in globals() else None
NAMED = (
    re.compile(r"[Ee]nv(?:ironment)?[ _-]?var(?:iable)?s?:? ['\"`]?([A-Z][A-Z0-9_]+)"),
    re.compile(
        r"['\"`]?\b([A-Z][A-Z0-9]*(?:_+[A-Z0-9]+)*)['\"`]? "
        r"(?:environment variable|(?:is|was|must be) (?:not )?(?:set|required|missing|defined|provided)"
        r"|not (?:set|found|defined)|must )"
    ),
    re.compile(r"\b([A-Z][A-Z0-9]*(?:_+[A-Z0-9]+)+)\b not found"),
)


def chain(error):
    """The error and everything under it: what it wraps (`orig`), then its explicit cause."""
    seen = []
    while error is not None and error not in seen:
        seen.append(error)
        error = getattr(error, "orig", None) or error.__cause__
    return seen


def whole_chain(error):
    """Like `chain`, and also what was being handled when an error was raised."""
    seen = []
    waiting = [error]
    while waiting:
        one = waiting.pop(0)
        if one is None or any(one is other for other in seen):
            continue
        seen.append(one)
        waiting += [getattr(one, "orig", None), one.__cause__, one.__context__]
    return seen


def frames(error):
    """(file, line, function) of every frame that the errors of the chain went through, outermost first."""
    found = []
    for one in reversed(whole_chain(error)):
        found += [(f.filename, f.lineno, f.name) for f in traceback.extract_tb(one.__traceback__)]
    for one in whole_chain(error):
        if isinstance(one, SyntaxError) and one.filename:
            found.append((one.filename, one.lineno, "<syntax>"))
    return found


def is_users(filename):
    """True for code that is neither a library's nor ours."""
    path = os.path.realpath(filename)
    if not os.path.isfile(path) or (OWN and path.startswith(OWN)):
        return False
    return not path.startswith(OUTSIDE) and "site-packages" not in path and "dist-packages" not in path


def place(error, files):
    """(file, line, raised there itself): the deepest frame in a revision file, else in the user's code."""
    trail = frames(error)
    own = [f for f in trail if f[0] in files] or [f for f in trail if is_users(f[0])]
    if not own:
        return None, None, False
    innermost = traceback.extract_tb(chain(error)[-1].__traceback__)
    there = bool(innermost) and (innermost[-1].filename, innermost[-1].lineno) == own[-1][:2]
    return own[-1][0], own[-1][1], there


def first(errors, *names):
    """The first non-empty attribute of that name on any of the errors, outermost error last."""
    for one in reversed(errors):
        for name in names:
            value = getattr(one, name, None)
            if value and isinstance(value, str):
                return value
    return None


def server_side(errors):
    """(sqlstate, message, detail) as the server gave them, whatever the driver: psycopg 2 and 3, asyncpg, pg8000."""
    for one in reversed(errors):
        diag = getattr(one, "diag", None)
        if diag is not None and getattr(diag, "sqlstate", None):
            return diag.sqlstate, diag.message_primary, diag.message_detail
        args = getattr(one, "args", ())
        if args and isinstance(args[0], dict) and "C" in args[0]:
            return args[0].get("C"), args[0].get("M"), args[0].get("D")
    return first(errors, "sqlstate", "pgcode"), first(errors, "message"), first(errors, "detail")


def text_of(error):
    text = str(error).strip()
    if isinstance(error, SystemExit):
        return "the code called sys.exit(%s)" % text
    return text


def _name(error):
    kind = type(error)
    return kind.__name__ if kind.__module__ == "builtins" else kind.__module__ + "." + kind.__name__


def _trace(error, exception, message):
    """The user's own frames, innermost last, and what was raised; the libraries in between say nothing to them."""
    lines = []
    for file, line, function in [frame for frame in frames(error) if is_users(frame[0])][-12:]:
        source = linecache.getline(file, line or 0).strip()
        lines.append('  File "%s", line %s, in %s' % (file, line, function) + ("\n    " + source if source else ""))
    lines.append("%s: %s" % (exception, message))
    return "\n".join(lines)


def describe(error, files=()):
    """The error as plain values. `files` are the paths of revision files, the places that matter most."""
    errors = chain(error)
    root = errors[-1]
    sqlstate, message, detail = server_side(errors)
    file, line, raised_there = place(error, files)
    exception = _name(root)
    return {
        "exception": exception,
        "sqlstate": sqlstate,
        "message": (message if sqlstate and message else text_of(root)) or type(root).__name__,
        "detail": detail,
        "statement": (first(errors, "statement") or "").strip() or None,
        "file": file,
        "line": line,
        "revision": files.get(file) if isinstance(files, dict) else None,
        "raised_there": raised_there,
        "trace": _trace(error, exception, text_of(root)),
    }


def missing_settings(error, of_a_step=False):
    """Names of settings that the error seems to ask for; a guess, for env.py files that read a configuration.

    `of_a_step`: an invalid pydantic model is then about rows, not about settings.
    """
    names = []
    for one in whole_chain(error):
        names += (not of_a_step and _from_pydantic(one)) or _from_environ(one) or _from_text(one)
    return list(dict.fromkeys(names))


def _from_pydantic(error):
    """pydantic 1 and 2: every field that is missing or invalid."""
    if type(error).__name__ != "ValidationError" or not callable(getattr(error, "errors", None)):
        return []
    try:
        return [str(item["loc"][0]) for item in error.errors() if item.get("loc")]
    except Exception:
        return []


def _from_environ(error):
    """`os.environ["X"]`: a KeyError whose innermost frame is in os.py."""
    if not isinstance(error, KeyError) or not error.args:
        return []
    trail = traceback.extract_tb(error.__traceback__)
    if trail and (trail[-1].filename.endswith("os.py") or re.match(r"^[A-Z][A-Z0-9_]+$", str(error.args[0]))):
        return [str(error.args[0])]
    return []


def _from_text(error):
    if isinstance(error, (SyntaxError, NameError, AttributeError)):
        return []
    return [name for pattern in NAMED for name in pattern.findall(str(error))]
