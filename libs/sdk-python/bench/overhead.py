"""What one call costs its caller: 20 features of plain Python, and what of that is JSON. ``python3 libs/sdk-python/bench/overhead.py``"""

import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "src"))
from plumbline import Plumbline  # noqa: E402

CALLS = 50_000
MANY = 1 << 60

FEATURES = {f"feature_{i}": f"category-{i}" if i % 4 == 0 else True if i % 5 == 0 else i * 1.37 for i in range(20)}


def measure(name, run):
    times = []
    for _ in range(CALLS):
        begin = time.perf_counter_ns()
        run()
        times.append(time.perf_counter_ns() - begin)
    times.sort()
    print(f"{name:28} p50 {times[CALLS // 2] / 1000:5.1f} us   p99 {times[CALLS * 99 // 100] / 1000:5.1f} us")


client = Plumbline(
    "http://127.0.0.1:9", "key", "fraud", queue_max=MANY, queue_bytes_max=MANY, batch_size=MANY, batch_bytes=MANY,
    flush_interval=3600, on_error=lambda error: None,
)  # fmt: skip
encode = json.JSONEncoder(allow_nan=False, check_circular=False, separators=(",", ":")).encode
for _ in range(3):
    measure("log_prediction", lambda: client.log_prediction(features=FEATURES, prediction={"score": 0.5}, tags={"p": "ios"}))
    measure("  of it: the JSON", lambda: encode(FEATURES))
    measure("log_outcome", lambda: client.log_outcome(prediction_id="a", label=1))
client.close(0)
