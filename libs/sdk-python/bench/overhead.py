"""What one log_prediction call costs its caller: 20 features (12 numbers, 8 strings), about 470 bytes an event.

    python3 libs/sdk-python/bench/overhead.py          for people, beside what of it is JSON
    python3 libs/sdk-python/bench/overhead.py --json   one line: {"p50_us": …, "p99_us": …, "calls": …}
"""

import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "src"))
from plumbline import Plumbline  # noqa: E402

WARM_UP = 10_000
CALLS = 50_000
MANY = 1 << 60

FEATURES = {f"num_{i}": round((i + 1) * 13.3717, 2) for i in range(12)}
FEATURES.update({f"cat_{i}": f"val-{i}" for i in range(8)})


def measure(calls, run):
    times = []
    for _ in range(calls):
        begin = time.perf_counter_ns()
        run()
        times.append(time.perf_counter_ns() - begin)
    times.sort()
    return {"p50_us": round(times[calls // 2] / 1000, 2), "p99_us": round(times[calls * 99 // 100] / 1000, 2), "calls": calls}


def quiet_client():
    """Everything up to the queue is real; the interval is longer than the run, so that no request is mixed into the times."""
    return Plumbline(
        "http://127.0.0.1:4000", "key", "fraud", "v3", queue_max=MANY, queue_bytes_max=MANY, batch_size=MANY, batch_bytes=MANY,
        flush_interval=3600, on_error=lambda error: None,
    )  # fmt: skip


def overhead(calls=CALLS):
    """Microseconds of ``log_prediction`` as its caller sees them."""
    client = quiet_client()

    def call():
        client.log_prediction(features=FEATURES, prediction={"score": 0.93}, latency_ms=12)

    measure(WARM_UP, call)
    result = measure(calls, call)
    client.close(0)
    return result


def main():
    if "--json" in sys.argv:
        print(json.dumps(overhead()))
        return
    encode = json.JSONEncoder(allow_nan=False, check_circular=False, separators=(",", ":")).encode
    for _ in range(3):
        for name, result in (("log_prediction", overhead()), ("  of it: the JSON", measure(CALLS, lambda: encode(FEATURES)))):
            print(f"{name:28} p50 {result['p50_us']:5.1f} us   p99 {result['p99_us']:5.1f} us")


if __name__ == "__main__":
    main()
