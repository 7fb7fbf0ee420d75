-- By which definitions of the model a result was computed; with others it is no answer.
ALTER TABLE {{database}}.window_results {{on_cluster}} ADD COLUMN IF NOT EXISTS basis LowCardinality(String);

-- The newest result of each window: what questions over many rows are answered from. History stays in window_results.
CREATE TABLE IF NOT EXISTS {{database}}.window_newest {{on_cluster}}
(
    project      LowCardinality(String),
    model        LowCardinality(String),
    version      LowCardinality(String) COMMENT '*: all versions together',
    granularity  LowCardinality(String),
    window_start DateTime64(3, 'UTC'),
    predictions  UInt64,
    labelled     UInt64,
    metrics      String CODEC(ZSTD(1)),
    maturity     Nullable(Float64),
    state        LowCardinality(String),
    estimated    String CODEC(ZSTD(1)),
    corrected    String CODEC(ZSTD(1)),
    reference    String,
    basis        LowCardinality(String),
    computed_at  DateTime64(3, 'UTC')
)
ENGINE = {{engine:ReplacingMergeTree(computed_at)}}
PARTITION BY toYYYYMM(window_start)
ORDER BY (project, model, granularity, version, window_start);

CREATE MATERIALIZED VIEW IF NOT EXISTS {{database}}.window_newest_of_results {{on_cluster}} TO {{database}}.window_newest AS
SELECT project, model, version, granularity, window_start, predictions, labelled, metrics, maturity, state, estimated, corrected, reference, basis, computed_at
FROM {{database}}.window_results;

-- Results from before the view; a repetition merges.
INSERT INTO {{database}}.window_newest (project, model, version, granularity, window_start, predictions, labelled, metrics, maturity, state, estimated, corrected, reference, basis, computed_at)
SELECT project, model, version, granularity, window_start, predictions, labelled, metrics, maturity, state, estimated, corrected, reference, basis, computed_at
FROM {{database}}.window_results
ORDER BY project, model, granularity, version, window_start, computed_at DESC
LIMIT 1 BY project, model, granularity, version, window_start;
