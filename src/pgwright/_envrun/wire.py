"""JSON lines between parent and child, out of reach of anything that the user's code prints."""

import json
import os


class Wire:
    """Requests in, replies and events out. Takes standard input and output; the user's code gets others."""

    def __init__(self):
        self.incoming = os.fdopen(os.dup(0), "rb")
        self.outgoing = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)

    def read(self):
        """The next request, or None when the parent has gone."""
        line = self.incoming.readline()
        return json.loads(line.decode("utf-8")) if line else None

    def write(self, message):
        text = json.dumps(message, default=str, ensure_ascii=True)
        self.outgoing.write(text.encode("ascii") + b"\n")
        self.outgoing.flush()

    def ask(self, event):
        """Sends an event and blocks until the parent has answered it. A parent that is gone ends the process."""
        self.write(event)
        answer = self.read()
        if answer is None:
            os._exit(3)
        return answer
