import socket
import threading
import time
import unittest

from support import FakeServer, RawServer, Told, add_up, client_of, log, settled
from plumbline._queue import EventQueue
from plumbline._retry import Gate, backoff_s, fate_of, retry_after_s


class Retry(unittest.TestCase):
    def test_backs_off_with_full_jitter(self):
        self.assertEqual([backoff_s(n, 0.5, 30, 0.5) for n in (1, 2, 3, 20, 5000)], [0.25, 0.5, 1.0, 15, 15])
        self.assertEqual(backoff_s(9, 0.5, 30, 0), 0)

    def test_reads_retry_after(self):
        for header, seconds in (
            (None, None),
            ("", None),
            ("soon", None),
            ("nan", None),
            ("2", 2),
            ("-1", 0),
            ("99999", 600),
            ("Thu, 01 Jan 1970 00:01:40 GMT", 60),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ):
            self.assertEqual(retry_after_s(header, 40.0), seconds, header)

    def test_knows_the_fate_of_every_status(self):
        for status, fate in (
            (200, "done"), (301, "settings"), (400, "refuse"), (401, "settings"), (403, "settings"), (404, "settings"),
            (408, "retry"), (413, "split"), (415, "plain"), (422, "refuse"), (425, "retry"), (429, "retry"), (503, "retry"),
        ):  # fmt: skip
            self.assertEqual(fate_of(status)[0], fate, status)

    def test_nobody_hurries_past_what_the_server_asked_for(self):
        gate = Gate()
        gate.failed(100, 5, False)
        gate.hurry()
        self.assertEqual(gate.opens_at, 0)
        gate.failed(100, 5, True)
        gate.hurry()
        gate.answered()
        self.assertEqual((gate.opens_at, gate.failures), (105, 0))


class Queue(unittest.TestCase):
    def test_cuts_by_number_and_by_size(self):
        queue = EventQueue(3, 100, 10)
        self.assertEqual([queue.push("x", 2) for _ in range(7)], [True, False, True, False, False, False, False])
        self.assertEqual([len(queue.take()[0]) for _ in range(3)], [3, 3, 1])
        for size in (300, 60, 60):
            queue.push("x" * (size - 1), size)
        self.assertEqual([queue.take()[1] for _ in range(3)], [300, 60, 60])


class Delivery(unittest.TestCase):
    def setUp(self):
        self.server = FakeServer()
        self.addCleanup(self.server.__exit__)
        self.told = Told()

    def client(self, **options):
        client = client_of(self.server.url, self.told, **options)
        self.addCleanup(client.close, 0)
        return client

    def test_sends_batches_of_each_kind_by_themselves(self):
        client = self.client(batch_size=10, version="v1")
        ids = log(client, 25, tags={"t": 1}, latency_ms=3)
        client.log_outcome(prediction_id=ids[0], label="yes")
        self.assertEqual(settled(client), (26, 0, 0))
        self.assertEqual([event["prediction_id"] for seen in self.server.seen for event in seen.events if "features" in event], ids)
        self.assertEqual(sorted((seen.path, len(seen.events)) for seen in self.server.seen)[0], ("/v1/outcomes", 1))
        self.assertTrue(all(len(seen.events) <= 10 for seen in self.server.seen))
        headers = self.server.seen[0].headers
        self.assertEqual(
            [headers[name] for name in ("Authorization", "Content-Type", "Content-Encoding")],
            ["Bearer key", "application/x-ndjson", "gzip"],
        )
        self.assertEqual(self.server.connections, 1)
        add_up(self, client.stats(), 26)
        self.assertEqual((client.stats()["sent"], self.told.errors), (26, []))

    def test_sends_by_itself_after_the_interval_and_when_a_batch_is_full(self):
        log(self.client(flush_interval=0.02))
        self.server.until(lambda: len(self.server.stored) == 1)
        log(self.client(flush_interval=3600, batch_size=5), 5)
        self.server.until(lambda: len(self.server.stored) == 6)

    def test_a_retry_is_the_same_bytes_and_one_event(self):
        self.server.script = ["reset", (503, {}, ""), (200, {}, "<html>"), "accept-then-reset"]
        client = self.client()
        log(client, 3)
        self.assertEqual(settled(client), (3, 0, 0))
        self.assertEqual(len({seen.raw for seen in self.server.seen}), 1)
        self.assertEqual((len(self.server.stored), client.stats()["duplicates"]), (3, 3))
        self.assertLessEqual({"unreachable", "server_error", "bad_answer"}, set(self.told.codes))
        self.assertEqual((client.stats()["sent"], client.stats()["retried"] >= 3), (3, True))

    def test_waits_as_long_as_the_server_asks(self):
        self.server.script = [(429, {"Retry-After": "0.3"}, "")]
        client = self.client()
        log(client)
        self.assertEqual(client.flush().pending, 0)
        first, second = self.server.seen
        self.assertGreaterEqual(second.at - first.at, 0.3)
        self.assertEqual(self.told.codes, ["rate_limited"])

    def test_a_server_that_drips_or_never_ends_costs_no_more_than_the_time(self):
        def drips(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                connection.sendall(b"X: a\r\n")
                time.sleep(0.02)

        def never_ends(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
            while True:
                connection.sendall(b" " * 65536)

        for speak, says in ((drips, "no answer within 0.2 s"), (never_ends, "without end|no answer within")):
            server = RawServer(speak)
            told = Told()
            client = client_of(server.url, told, timeout=0.2)
            log(client)
            begin = time.monotonic()
            while "unreachable" not in told.codes:
                client.flush(0.3)
            self.assertLess(time.monotonic() - begin, 10)
            self.assertRegex(told.errors[0].message, says)
            self.assertEqual(client.close(0).pending, 1)
            server.close()

    def test_answers_that_are_none_of_plumbline_are_tried_again(self):
        bodies = (
            "<html>",
            "null",
            '{"accepted":2}',
            '{"accepted":0,"duplicates":0,"rejected":[]}',
            '{"accepted":true,"duplicates":1,"rejected":[]}',
            '{"accepted":-1,"duplicates":3,"rejected":[]}',
            '{"accepted":2,"duplicates":0,"rejected":"none"}',
            '{"accepted":2,"duplicates":0,"rejected":[{"index":0,"code":"x","message":"y"}]}',
            '{"accepted":1e300,"duplicates":0,"rejected":[]}',
        )
        told = Told()
        client = client_of(self.server.url, told)
        for body in bodies:
            self.server.script = [(200, {}, body)]
            log(client, 2)
            self.assertEqual(client.flush(), (2, 0, 0), body)
        self.assertEqual(told.codes, ["bad_answer"] * len(bodies))
        client.close()

    def test_refused_events_are_all_counted_also_when_only_some_are_named(self):
        refusal = '{"accepted":1,"duplicates":0,"rejected":[{"index":1,"code":"conflict","message":"no"}]}'
        self.server.script = [(200, {}, refusal)]
        told = Told()
        client = client_of(self.server.url, told)
        ids = log(client, 4)
        self.assertEqual((client.flush(), len(self.server.seen)), ((1, 3, 0), 1))
        self.assertEqual([(r.code, r.prediction_id) for r in told.rejections], [("conflict", ids[1])])
        client.close()

    def test_what_cannot_be_reached_is_told_with_its_cause(self):
        with socket.create_server(("127.0.0.1", 0)) as closed:
            nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
        for url, says in (
            ("http://plumbline.invalid", "(?i)name|resolution|getaddrinfo"),
            (nobody, "(?i)refused"),
            (self.server.url.replace("http", "https"), "(?i)ssl|tls"),
        ):
            told = Told()
            client = client_of(url, told)
            log(client)
            while client.stats()["retried"] < 2:
                client.flush(0.05)
            self.assertEqual(set(told.codes), {"unreachable"})
            self.assertRegex(told.errors[0].message, says)
            self.assertEqual(told.drops, [])
            self.assertEqual(client.close(0).pending, 1)

    def test_reads_a_date_to_wait_for(self):
        self.server.script = [(429, {"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}, ""), (302, {"Location": "https://x.example"}, "")]
        told = Told()
        client = client_of(self.server.url, told)
        log(client)
        self.assertEqual((client.flush().pending, told.codes), (1, ["rate_limited", "wrong_address"]))
        self.assertEqual(client.flush(), (1, 0, 0))
        client.close()

    def test_gives_up_a_server_that_hangs_and_tries_again(self):
        self.server.script = ["hang"]
        client = self.client(timeout=0.2)
        log(client)
        self.assertEqual(settled(client), (1, 0, 0))
        self.assertIn("no answer within 0.2 s", self.told.errors[0].message.replace("timed out", "no answer within 0.2 s"))

    def test_cuts_what_is_too_large_in_halves(self):
        def answer(seen):
            return (413, {}, "") if len(seen.events) > 2 or any(e["features"]["i"] == 3 for e in seen.events) else "accept"

        take = self.server._take
        self.server._take = lambda handler, seen: (self.server.script.append(answer(seen)), take(handler, seen))
        client = self.client()
        log(client, 9)
        self.assertEqual(settled(client), (8, 0, 0))
        self.assertEqual([(drop.reason, drop.event["features"]) for drop in self.told.drops], [("too_large", {"i": 3})])
        add_up(self, client.stats(), 9)
        self.assertEqual(client.stats()["sent"], 9)

    def test_keeps_everything_when_the_key_is_wrong_and_tells_at_once(self):
        self.server.script = [(401, {}, '{"detail": "no such key"}')]
        client = self.client(flush_interval=3600)
        log(client, 2)
        begin = time.monotonic()
        client.flush(20)
        self.assertEqual(client.stats()["queued"], 2)
        self.assertLess(time.monotonic() - begin, 10)
        self.assertEqual(self.told.codes, ["unauthorized"])
        self.assertIn("no such key; 2 events wait", self.told.errors[0].message)
        self.assertEqual(settled(client), (2, 0, 0))  # repaired on the server

    def test_sends_without_gzip_where_that_is_not_understood(self):
        self.server.script = [(415, {}, "")]
        client = self.client()
        log(client)
        self.assertEqual(settled(client), (1, 0, 0))
        self.assertIsNone(self.server.seen[1].headers["Content-Encoding"])
        self.assertEqual(self.server.seen[0].text, self.server.seen[1].text)
        self.server.script = [(415, {}, "")]
        log(client)
        client.flush()
        self.assertEqual([drop.reason for drop in self.told.drops], ["refused"])

    def test_tells_what_was_refused_one_by_one(self):
        self.server.refuse = lambda event: "bad_prediction" if event["features"]["i"] == 1 else None
        client = self.client()
        ids = log(client, 3)
        self.assertEqual(settled(client), (2, 1, 0))
        (rejection,) = self.told.rejections
        self.assertEqual((rejection.code, rejection.prediction_id, rejection.event["features"]), ("bad_prediction", ids[1], {"i": 1}))
        self.server.script = [(400, {}, "")]
        log(client)
        client.flush()
        self.assertEqual([drop.reason for drop in self.told.drops], ["refused"])
        add_up(self, client.stats(), 4)

    def test_gives_a_batch_up_after_many_tries(self):
        self.server.otherwise = (500, {}, "")
        client = self.client(retries_max=2)
        log(client, 2)
        self.assertEqual(settled(client), (0, 0, 0))
        self.assertEqual(len(self.server.seen), 3)
        self.assertEqual([drop.reason for drop in self.told.drops], ["retries_exhausted"] * 2)

    def test_the_queue_is_bounded_and_drops_are_visible(self):
        client = self.client(queue_max=10, flush_interval=3600)
        log(client, 25)
        self.assertEqual([(drop.reason, drop.event["features"]["i"]) for drop in self.told.drops], [("queue_full", i) for i in range(10, 25)])
        self.assertEqual(self.told.codes, ["queue_full"])
        add_up(self, client.stats(), 25)
        self.assertEqual(settled(client), (10, 0, 0))
        tight = self.client(queue_bytes_max=300, flush_interval=3600)
        log(tight, 10)
        self.assertTrue(0 < tight.stats()["queued"] < 10)

    def test_ready_waits_for_room(self):
        self.server.script = ["hang"]
        client = self.client(queue_max=10, batch_size=5, timeout=0.3)
        log(client, 10)
        self.assertFalse(client.ready(0.05))
        self.assertTrue(client.ready())
        self.assertLess(client.stats()["queued"], 10)

    def test_many_threads_lose_and_repeat_nothing(self):
        client = self.client(batch_size=100)
        ids = [[] for _ in range(8)]
        threads = [threading.Thread(target=lambda own=own: own.extend(log(client, 500))) for own in ids]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        client.flush()
        add_up(self, client.stats(), 4000)
        sent = [event["prediction_id"] for seen in self.server.seen for event in seen.events]
        self.assertEqual(sorted(sent), sorted(id for own in ids for id in own))

    def test_a_call_does_not_wait_for_the_network(self):
        self.server.otherwise = "hang"
        client = self.client(batch_size=1)
        log(client)
        self.server.until(lambda: len(self.server.seen) == 1)
        begin = time.monotonic()
        log(client, 1000)
        self.assertLess(time.monotonic() - begin, 2)
        self.assertEqual(client.flush(0.01).pending, 1001)

    def test_an_idle_connection_that_the_server_has_closed_costs_no_event(self):
        self.server.script = ["accept", "reset"]
        client = self.client()
        log(client)
        client.flush()
        log(client)
        self.assertEqual(settled(client), (2, 0, 0))
        self.assertEqual((len(self.server.stored), self.told.errors), (2, []))

    def test_handlers_that_fail_or_call_back_do_no_harm(self):
        clients = []

        def handler(told):
            clients[0].flush(5)
            log(clients[0])
            raise RuntimeError("of the user")

        clients.append(self.client(on_error=handler, on_drop=handler, on_reject=handler))
        self.server.script = [(503, {}, ""), (400, {}, "")]
        log(clients[0], 2)
        clients[0].log_outcome(prediction_id=None, label=1)
        self.server.until(lambda: len(self.server.stored) >= 1)
        clients[0].close(0)
        self.assertEqual(clients[0].stats()["queued"], 0)


if __name__ == "__main__":
    unittest.main()
