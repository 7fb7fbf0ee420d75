-- Rows of exports that are not in the order of time, while they are put in theirs: `place` ascends with it. A run's rows are dropped when its
-- file is written; the TTL is for those whose writer died. A part of a file is found in every part of the table, hence the small granules.
CREATE TABLE IF NOT EXISTS {{database}}.export_rows {{on_cluster}}
(
    project       LowCardinality(String),
    model         LowCardinality(String),
    export        String,
    run           String,
    place         UInt64,
    prediction_id String,
    version       LowCardinality(String),
    ts            DateTime64(3, 'UTC'),
    score         Nullable(Float64),
    class         LowCardinality(String),
    value         Nullable(Float64),
    scores        Map(LowCardinality(String), Float64),
    nums          Map(LowCardinality(String), Float64),
    cats          Map(LowCardinality(String), String),
    nulls         Array(LowCardinality(String)),
    vectors       Map(LowCardinality(String), Array(Float32)),
    tags          Map(LowCardinality(String), String),
    latency_ms    Nullable(Float64),
    has_label     Bool,
    label         String,
    label_num     Nullable(Float64),
    label_source  LowCardinality(String),
    outcome_ms    Int64,
    noted_at      DateTime DEFAULT now()
)
ENGINE = {{engine:MergeTree()}}
PARTITION BY run
ORDER BY (project, model, export, run, place, prediction_id, version)
TTL noted_at + INTERVAL 2 DAY
SETTINGS index_granularity = 1024, max_bytes_to_merge_at_max_space_in_pool = 134217728, ttl_only_drop_parts = 1, non_replicated_deduplication_window = 0;
