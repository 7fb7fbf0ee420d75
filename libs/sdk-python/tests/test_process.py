"""What happens when the process forks, ends, or is killed."""

import glob
import os
import signal
import tempfile
import unittest

from support import FakeServer, Told, add_up, client_of, eventually, log, run_python, settled, start_python
from plumbline._spool_files import SILENCE_S, FileName, chunks_of, is_orphan, parse_name

BEGIN = """
import os, signal, sys, threading
from plumbline import Plumbline
def make(**more):
    return Plumbline(sys.argv[1], "key", "m", **{"on_error": lambda e: print(e.code, e, file=sys.stderr), **more})
def log(client, who, count):
    return [client.log_prediction(features={"who": who, "n": n}, prediction={"score": 0.5}) for n in range(count)]
"""


def by_who(server):
    counts = {}
    for event in server.events:
        who = event["features"]["who"]
        counts[who] = counts.get(who, 0) + 1
    return counts


class Processes(unittest.TestCase):
    def setUp(self):
        self.server = FakeServer()
        self.addCleanup(self.server.__exit__)

    def run_it(self, script, *args):
        done = run_python(BEGIN + script, self.server.url, *args)
        self.assertEqual(done.stderr, "")
        return done.stdout


@unittest.skipUnless(hasattr(os, "fork"), "needs os.fork")
class Fork(Processes):
    def test_parent_and_children_deliver_their_own_events_once(self):
        self.run_it("""
client = make(flush_interval=3600)
log(client, "parent before", 700)  # 500 are on their way
children = []
for child in range(3):
    pid = os.fork()
    if pid == 0:
        assert client.stats()["queued"] == 0
        log(client, f"child {child}", 50 + child)
        code = 0 if client.flush() == (50 + child, 0, 0) else 1
        os._exit(code)
    children.append(pid)
log(client, "parent after", 20)
for pid in children:
    assert os.waitpid(pid, 0)[1] == 0
client.close()
""")
        self.assertEqual(
            by_who(self.server), {"parent before": 700, "parent after": 20, "child 0": 50, "child 1": 51, "child 2": 52}
        )
        self.assertEqual(self.server.duplicates, 0)

    def test_a_fork_in_the_middle_of_everything_does_not_hang(self):
        self.run_it("""
client = make(batch_size=20, flush_interval=0.001)
stop = threading.Event()
def busy():
    while not stop.is_set():
        log(client, "parent", 10); client.ready(); stop.wait(0.001)
threads = [threading.Thread(target=busy, daemon=True) for _ in range(3)]
[t.start() for t in threads]
for child in range(10):
    pid = os.fork()
    if pid == 0:
        log(client, "child", 10)
        client.flush()
        os._exit(0 if client.stats()["accepted"] == 10 else 1)
    assert os.waitpid(pid, 0)[1] == 0, child
stop.set()
[t.join() for t in threads]
client.close()
""")
        self.assertEqual(by_who(self.server)["child"], 100)
        self.assertEqual(self.server.duplicates, 0)

    def test_ids_differ_on_both_sides(self):
        out = self.run_it("""
from plumbline._ids import uuid7
uuid7(0)
pid = os.fork()
os.write(1, (uuid7(0) + " ").encode())
if pid: os.waitpid(pid, 0)
else: os._exit(0)
""")
        self.assertEqual(len(set(out.split())), 2)

    def test_a_child_of_a_closed_client_stays_closed(self):
        self.run_it("""
drops = []
client = make(on_drop=drops.append)
client.close()
pid = os.fork()
if pid == 0:
    log(client, "child", 1)
    os._exit(0 if drops[0].reason == "closed" and client.close() == (0, 0, 0) else 1)
assert os.waitpid(pid, 0)[1] == 0
""")

    def test_a_worker_of_multiprocessing_delivers_at_its_end(self):
        with tempfile.TemporaryDirectory(prefix="plumbline-py-") as folder:
            path = os.path.join(folder, "script.py")
            with open(path, "w") as file:
                file.write(BEGIN + """
import multiprocessing
client = make(flush_interval=3600)
def work(who):
    log(client, who, 7)
if __name__ == "__main__":
    for method in ("fork", "spawn"):
        worker = multiprocessing.get_context(method).Process(target=work, args=(method,))
        worker.start(); worker.join()
        assert worker.exitcode == 0
""")
            run_python("import runpy, sys; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')", path, self.server.url)
        self.assertEqual(by_who(self.server), {"fork": 7, "spawn": 7})


class Ends(Processes):
    def test_the_end_of_the_interpreter_delivers(self):
        self.run_it('log(make(flush_interval=3600), "main", 1200)\nlog(make(flush_interval=3600), "second", 3)')
        self.assertEqual(by_who(self.server), {"main": 1200, "second": 3})
        done = run_python(BEGIN + 'client = make()\nlog(client, "raised", 2)\nsys.exit(3)', self.server.url, check=False)
        self.assertEqual((done.returncode, by_who(self.server)["raised"]), (3, 2))

    def test_installs_no_signal_handlers_and_lets_those_of_the_program_deliver(self):
        self.run_it("""
before = [signal.getsignal(s) for s in (signal.SIGTERM, signal.SIGINT)]
client = make(flush_interval=3600)
log(client, "main", 3)
assert before == [signal.getsignal(s) for s in (signal.SIGTERM, signal.SIGINT)]
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
os.kill(os.getpid(), signal.SIGTERM)
""")
        self.assertEqual(by_who(self.server), {"main": 3})

    def test_logging_from_a_signal_handler_does_not_hang(self):
        self.run_it("""
client = make(batch_size=50)
hits = []
def handler(*_):
    hits.append(log(client, "handler", 1))
signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.0005)
while len(hits) < 100:
    log(client, "main", 5)
    client.ready()
signal.setitimer(signal.ITIMER_REAL, 0)
client.close()
stats = client.stats()
assert (stats["queued"], stats["dropped"]) == (0, 0), stats
""")
        self.assertGreaterEqual(by_who(self.server)["handler"], 100)

    def test_loses_visibly_when_the_server_is_away_at_the_end(self):
        done = run_python(
            BEGIN + "import plumbline._lifecycle as l\nl.EXIT_S = 0.1\nlog(make(), 'main', 3)", "http://127.0.0.1:9"
        )
        self.assertIn("closed 3 events were not delivered before the end", done.stderr)


class Spools(Processes):
    def setUp(self):
        super().setUp()
        self.folder = tempfile.TemporaryDirectory(prefix="plumbline-py-")
        self.addCleanup(self.folder.cleanup)
        self.dir = os.path.join(self.folder.name, "spool")

    @property
    def files(self):
        return glob.glob(os.path.join(self.dir, "*"))

    def client(self, told=None, **options):
        client = client_of(self.server.url, told, spool_dir=self.dir, **options)
        self.addCleanup(client.close, 0)
        return client

    def test_events_survive_kill_9_and_are_replayed(self):
        self.server.otherwise = (503, {}, "")
        script = BEGIN + """
client = make(flush_interval=0.01, batch_size=10, spool_dir=sys.argv[2], on_error=lambda e: None)
log(client, "killed", 95)
while client.stats()["spooled"] < 95: threading.Event().wait(0.005)
print("stored", flush=True)
threading.Event().wait()
"""
        child = start_python(script, self.server.url, self.dir)
        self.assertEqual(child.stdout.readline(), "stored\n")
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        child.stderr.close()
        self.assertEqual(self.server.stored, {})
        self.assertEqual({os.stat(path).st_mode & 0o777 for path in self.files}, {0o600})
        self.server.otherwise = "accept"
        client = self.client()
        self.assertEqual(client.flush().pending, 0)
        self.assertEqual(by_who(self.server), {"killed": 95})
        self.assertEqual(self.files, [])
        add_up(self, client.stats(), 95)

    def test_a_line_that_a_crash_has_cut_is_left_out(self):
        self.server.otherwise = (503, {}, "")
        client = self.client()
        log(client, 3)
        client.close(0.05)
        (path,) = self.files
        with open(path, "a") as file:
            file.write('{"model": "m", "predi')
        self.server.otherwise = "accept"
        self.assertEqual(settled(self.client()), (3, 0, 0))
        self.assertEqual(self.files, [])

    def test_a_file_of_the_typescript_sdk_arrives_letter_by_letter_and_its_damage_is_told(self):
        os.makedirs(self.dir)
        line = '{"model":"m","prediction_id":"%s","ts":"2026-01-01T00:00:00Z","features":{"who":"São Paulo 東京"},"prediction":{"score":1}}\n'
        with open(os.path.join(self.dir, FileName(1, 0, "gone", 1, 0, "a", "prediction").text()), "wb") as file:
            file.write((line % "a").encode() + (line % "b").encode() + b"\0\0\0\n" + b'{"features":{"who":"\xff"}}\n')
        os.utime(file.name, (0, 0))
        told = Told()
        # cut in halves too, for which the sizes on disk have to be right
        self.server.script = [(413, {}, "")]
        self.assertEqual(settled(self.client(told)), (2, 0, 0))
        self.assertEqual(by_who(self.server), {"São Paulo 東京": 2})
        self.assertEqual(told.codes[0], "spool")
        self.assertIn("2 damaged lines", told.errors[0].message)
        self.assertEqual(self.files, [])

    def test_files_of_the_living_are_left_alone(self):
        self.server.otherwise = (503, {}, "")
        first = self.client()
        log(first, 3)
        eventually(lambda: first.stats()["spooled"] == 3)
        before = self.files
        self.assertEqual(len(before), 1)
        self.assertEqual(self.client().flush().pending, 0)
        self.assertEqual(self.files, before)
        self.server.otherwise = "accept"
        self.assertEqual(settled(first), (3, 0, 0))

    def test_the_disk_takes_what_the_memory_cannot(self):
        self.server.otherwise = (503, {}, "")
        told = Told()
        client = self.client(told, queue_max=100, batch_size=20)
        for _ in range(10):
            log(client, 40)
            self.assertTrue(client.ready())
        self.assertEqual((client.stats()["queued"], client.stats()["dropped"]), (400, 0))
        self.server.otherwise = "accept"
        self.assertEqual(client.flush().pending, 0)
        self.assertEqual((len(self.server.stored), self.files), (400, []))

    def test_a_full_spool_is_told_and_memory_takes_over(self):
        self.server.otherwise = (503, {}, "")
        told = Told()
        client = self.client(told, spool_bytes_max=8192, batch_size=10)
        log(client, 50)
        eventually(lambda: "spool_full" in told.codes)
        self.assertEqual((len(self.files), told.codes.count("spool_full"), client.stats()["spooled"]), (2, 1, 20))
        self.server.otherwise = "accept"
        client.flush()
        self.assertEqual((len(self.server.stored), self.files), (50, []))

    def test_a_broken_disk_is_told_once_and_used_again_when_it_is_whole(self):
        self.server.otherwise = (503, {}, "")
        with open(self.dir, "w"):
            pass  # a file where the directory should be
        told = Told()
        client = self.client(told, batch_size=5)
        log(client, 20)
        eventually(lambda: "server_error" in told.codes)  # it left, so storing was tried
        self.assertEqual((client.stats()["spooled"], client.stats()["queued"], told.drops), (0, 20, []))
        os.unlink(self.dir)
        log(client, 5)
        eventually(lambda: client.stats()["spooled"] == 5)
        self.assertEqual(told.codes.count("spool"), 1)
        self.server.otherwise = "accept"
        self.assertEqual(settled(client), (25, 0, 0))

    def test_halves_share_their_file(self):
        take = self.server._take
        self.server._take = lambda handler, seen: (
            self.server.script.append((413, {}, "") if len(seen.events) > 3 else "accept"),
            take(handler, seen),
        )
        client = self.client()
        log(client, 11)
        self.assertEqual(settled(client), (11, 0, 0))
        self.assertEqual((len(self.server.stored), self.files), (11, []))

    def test_what_is_logged_while_the_server_hangs_is_on_disk(self):
        self.server.otherwise = "hang"
        client = self.client(timeout=15)
        log(client)
        self.server.until(lambda: self.server.seen)
        log(client, 5)
        eventually(lambda: client.stats()["spooled"] == 6)

    @unittest.skipUnless(hasattr(os, "fork"), "needs os.fork")
    def test_a_child_has_files_of_its_own(self):
        self.run_it(
            """
client = make(spool_dir=sys.argv[2], flush_interval=0.01)
log(client, "parent", 30)
pid = os.fork()
if pid == 0:
    log(client, "child", 10)
    client.close()
    os._exit(0 if client.stats()["accepted"] == 10 else 1)
assert os.waitpid(pid, 0)[1] == 0
client.close()
""",
            self.dir,
        )
        self.assertEqual((by_who(self.server), self.server.duplicates, self.files), ({"parent": 30, "child": 10}, 0, []))


class SpoolFiles(unittest.TestCase):
    NAME = FileName(1767225600123, 7, "my-host", 42, 0, "a1b2c3", "outcome")

    def test_names_are_those_of_the_typescript_sdk(self):
        text = "1767225600123-7.my-host.42-0.a1b2c3.outcomes.ndjson"
        self.assertEqual((self.NAME.text(), parse_name(text), parse_name("x" + text)), (text, self.NAME, None))

    def test_knows_whose_writer_is_gone(self):
        mine = self.NAME._replace(pid=os.getpid())
        for file, age_s, host, owners, orphan in (
            (mine, 0, "my-host", {"a1b2c3"}, False),
            (mine, 0, "my-host", set(), True),
            (mine._replace(pid=os.getppid()), 0, "my-host", set(), False),
            (mine._replace(pid=2**22 + 1), 0, "my-host", set(), True),
            (mine, 0, "another", set(), False),
            (mine, SILENCE_S + 1, "another", set(), True),
            (mine, SILENCE_S + 1, "another", {"a1b2c3"}, False),
        ):
            self.assertEqual(is_orphan(file, age_s, host, owners), orphan)

    def test_cuts_whole_lines(self):
        for data, size, most, chunks, damaged in (
            (b"{}\n{ }\n{  }\n{}", 2, 100, [(0, 7, 2), (7, 5, 1)], 0),
            (b"{}\n{ }\n{  }\n", 9, 7, [(0, 7, 2), (7, 5, 1)], 0),
            (b"{       }\n{}\n", 9, 3, [(0, 10, 1), (10, 3, 1)], 0),
            (b"", 9, 9, [], 0),
            (b"{cut", 9, 9, [], 0),
            (b"{}\n\0\0\n\n{\xff}\n{\xc3\xa9}\n{\n}\n", 9, 99, [(0, 3, 1), (11, 5, 1)], 5),
        ):
            self.assertEqual(chunks_of(data, size, most), (chunks, damaged), data)


if __name__ == "__main__":
    unittest.main()
