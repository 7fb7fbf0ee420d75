-- What lately arrived, batch by batch: joining reads new rows here, whatever else their hours hold. Only a copy: what is
-- missing here is taken from predictions and outcomes again. The ids of a batch are one row a version: cheap to write and to merge.
CREATE TABLE IF NOT EXISTS {{database}}.arrived_predictions {{on_cluster}}
(
    project       LowCardinality(String),
    model         LowCardinality(String),
    version       LowCardinality(String),
    batch_id      String,
    ids           Array(String),
    times         Array(Int64) COMMENT 'epoch ms, in the order of ids',
    noted_at      DateTime DEFAULT now()
)
ENGINE = {{engine:MergeTree()}}
PARTITION BY toYYYYMMDD(noted_at)
ORDER BY (project, model, batch_id)
TTL noted_at + INTERVAL 3 DAY
SETTINGS non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS {{database}}.arrived_outcomes {{on_cluster}}
(
    project       LowCardinality(String),
    model         LowCardinality(String),
    prediction_id String,
    ts            DateTime64(3, 'UTC'),
    ts_given      Bool,
    prediction_ts Nullable(DateTime64(3, 'UTC')),
    label         String,
    label_num     Nullable(Float64),
    source        LowCardinality(String),
    received_at   DateTime64(6, 'UTC'),
    batch_id      LowCardinality(String),
    noted_at      DateTime DEFAULT now()
)
ENGINE = {{engine:MergeTree()}}
PARTITION BY toYYYYMMDD(noted_at)
ORDER BY (project, model, batch_id)
TTL noted_at + INTERVAL 3 DAY
SETTINGS non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1;

-- New outcomes with the predictions they belong to, as one run of the join found them; version and ts are empty where there was none.
CREATE TABLE IF NOT EXISTS {{database}}.located {{on_cluster}}
(
    project             LowCardinality(String),
    model               LowCardinality(String),
    run                 LowCardinality(String),
    prediction_id       String CODEC(ZSTD(1)),
    version             LowCardinality(String),
    ts                  DateTime64(3, 'UTC'),
    outcome_ts          DateTime64(3, 'UTC'),
    outcome_received_at DateTime64(6, 'UTC'),
    label               String,
    label_num           Nullable(Float64),
    source              LowCardinality(String),
    noted_at            DateTime DEFAULT now()
)
ENGINE = {{engine:MergeTree()}}
PARTITION BY toYYYYMMDD(noted_at)
ORDER BY (project, model, run)
TTL noted_at + INTERVAL 1 DAY
SETTINGS ttl_only_drop_parts = 1;
