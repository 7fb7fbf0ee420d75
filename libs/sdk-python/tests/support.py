"""What all tests share: the package from its sources, a server on loopback, and processes of their own."""

import gzip
import json
import os
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SRC = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "src")
sys.path.insert(0, SRC)

WITHIN_S = 20.0


class Seen:
    def __init__(self, path, headers, raw):
        self.path = path
        self.headers = headers
        self.raw = raw
        self.at = time.monotonic()
        text = gzip.decompress(raw) if headers.get("Content-Encoding") == "gzip" else raw
        self.text = text.decode()
        self.events = [json.loads(line) for line in self.text.splitlines()]


class FakeServer:
    """Speaks the Events part of the API and remembers what it has seen.

    ``script`` is for the next requests, one each, then ``otherwise``: "accept", "hang", "reset", "accept-then-reset" or
    (status, headers, body).
    """

    def __init__(self):
        self.seen = []
        self.stored = {}
        self.duplicates = 0
        self.script = []
        self.otherwise = "accept"
        self.refuse = lambda event: None
        self.connections = 0
        self._changed = threading.Condition()
        self._released = threading.Event()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self):
                fake.connections += 1
                super().setup()

            def do_POST(self):
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                fake._take(self, Seen(self.path, self.headers, raw))

            def log_message(self, *args):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request, client_address):
                pass  # clients that were killed

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def events(self):
        return list(self.stored.values())

    def until(self, condition, within=WITHIN_S):
        """Looks after every request."""
        with self._changed:
            if not self._changed.wait_for(condition, within):
                raise AssertionError(f"waited {within} s in vain; {len(self.seen)} requests, {len(self.stored)} events")

    def _take(self, handler, seen):
        with self._changed:
            self.seen.append(seen)
            reply = self.script.pop(0) if self.script else self.otherwise
            answer = self._store(seen) if reply in ("accept", "accept-then-reset") else reply
            self._changed.notify_all()
        if reply == "hang":
            self._released.wait(WITHIN_S)
        if reply in ("hang", "reset", "accept-then-reset"):
            handler.close_connection = True
            return
        status, headers, body = answer
        body = body.encode()
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def _store(self, seen):
        accepted = duplicates = 0
        rejected = []
        for index, event in enumerate(seen.events):
            refusal = self.refuse(event)
            key = (seen.path, event["model"], event.get("version"), event["prediction_id"])
            if refusal:
                rejected.append({"index": index, "code": refusal, "message": "no"})
            elif key in self.stored:
                duplicates += 1
            else:
                self.stored[key] = event
                accepted += 1
        self.duplicates += duplicates
        return 200, {}, json.dumps({"accepted": accepted, "duplicates": duplicates, "rejected": rejected})


class Told:
    """Keeps what a client tells."""

    def __init__(self):
        self.errors = []
        self.drops = []
        self.rejections = []

    @property
    def codes(self):
        return [error.code for error in self.errors]

    def options(self):
        return {"on_error": self.errors.append, "on_drop": self.drops.append, "on_reject": self.rejections.append}


class RawServer:
    """Answers every connection with what ``speak`` writes to its socket."""

    def __init__(self, speak):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._speak = speak
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.recv(1 << 16)
                    self._speak(connection)
                except OSError:
                    pass

    def close(self):
        self._listener.close()


def client_of(url, told=None, **options):
    from plumbline import Plumbline

    given = {"api_key": "key", "model": "m", "flush_interval": 0.01, "retry_base": 0.001, "retry_cap": 0.01}
    return Plumbline(url, **{**given, **(told or Told()).options(), **options})


def log(client, count=1, **more):
    return [client.log_prediction(features={"i": i}, prediction={"score": 0.5}, **more) for i in range(count)]


def eventually(condition, within=WITHIN_S):
    """For what happens in other threads."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {within} s in vain")
        time.sleep(0.005)


def settled(client):
    """After a flush: what the server has, what it refused and what still waits, whoever has sent it when."""
    client.flush()
    stats = client.stats()
    return stats["accepted"] + stats["duplicates"], stats["rejected"], stats["queued"]


def add_up(test, stats, calls):
    """Every event ends somewhere."""
    ends = ("queued", "accepted", "duplicates", "rejected", "dropped")
    test.assertEqual(sum(stats[name] for name in ends), calls, stats)


def run_python(script, *args, check=True, **env):
    """A process of its own; its standard output."""
    # Python 3.12 and newer warn of every fork of a process with threads, which is what some of these are about
    quiet = ("-W", "error::SyntaxWarning", "-W", "ignore:This process:DeprecationWarning")
    done = subprocess.run(
        [sys.executable, *quiet, "-c", script, *map(str, args)],
        env={**os.environ, "PYTHONPATH": SRC, "PYTHONDONTWRITEBYTECODE": "1", **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=30,
        text=True,
    )
    if check and done.returncode != 0:
        raise AssertionError(f"exit {done.returncode}: {done.stderr}")
    return done


def start_python(script, *args):
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, args)],
        env={**os.environ, "PYTHONPATH": SRC, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
