"""A service that predicts, with FastAPI. PLUMBLINE_URL and PLUMBLINE_API_KEY say where to and who.

    uvicorn fastapi_service:app
    gunicorn fastapi_service:app --worker-class uvicorn.workers.UvicornWorker --workers 4 --preload
"""

import math
import os
from contextlib import asynccontextmanager
from time import perf_counter

from fastapi import FastAPI, Header
from fastapi.concurrency import run_in_threadpool
from plumbline import Plumbline
from pydantic import BaseModel


class Applicant(BaseModel):
    age: int
    country: str


class Known(BaseModel):
    id: str
    label: bool


def predict(applicant: Applicant) -> float:  # yours
    return 1 / (1 + math.exp((40 - applicant.age) / 10))


plumbline = Plumbline(model="fraud", version="v3", spool_dir=os.environ.get("SPOOL_DIR", "/tmp/fraud-service"))


@asynccontextmanager
async def lifespan(app):
    yield
    await run_in_threadpool(plumbline.flush)  # it waits, and the event loop must not


app = FastAPI(lifespan=lifespan)


@app.post("/score")
async def score(applicant: Applicant, x_platform: str = Header(default=None)):
    begin = perf_counter()
    p = predict(applicant)
    id = plumbline.log_prediction(
        features=applicant,
        prediction={"score": p},
        tags={"platform": x_platform},
        latency_ms=(perf_counter() - begin) * 1000,
    )
    return {"id": id, "score": p}


@app.post("/outcomes", status_code=202)
async def outcome(known: Known):
    """Whenever it is known what was true, from whoever knows it."""
    plumbline.log_outcome(prediction_id=known.id, label=known.label)
