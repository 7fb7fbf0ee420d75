import math
import unittest
from datetime import datetime, timezone

from support import FakeServer, Told, add_up, client_of
from test_event import NaTType

TS = [datetime(2026, 1, 1, hour, tzinfo=timezone.utc) for hour in range(3)]


class Column:
    def __init__(self, values):
        self._values = values

    def tolist(self):
        return list(self._values)


class Frame:
    """As much of a data frame as is needed."""

    def __init__(self, **columns):
        self._columns = columns
        self.columns = list(columns)

    def __getitem__(self, name):
        return Column(self._columns[name])

    def __bool__(self):
        raise ValueError("The truth value of a DataFrame is ambiguous")


class Frames(unittest.TestCase):
    def setUp(self):
        self.server = FakeServer()
        self.addCleanup(self.server.__exit__)
        self.told = Told()
        self.client = client_of(self.server.url, self.told)
        self.addCleanup(self.client.close, 0)

    def sent(self, kind="predictions"):
        self.client.flush()
        return [event for (path, *_), event in self.server.stored.items() if path == f"/v1/{kind}"]

    def test_every_row_is_a_prediction_and_every_label_an_outcome(self):
        frame = Frame(
            id=["a", "b", "c"],
            at=[TS[0], TS[1], NaTType()],
            age=[31, math.nan, 7],
            country=["BR", None, "DE"],
            p=[0.1, 0.2, 0.3],
            platform=["ios", "web", None],
            y=[1.0, math.nan, 0.0],
        )
        ids = self.client.log_dataframe(
            frame, score="p", label="y", prediction_id="id", ts="at", tags=["platform"], version="v1", model="fraud"
        )
        self.assertEqual(ids, ["a", "b", "c"])
        first, second, third = self.sent()
        ms = int(TS[0].timestamp() * 1000)
        self.assertEqual(
            first,
            {
                "model": "fraud",
                "prediction_id": "a",
                "ts": ms,
                "version": "v1",
                "features": {"age": 31, "country": "BR"},
                "prediction": {"score": 0.1},
                "tags": {"platform": "ios"},
            },
        )
        self.assertEqual((second["features"], third["tags"]), ({"age": None, "country": None}, {}))
        self.assertGreater(third["ts"], ms)
        outcomes = self.sent("outcomes")
        self.assertEqual([(o["prediction_id"], o["label"], o.get("prediction_ts")) for o in outcomes], [("a", 1, ms), ("c", 0, None)])
        self.assertEqual((len({o["ts"] for o in outcomes}), self.told.errors), (1, []))

    def test_scores_by_class_and_columns_by_other_names(self):
        frame = Frame(x=[1], no=[0.4], yes=[0.6], c=["yes"], t=[5], z=[9], known=["2026-02-01T00:00:00Z"], y=["no"])
        self.client.log_dataframe(
            frame, features={"feature": "x"}, scores={"0": "no", "1": "yes"}, cls="c", tags={"tag": "t"}, label="y", label_ts="known"
        )
        self.client.log_dataframe(frame, features=["x", "z"], scores=["no", "yes"], value="t")
        first, second = self.sent()
        self.assertEqual((first["features"], first["tags"]), ({"feature": 1}, {"tag": "5"}))
        self.assertEqual(first["prediction"], {"class": "yes", "scores": {"0": 0.4, "1": 0.6}})
        self.assertEqual(second["prediction"], {"value": 5, "scores": {"no": 0.4, "yes": 0.6}})
        self.assertEqual(self.sent("outcomes")[0]["ts"], 1769904000000)

    def test_more_rows_than_the_queue_holds_lose_nothing(self):
        client = client_of(self.server.url, self.told, queue_max=1000)
        client.log_dataframe(Frame(x=list(range(5000)), p=[0.5] * 5000), score="p")
        client.close()
        self.assertEqual((client.stats()["accepted"], self.told.drops), (5000, []))

    def test_a_dict_of_columns_is_a_frame(self):
        ids = self.client.log_dataframe({"x": [1, None], "p": (0.5, 0.6), "y": [1, None]}, score="p", label="y")
        self.assertEqual([event["features"] for event in self.sent()], [{"x": 1}, {"x": None}])
        labels = [(event["prediction_id"], event["label"]) for event in self.server.events if "label" in event]
        self.assertEqual(labels, [(ids[0], 1)])

    def test_says_what_is_wrong(self):
        for frame, options, says in (
            ([{"x": 1}], {"score": "p"}, "or a dict of columns, not a list"),
            ({"x": 1, "p": 0.5}, {"score": "p"}, "lists of one length"),
            ({"x": [1], "p": [0.5, 0.6]}, {"score": "p"}, "lists of one length"),
            ({"x": [1]}, {"score": "p"}, "no column 'p'"),
            (Frame(x=[1]), {}, "needs the column of the prediction"),
            (Frame(x=[1]), {"score": "p"}, "no column 'p'; it has 'x'"),
            (Frame(x=[1]), {"value": "x", "tags": "x"}, r"tags is a list of columns: \['x'\]"),
            (Frame(x=[1]), {"value": "x", "features": "x"}, r"features is a list of columns"),
        ):
            self.assertEqual(self.client.log_dataframe(frame, **options), [])
            self.assertRegex(self.told.errors[-1].message, says)
        self.assertEqual(self.told.codes, ["invalid_event"] * 8)
        add_up(self, self.client.stats(), 8)

    def test_reads_pandas_if_it_is_there(self):
        try:
            import pandas
        except ImportError:
            self.skipTest("pandas is not installed")
        frame = pandas.DataFrame(
            {"x": pandas.array([1, None], dtype="Int64"), "p": [0.5, 0.6], "at": pandas.to_datetime(["2026-01-01", None])}
        )
        self.client.log_dataframe(frame, score="p", ts="at")
        self.assertEqual([event["features"] for event in self.sent()], [{"x": 1}, {"x": None}])
        self.assertEqual(self.told.errors, [])


if __name__ == "__main__":
    unittest.main()
