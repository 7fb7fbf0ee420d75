-- What windows said when they were computed. The newest computed_at of a window is the current answer; older ones show how it evolved.
CREATE TABLE IF NOT EXISTS {{database}}.window_results {{on_cluster}}
(
    project      LowCardinality(String),
    model        LowCardinality(String),
    version      LowCardinality(String) COMMENT '*: all versions together',
    granularity  LowCardinality(String),
    window_start DateTime64(3, 'UTC'),
    predictions  UInt64,
    labelled     UInt64,
    metrics      String COMMENT 'JSON: metric → {value, low, high}',
    computed_at  DateTime64(3, 'UTC')
)
ENGINE = {{engine:ReplacingMergeTree()}}
PARTITION BY toYYYYMM(window_start)
ORDER BY (project, model, granularity, version, window_start, computed_at);

CREATE TABLE IF NOT EXISTS {{database}}.evaluations {{on_cluster}}
(
    project      LowCardinality(String),
    monitor_id   String,
    evaluated_at DateTime64(3, 'UTC'),
    window_start DateTime64(3, 'UTC'),
    window_end   DateTime64(3, 'UTC'),
    verdict      Enum8('ok' = 1, 'bad' = 2, 'no_data' = 3, 'error' = 4),
    historical   Bool,
    message      String,
    findings     String COMMENT 'JSON' CODEC(ZSTD(3))
)
ENGINE = {{engine:ReplacingMergeTree()}}
PARTITION BY toYYYYMM(evaluated_at)
ORDER BY (project, monitor_id, window_end, evaluated_at);
