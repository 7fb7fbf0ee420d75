import asyncio
import gc
import logging
import os
import random
import threading
import time
import unittest
import weakref
from unittest import mock

import support
from support import FakeServer, Told, add_up, client_of, log, settled
from plumbline import DROP_REASONS, ERROR_CODES, Plumbline


class Hostile:
    """Fails at whatever is asked of it."""

    def __getattribute__(self, name):
        if name in ("__class__", "__dict__"):
            return object.__getattribute__(self, name)
        raise RuntimeError(name)

    def _no(self, *args):
        raise RuntimeError("no")

    __str__ = __repr__ = __bool__ = __eq__ = __hash__ = __float__ = __iter__ = __len__ = __getitem__ = _no


class HostileStr(str):
    __str__ = __repr__ = __len__ = Hostile._no


def garbage(rng, depth=0):
    kind = rng.randrange(20 if depth < 4 else 14)
    if kind >= 17:
        return {rng.choice([garbage_key(rng), "a", "score", "class"]): garbage(rng, depth + 1) for _ in range(rng.randrange(4))}
    if kind >= 14:
        return rng.choice([list, tuple])(garbage(rng, depth + 1) for _ in range(rng.randrange(4)))
    return [
        None, True, rng.getrandbits(70) - 2**69, rng.gauss(0, 1), float("nan"), float("inf"), "", "x" * rng.randrange(200),
        "\ud800\u0000\U0001f600", Hostile(), HostileStr("h"), b"\xff", object(), 10 ** rng.choice([30, 400, 6000]),
    ][kind]  # fmt: skip


def garbage_key(rng):
    return rng.choice([None, 1, 1.5, float("nan"), (1, 2), b"k", "\udfff", "", HostileStr("k")])


class Garbage(unittest.TestCase):
    def test_never_raises_and_accounts_for_every_call(self):
        rng = random.Random(20260101)
        told = Told()
        with FakeServer() as server, client_of(server.url, told) as client:
            for _ in range(1500):
                fields = {name: garbage(rng) for name in ("features", "prediction") + tuple(
                    n for n in ("model", "prediction_id", "ts", "version", "tags", "latency_ms") if rng.random() < 0.3
                )}
                if rng.random() < 0.5:
                    fields["prediction"] = {"score": 0.5}
                    fields["features"] = {f"f{i}": garbage(rng) for i in range(3)}
                self.assertIsInstance(client.log_prediction(**fields), str)
                client.log_outcome(prediction_id=garbage(rng), label=garbage(rng), ts=garbage(rng), prediction_ts=garbage(rng))
                self.assertIsInstance(client.log_dataframe(garbage(rng), score=garbage(rng)), list)
            client.flush()
            stats = client.stats()
            add_up(self, stats, 4500)
            self.assertEqual(stats["queued"], 0)
            self.assertGreater(stats["accepted"], 100)
            self.assertLessEqual(set(told.codes), set(ERROR_CODES))
            self.assertLessEqual({drop.reason for drop in told.drops}, set(DROP_REASONS))

    def test_wrong_options_are_told_and_replaced(self):
        for options in (
            {"batch_size": 0}, {"batch_size": "many"}, {"timeout": -1}, {"flush_interval": float("nan")}, {"queue_max": Hostile()},
            {"url": "ftp://x"}, {"url": "127.0.0.1:4000"}, {"url": "http://u:p@x"}, {"url": Hostile()}, {"url": "http://x:port"},
            {"dry_run": Hostile(), "url": ""}, {"gzip": Hostile(), "url": " "}, {"url": "http://a b/"}, {"url": "http://"}, {"api_key": "a\nb"}, {"api_key": 7}, {"api_key": ""},
        ):  # fmt: skip
            told = Told()
            client = Plumbline(**{"url": "http://127.0.0.1:9", "api_key": "key", "model": "m", **options}, **told.options())
            self.assertEqual(set(told.codes), {"invalid_config"}, list(options.items())[0][0])
            if "url" in options:
                log(client)
                self.assertEqual([drop.reason for drop in told.drops], ["invalid_config"])
            client.close(0)

    def test_a_broken_spool_directory_is_told(self):
        told = Told()
        with FakeServer() as server:
            for dir in ("/dev/null/x", 7, "a\0b"):
                with client_of(server.url, told, spool_dir=dir) as client:
                    log(client)
                    self.assertEqual(settled(client), (1, 0, 0))
        self.assertEqual(set(told.codes), {"spool"})


class Client(unittest.TestCase):
    def setUp(self):
        self.server = FakeServer()
        self.addCleanup(self.server.__exit__)
        self.told = Told()

    def test_reads_the_environment(self):
        with mock.patch.dict(os.environ, {"PLUMBLINE_URL": f"{self.server.url}/", "PLUMBLINE_API_KEY": " secret "}):
            with Plumbline(model="m") as client:
                log(client)
        self.assertEqual(self.server.seen[0].headers["Authorization"], "Bearer secret")
        self.assertEqual(self.server.seen[0].path, "/v1/predictions")

    def test_the_end_of_with_delivers(self):
        with client_of(self.server.url, flush_interval=3600) as client:
            log(client, 3)
        self.assertEqual(len(self.server.stored), 3)

    def test_close_delivers_once_and_drops_what_comes_later(self):
        client = client_of(self.server.url, self.told, flush_interval=3600)
        log(client, 2)
        self.assertEqual(client.close(), (2, 0, 0))
        log(client)
        self.assertEqual((client.close(), client.flush()), ((0, 0, 0), (0, 0, 0)))
        self.assertEqual([drop.reason for drop in self.told.drops], ["closed"])
        add_up(self, client.stats(), 3)

    def test_close_without_time_tells_what_it_loses(self):
        self.server.otherwise = "hang"
        client = client_of(self.server.url, self.told, batch_size=2)
        log(client, 5)
        self.server.until(lambda: self.server.seen)
        self.assertEqual(client.close(0).pending, 5)
        self.assertEqual([drop.reason for drop in self.told.drops], ["closed"] * 5)
        self.assertEqual((client.stats()["queued"], self.told.codes), (0, ["closed"]))

    def test_flush_ends_at_its_time_and_waits_only_for_what_was_before(self):
        self.server.otherwise = (503, {}, "")
        client = client_of(self.server.url, self.told)
        log(client)
        self.assertEqual(client.flush(0.05).pending, 1)
        self.server.otherwise = "accept"
        stop = threading.Event()

        def go_on():
            while not stop.is_set():
                log(client)

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            self.assertGreaterEqual(client.flush(20).delivered, 1)
        finally:
            stop.set()
            thread.join()
        client.close(0)

    def test_dry_run_checks_and_sends_nothing(self):
        with client_of(self.server.url, self.told, dry_run=True) as client:
            log(client, 3)
            client.log_outcome(prediction_id="a", label=None)
            self.assertEqual((client.flush(), client.stats()["sent"], client.stats()["dropped"]), ((0, 0, 0), 3, 1))
        self.assertEqual((self.server.seen, self.told.codes), ([], ["invalid_event"]))
        self.assertEqual(Plumbline(dry_run=True, model="m", on_error=self.fail).stats()["errors"], 0)

    def test_an_id_carries_the_very_time_of_its_event(self):
        from plumbline._ids import ms_of_id

        with FakeServer() as server:
            client = client_of(server.url)
            for step in (0, 1, -5000, 3, 3):  # clocks go backwards too
                with mock.patch("plumbline.client.now_ms", side_effect=[1767225600000 + step]):
                    log(client)
            client.close()
            self.assertEqual([ms_of_id(event["prediction_id"]) for event in server.events], [e["ts"] for e in server.events])

    def test_does_not_hold_up_an_event_loop(self):
        async def main(client):
            begin = time.perf_counter()
            for _ in range(1000):
                log(client)
            took = time.perf_counter() - begin
            self.assertEqual((await asyncio.to_thread(client.flush, 0.2)).pending, 1000)
            return took

        with FakeServer() as server:
            server.otherwise = "hang"
            client = client_of(server.url, timeout=20)
            self.assertLess(asyncio.run(main(client)), 5)
            client.close(0)

    def test_a_broken_feature_is_told_once_and_counted_always(self):
        with client_of(self.server.url, self.told, dry_run=True) as client:
            for _ in range(3):
                client.log_prediction(features={"a": float("nan"), "b": object()}, prediction={"score": 1})
            self.assertEqual(self.told.codes, ["non_finite_feature", "unsupported_feature"])
            self.assertEqual(client.stats()["errors"], 6)

    def test_warns_in_the_log_each_code_once_a_minute(self):
        client = Plumbline(self.server.url, "key", dry_run=True)
        with self.assertLogs("plumbline", logging.WARNING) as logs:
            log(client, 3)
        self.assertEqual(len(logs.output), 1)
        self.assertIn("invalid_event: prediction not sent: no model", logs.output[0])

    def test_a_forgotten_client_delivers_and_its_thread_ends(self):
        before = set(threading.enumerate())
        client = client_of(self.server.url)
        log(client, 3)
        mine = set(threading.enumerate()) - before - {t for t in threading.enumerate() if "sender" not in t.name}
        gone = weakref.ref(client)
        del client
        gc.collect()
        self.assertIsNone(gone())
        self.server.until(lambda: len(self.server.stored) == 3)
        for thread in mine:
            thread.join(support.WITHIN_S)
            self.assertFalse(thread.is_alive())


if __name__ == "__main__":
    unittest.main()
