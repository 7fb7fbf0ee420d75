import asyncio
import inspect
import unittest

from support import FakeServer, Told, client_of


class Monitor(unittest.TestCase):
    def setUp(self):
        self.server = FakeServer()
        self.addCleanup(self.server.__exit__)
        self.told = Told()
        self.client = client_of(self.server.url, self.told)
        self.addCleanup(self.client.close, 0)

    def sent(self):
        self.client.flush()
        return self.server.events

    def test_around_a_function(self):
        def predict(row):
            score = row.pop("age") / 100
            return score

        predicts = self.client.monitor(
            predict,
            to_features=lambda row: row,
            to_prediction=lambda score, row: {"score": score},
            to_prediction_id=lambda score, row: row["id"],
            tags=lambda row: {"channel": row["channel"]},
            version="v2",
        )
        self.assertEqual(predicts({"age": 31, "id": 7, "channel": "web"}), 0.31)
        self.assertEqual((predicts.__name__, inspect.signature(predicts)), ("predict", inspect.signature(predict)))
        (event,) = self.sent()
        self.assertEqual(event["features"], {"age": 31, "id": 7, "channel": "web"})  # as they were before
        self.assertEqual((event["prediction_id"], event["tags"], event["version"]), ("7", {"channel": "web"}, "v2"))
        self.assertEqual(event["prediction"], {"score": 0.31})
        self.assertGreaterEqual(event["latency_ms"], 0)

    def test_as_a_decorator_without_options(self):
        @self.client.monitor
        def by_name(age, country="BR"):
            return {"value": age}

        class Model:
            @self.client.monitor()
            def predict(self, row):
                return {"class": "x"}

        by_name(3)
        Model().predict({"age": 4})
        self.assertEqual([event["features"] for event in self.sent()], [{"age": 3}, {"age": 4}])

    def test_methods_of_classes_and_static_ones(self):
        class Model:
            @self.client.monitor
            @staticmethod
            def plain(row):
                return {"value": row["age"]}

            @self.client.monitor
            @classmethod
            def named(cls, row):
                return {"class": cls.__name__}

            def __call__(self, row):
                return {"value": 1}

        self.assertEqual((Model().plain({"age": 1}), Model.plain({"age": 2})), ({"value": 1}, {"value": 2}))
        self.assertEqual(Model().named({"age": 3}), {"class": "Model"})
        self.assertEqual(self.client.monitor(Model())({"age": 4}), {"value": 1})
        self.assertEqual([event["features"]["age"] for event in self.sent()], [1, 2, 3, 4])

    def test_generators_are_logged_when_they_have_ended(self):
        seen = []
        watch = self.client.monitor(to_prediction=lambda items, prompt: seen.append(items) or {"class": " ".join(items)})

        @watch
        def tokens(prompt):
            got = yield prompt
            yield got or "b"
            return "returned"

        self.assertTrue(inspect.isgeneratorfunction(tokens))
        stream = tokens("a")
        self.assertEqual((next(stream), stream.send("sent"), seen), ("a", "sent", []))
        with self.assertRaises(StopIteration) as end:
            next(stream)
        self.assertEqual(end.exception.value, "returned")
        left = tokens("c")
        next(left)
        left.close()
        closed = []

        @watch
        def catches(prompt):
            try:
                yield prompt
            except KeyError:
                yield "caught"
            finally:
                closed.append(prompt)

        stream = catches("d")
        next(stream)
        self.assertEqual((stream.throw(KeyError("x")), list(stream), closed), ("caught", [], ["d"]))

        @watch
        def fails(prompt):
            yield prompt
            raise RuntimeError("no more")

        with self.assertRaisesRegex(RuntimeError, "no more"):
            list(fails("e"))
        self.assertEqual(seen, [["a", "sent"], ["c"], ["d", "caught"]])
        self.assertEqual([event["features"] for event in self.sent()], [{"prompt": p} for p in "acd"])
        self.assertEqual(self.told.errors, [])

    def test_asynchronous_generators_and_callables(self):
        seen = []
        watch = self.client.monitor(to_prediction=lambda items, prompt: seen.append(items) or {"class": "x"})

        @watch
        async def tokens(prompt):
            yield prompt
            await asyncio.sleep(0)
            yield "b"

        class Model:
            async def __call__(self, prompt):
                return [prompt]

        async def main():
            self.assertTrue(inspect.isasyncgenfunction(tokens))
            self.assertEqual([item async for item in tokens("a")], ["a", "b"])
            stream = tokens("c")
            async for _ in stream:
                break
            await stream.aclose()
            self.assertEqual(await watch(Model())("d"), ["d"])

        asyncio.run(main())
        self.assertEqual(seen, [["a", "b"], ["c"], ["d"]])
        self.assertEqual([event["features"] for event in self.sent()], [{"prompt": p} for p in "acd"])

    def test_asynchronous(self):
        @self.client.monitor(to_prediction=lambda score, row: {"score": score})
        async def predict(row):
            await asyncio.sleep(0)
            return 0.5

        self.assertTrue(inspect.iscoroutinefunction(predict))
        self.assertEqual(asyncio.run(predict({"a": 1})), 0.5)
        self.assertEqual(self.sent()[0]["features"], {"a": 1})

    def test_what_raises_is_not_logged_and_none_neither(self):
        @self.client.monitor(to_prediction=lambda result, x: None)
        def predict(x):
            return 1 / x

        self.assertEqual(predict(1), 1)
        with self.assertRaises(ZeroDivisionError):
            predict(0)
        with self.assertRaises(TypeError):
            predict()
        self.assertEqual((self.sent(), self.told.errors), ([], []))

    def test_mistakes_in_the_options_are_told_and_change_nothing(self):
        def broken(*_):
            raise KeyError("mine")

        for options in ({"to_features": broken}, {"to_prediction": broken}, {"to_prediction_id": broken}, {"tags": broken}, {}):
            given = {"to_prediction": lambda result, x: {"value": result}, **options} if options else {}
            self.assertEqual(self.client.monitor(lambda x: x + 1, **given)(1), 2)
        self.assertEqual(self.told.codes, ["invalid_event"] * 5)
        self.assertIn("KeyError: 'mine'", self.told.errors[0].message)
        self.assertIs(self.client.monitor(len)([1]), 1)


if __name__ == "__main__":
    unittest.main()
