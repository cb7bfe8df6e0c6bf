"""What stands in for a connection while a revision is only read: it takes statements, and has no rows to give."""


class NeedsRows(Exception):
    """The revision wants the rows of a query: it cannot be read without a database."""


class NoRows:
    """The result of a statement that was only recorded. Looking into it is what cannot be answered."""

    def __init__(self, recorder):
        object.__setattr__(self, "_recorder", recorder)

    def __getattr__(self, name):
        raise self._recorder.wanted(name)

    def __iter__(self):
        raise self._recorder.wanted("rows")


class NoConnection(NeedsRows, AttributeError):
    """Something wants of the connection what only a real one has."""


class Transaction:
    """The transaction around the revision, or a savepoint in it, as a Session holds it: its commit ends nothing."""

    is_active = True

    def __init__(self, recorder, is_savepoint=False):
        self._recorder, self._is_savepoint = recorder, is_savepoint

    def rollback(self):
        if not self._is_savepoint:
            self._recorder.end("ROLLBACK;")

    def commit(self):
        pass

    def close(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None


def stand_in(recorder):
    """Stands where Alembic's own mock connection stands in offline mode, and takes parameters as well."""
    if not _CLASS:
        from sqlalchemy.engine.mock import MockConnection

        _CLASS.append(type("Connection", (MockConnection,), _members()))
    connection = _CLASS[0](recorder.context.dialect, recorder.execute)
    connection.recorder = recorder
    return connection


_CLASS = []  # made once, and only when SQLAlchemy is there


def _members():
    def exec_driver_sql(self, statement, *parameters, **more):
        self.recorder.take(statement + ";")
        return NoRows(self.recorder)

    def scalar(self, statement, *parameters, **more):
        self.execute(statement, *parameters)
        raise self.recorder.wanted("value")

    def same(self, *arguments):
        return self

    def missing(self, name):
        raise NoConnection("it looks at the %s of the connection" % name)

    def outer(self):
        return Transaction(self.recorder)

    return {
        "__getattr__": missing,
        "exec_driver_sql": exec_driver_sql,
        "scalar": scalar,
        "scalars": scalar,
        "begin": same,
        "begin_nested": lambda self: Transaction(self.recorder, is_savepoint=True),
        "get_transaction": outer,
        "_get_required_transaction": outer,
        "in_nested_transaction": lambda self: False,
        "__enter__": same,
        "__exit__": lambda self, *error: None,
        "commit": lambda self: self.recorder.end("COMMIT;"),
        "rollback": lambda self: self.recorder.end("ROLLBACK;"),
        "close": lambda self: None,
        "in_transaction": lambda self: True,
    }
