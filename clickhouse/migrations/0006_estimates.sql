-- Results are a history: beside the metrics, how mature the labels were and what was estimated and corrected. Earlier rows have none of it.
ALTER TABLE {{database}}.window_results {{on_cluster}} ADD COLUMN IF NOT EXISTS maturity Nullable(Float64);
ALTER TABLE {{database}}.window_results {{on_cluster}} ADD COLUMN IF NOT EXISTS state LowCardinality(String) COMMENT 'unlabelled, provisional, final';
ALTER TABLE {{database}}.window_results {{on_cluster}} ADD COLUMN IF NOT EXISTS estimated String COMMENT 'JSON: metric → [value, low, high]';
ALTER TABLE {{database}}.window_results {{on_cluster}} ADD COLUMN IF NOT EXISTS corrected String COMMENT 'JSON: metric → [value, low, high]';
ALTER TABLE {{database}}.window_results {{on_cluster}} ADD COLUMN IF NOT EXISTS reference String COMMENT 'JSON: whose estimate it is';

-- Once a window is final: what its estimate had said, beside what came true.
CREATE TABLE IF NOT EXISTS {{database}}.estimates_scored {{on_cluster}}
(
    project        LowCardinality(String),
    model          LowCardinality(String),
    version        LowCardinality(String) COMMENT '*: all versions together',
    granularity    LowCardinality(String),
    window_start   DateTime64(3, 'UTC'),
    metric         LowCardinality(String),
    reference      String COMMENT 'JSON',
    estimated      Float64,
    estimated_low  Nullable(Float64),
    estimated_high Nullable(Float64),
    realized       Float64,
    realized_low   Nullable(Float64),
    realized_high  Nullable(Float64),
    predictions    UInt64,
    labelled       UInt64,
    scored_at      DateTime64(3, 'UTC')
)
ENGINE = {{engine:ReplacingMergeTree(scored_at)}}
PARTITION BY toYYYYMM(window_start)
ORDER BY (project, model, granularity, version, window_start, metric);
