import json
import math
import unittest
from collections import namedtuple
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from uuid import UUID

import support  # noqa: F401
from plumbline._event import InvalidEvent, outcome_line, prediction_id_of, prediction_line
from plumbline._ids import ms_of_id, uuid7
from plumbline._times import NotATime, to_ms

try:
    import numpy
except ImportError:
    numpy = None

TS_MS = 1767225600123
NOW_MS = TS_MS + 1000
TS = datetime(2026, 1, 1, 0, 0, 0, 123000, tzinfo=timezone.utc)


class NAType:
    def __bool__(self):
        raise TypeError("boolean value of NA is ambiguous")

    def __eq__(self, other):
        return self

    __hash__ = object.__hash__


class NaTType(datetime):
    def __new__(cls):
        return super().__new__(cls, 2000, 1, 1)

    def __eq__(self, other):
        return False

    def __ne__(self, other):
        return True

    __hash__ = object.__hash__

    def utcoffset(self):
        raise ValueError("NaT")


class Colour(Enum):
    RED = "red"


class Text(str):
    def __str__(self):
        raise RuntimeError("not this way")


def build(features=None, prediction=None, notes=None, **more):
    given = {"given": None, "model": "m", "version": None, "ts": TS, "tags": None, "latency_ms": None, **more}
    line = prediction_line(
        "id",
        NOW_MS,
        features={"a": 1} if features is None else features,
        prediction={"score": 0.5} if prediction is None else prediction,
        note=lambda code, name, detail: notes.append((code, name)) if notes is not None else None,
        **given,
    )
    assert "\n" not in line and line.isascii()
    return json.loads(line)


def feature(value, notes=None):
    return build({"x": value}, notes=notes)["features"].get("x", "left out")


class Ids(unittest.TestCase):
    def test_is_a_uuid_of_version_7_that_carries_its_time(self):
        for ms in (0, 1, TS_MS, 2**48 - 1):
            id = uuid7(ms)
            self.assertEqual((UUID(id).version, UUID(id).variant, str(UUID(id))), (7, "specified in RFC 4122", id))
            self.assertEqual(ms_of_id(id), ms)
        self.assertEqual((ms_of_id(uuid7(-5)), ms_of_id(uuid7(2**60))), (0, 2**48 - 1))

    def test_ascends_within_a_millisecond_and_repeats_never(self):
        ids = [uuid7(TS_MS) for _ in range(20_000)]
        self.assertEqual(ids, sorted(set(ids)))

    def test_does_not_depend_on_the_seed_of_the_program(self):
        ids = set()
        for _ in range(2):
            ids.add(support.run_python("import random; random.seed(1); from plumbline._ids import uuid7; print(uuid7(0))").stdout)
        self.assertEqual(len(ids), 2)

    def test_is_made_from_ts_or_taken_as_given(self):
        self.assertEqual(ms_of_id(prediction_id_of(None, TS, NOW_MS)), TS_MS)
        self.assertEqual(ms_of_id(prediction_id_of("", "2026-01-01T01:00:00.123+01:00", NOW_MS)), TS_MS)
        given = UUID("018f0000-0000-7000-8000-000000000000")
        self.assertEqual([prediction_id_of(g, None, NOW_MS) for g in ("a", 7, given)], ["a", "7", str(given)])
        self.assertEqual(UUID(prediction_id_of(object(), object(), NOW_MS)).version, 7)


class Times(unittest.TestCase):
    def test_reads_them_all(self):
        for time in (
            TS,
            TS.replace(tzinfo=None),
            TS.astimezone(timezone(timedelta(hours=-3))),
            TS_MS,
            TS_MS / 1000,
            float(TS_MS),
            "2026-01-01T00:00:00.123Z",
            "2026-01-01 00:00:00.123456789",
            "2025-12-31T22:30:00.123-0130",
        ):
            self.assertEqual(to_ms(time), TS_MS, time)
        self.assertEqual(to_ms(date(2026, 1, 1)), TS_MS - 123)
        self.assertEqual(to_ms("2026-01-01"), TS_MS - 123)

    def test_refuses_what_is_none(self):
        for time in ("yesterday", "2026-02-30", "", None, True, [], math.nan, math.inf, NaTType(), NAType(), b"1"):
            with self.assertRaises(NotATime, msg=repr(time)):
                to_ms(time)

    @unittest.skipUnless(numpy, "numpy is not installed")
    def test_reads_those_of_numpy(self):
        for unit in ("ms", "us", "ns"):
            self.assertEqual(to_ms(numpy.datetime64("2026-01-01T00:00:00.123", unit)), TS_MS)
        self.assertEqual(to_ms(numpy.int64(TS_MS)), TS_MS)
        with self.assertRaises(NotATime):
            to_ms(numpy.datetime64("NaT"))


class Values(unittest.TestCase):
    def test_says_in_json_what_python_means(self):
        id = UUID("018f0000-0000-7000-8000-000000000000")
        for value, said in (
            (1, 1),
            (2**53, "9007199254740992"),
            (-(2**53 - 1), -(2**53 - 1)),
            (1.5, 1.5),
            (True, True),
            ("ü\ud800", "ü\ud800"),
            (None, None),
            (Decimal("1.25"), 1.25),
            (Fraction(1, 4), 0.25),
            (id, str(id)),
            (TS, "2026-01-01T00:00:00.123000+00:00"),
            (date(2026, 1, 1), "2026-01-01"),
            (timedelta(minutes=1), 60.0),
            (Colour.RED, "red"),
            (Text("text"), "text"),
            ((1, 2.0), [1, 2.0]),
            ({"b": {1: None}}, {"b": {"1": None}}),
            (NAType(), None),
            (NaTType(), None),
        ):
            self.assertEqual(feature(value), said, repr(value))

    @unittest.skipUnless(numpy, "numpy is not installed")
    def test_reads_numpy(self):
        for value, said in (
            (numpy.float32(0.5), 0.5),
            (numpy.float64(0.1), 0.1),
            (numpy.int8(-3), -3),
            (numpy.uint64(2**64 - 1), "18446744073709551615"),
            (numpy.bool_(True), True),
            (numpy.str_("x"), "x"),
            (numpy.array([1.0, 2.0], dtype="float32"), [1.0, 2.0]),
            (numpy.array(3), 3),
            (numpy.datetime64("2026-01-01T00:00", "ns"), "2026-01-01T00:00:00"),
            (numpy.timedelta64(90, "s"), 90.0),
            (numpy.datetime64("NaT"), None),
        ):
            self.assertEqual(feature(value), said, repr(value))
        notes = []
        self.assertEqual(feature(numpy.float32("nan"), notes), None)
        self.assertEqual(feature(numpy.array([1, math.inf]), notes), [1.0, None])
        self.assertEqual(notes, [("non_finite_feature", "x")] * 2)

    def test_tells_what_it_changes_or_leaves_out(self):
        loop = []
        loop.append(loop)
        deep = 1
        for _ in range(20):
            deep = [deep]
        for value in (math.nan, -math.inf, Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity")):
            notes = []
            self.assertEqual((feature(value, notes), notes), (None, [("non_finite_feature", "x")]))
        for value in (loop, deep, object(), {1}, b"x", print, int, 1j, {(1, 2): 3}, 10**5000):
            notes = []
            self.assertEqual((feature(value, notes), notes), ("left out", [("unsupported_feature", "x")]), type(value))

    def test_keeps_the_other_features_and_the_prediction(self):
        event = build({"a": 1, "b": object(), 3: "c"}, {"score": math.nan, "class": True}, tags={"t": 1.0, "n": None, "o": []})
        self.assertEqual(event["features"], {"a": 1, "3": "c"})
        self.assertEqual(event["prediction"], {"score": None, "class": True})
        self.assertEqual(event["tags"], {"t": "1"})

    def test_classes_are_text_as_the_server_compares_them(self):
        scores = build(prediction={"scores": {0: 0.25, 1.0: 0.5, True: 0.25, "x": 0}})["prediction"]["scores"]
        self.assertEqual(scores, {"0": 0.25, "1": 0.25, "x": 0})

    def test_takes_rows_and_models_for_features(self):
        class Row:
            def to_dict(self):
                return {"a": 1}

        class Model:
            def model_dump(self):
                return {"a": 1}

        for given in (Row(), Model(), namedtuple("Named", "a")(1)):
            self.assertEqual(build(given)["features"], {"a": 1})


    def test_takes_a_data_frame_of_one_row(self):
        class Frame:
            def __init__(self, **columns):
                self._data = columns
                self.columns = list(columns)

            def __len__(self):
                return len(self._data[self.columns[0]])

            def __getitem__(self, name):
                return self._data[name]

        self.assertEqual(build(Frame(age=[31], country=["BR"]))["features"], {"age": 31, "country": "BR"})
        notes = []
        self.assertEqual(build(Frame(age=[31, 32]), notes=notes)["features"], {})
        self.assertEqual(notes, [("unsupported_feature", "features")])

    def test_keeps_the_prediction_when_features_or_tags_cannot_be_read(self):
        class Broken:
            def to_dict(self):
                raise RuntimeError("boom")

        class BrokenDict(dict):
            def items(self):
                raise RuntimeError("boom")

        for broken in (Broken(), BrokenDict(a=1)):
            notes = []
            event = build(broken, tags=broken, notes=notes)
            self.assertEqual((event["features"], event.get("tags"), event["prediction"]), ({}, None, {"score": 0.5}))
            self.assertEqual(notes, [("unsupported_feature", "features"), ("unsupported_feature", "tags")])
        notes = []
        build(tags="ios", notes=notes)
        self.assertEqual(notes, [("unsupported_feature", "tags")])

    def test_says_what_features_are_that_cannot_be(self):
        async def features():
            return {}

        waiting = features()
        with self.assertRaisesRegex(InvalidEvent, "a coroutine: await it"):
            build(waiting)
        waiting.close()


class Events(unittest.TestCase):
    def test_a_whole_prediction(self):
        self.assertEqual(
            build({"age": 31}, {"score": 0.93}, version=3, tags={"platform": "ios"}, latency_ms=Decimal(12)),
            {
                "model": "m",
                "prediction_id": "id",
                "ts": TS_MS,
                "version": "3",
                "features": {"age": 31},
                "prediction": {"score": 0.93},
                "tags": {"platform": "ios"},
                "latency_ms": 12.0,
            },
        )

    def test_an_outcome(self):
        line = json.loads(outcome_line(NOW_MS, "id", 1, "m", TS, TS_MS))
        self.assertEqual(line, {"model": "m", "prediction_id": "id", "label": 1, "ts": TS_MS, "prediction_ts": TS_MS})
        self.assertIs(json.loads(outcome_line(NOW_MS, "id", True, "m", TS, None))["label"], True)

    def test_says_what_is_wrong(self):
        for more, says in (
            ({"model": None}, "no model"),
            ({"model": 3}, "no model"),
            ({"features": [1]}, "features must be a dict"),
            ({"prediction": 0.5}, "prediction must be a dict"),
            ({"prediction": {"score": None}}, "score, scores, class or value"),
            ({"ts": "soon"}, "ts is not a time"),
            ({"given": True}, "prediction_id must be text"),
        ):
            with self.assertRaisesRegex(InvalidEvent, says):
                build(**more)
        for id, label in ((None, 1), ("", 1), ("a", None), ("a", math.nan)):
            with self.assertRaises(InvalidEvent):
                outcome_line(NOW_MS, id, label, "m", None, None)


if __name__ == "__main__":
    unittest.main()
