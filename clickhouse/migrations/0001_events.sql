-- {{…}} are filled by the migrator: engine and cluster differ between one node and a cluster, the text does not.
CREATE TABLE IF NOT EXISTS {{database}}.predictions {{on_cluster}}
(
    project          LowCardinality(String),
    model            LowCardinality(String),
    version          LowCardinality(String),
    prediction_id    String CODEC(ZSTD(1)),
    ts               DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    ts_given         Bool,
    received_at      DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    batch_id         LowCardinality(String),
    score            Nullable(Float64),
    class            LowCardinality(String),
    value            Nullable(Float64),
    scores           Map(LowCardinality(String), Float64),
    nums             Map(LowCardinality(String), Float64),
    cats             Map(LowCardinality(String), String),
    nulls            Array(LowCardinality(String)),
    vectors          Map(LowCardinality(String), Array(Float32)),
    tags             Map(LowCardinality(String), String),
    latency_ms       Nullable(Float64),
    payload_hash     UInt64,
    inverted_arrival UInt64 COMMENT 'larger is earlier: the first of two equal identities stays',
    INDEX received_at_range received_at TYPE minmax GRANULARITY 4,
    INDEX batch_of_rows batch_id TYPE set(16) GRANULARITY 1
)
ENGINE = {{engine:ReplacingMergeTree(inverted_arrival)}}
PARTITION BY toYYYYMM(ts)
ORDER BY (project, model, toStartOfHour(ts), prediction_id, version)
SETTINGS non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS {{database}}.outcomes {{on_cluster}}
(
    project       LowCardinality(String),
    model         LowCardinality(String),
    prediction_id String CODEC(ZSTD(1)),
    ts            DateTime64(3, 'UTC') COMMENT 'when it became known',
    ts_given      Bool,
    prediction_ts Nullable(DateTime64(3, 'UTC')) COMMENT 'hint of the client',
    label         String,
    label_num     Nullable(Float64),
    source        LowCardinality(String),
    received_at   DateTime64(6, 'UTC') COMMENT 'rising within a process: the later of two equal times wins',
    batch_id      LowCardinality(String),
    INDEX batch_of_rows batch_id TYPE set(16) GRANULARITY 1
)
ENGINE = {{engine:MergeTree()}}
PARTITION BY toYYYYMM(received_at)
ORDER BY (project, model, prediction_id, ts)
SETTINGS non_replicated_deduplication_window = 1000;

-- Which rows a flush wrote, per model. Workers consume batches that are not in batches_done; never clock time.
CREATE TABLE IF NOT EXISTS {{database}}.batches {{on_cluster}}
(
    batch_id     String,
    project      LowCardinality(String),
    model        LowCardinality(String),
    kind         Enum8('predictions' = 1, 'outcomes' = 2),
    rows         UInt64,
    duplicates   UInt64,
    ts_min       DateTime64(3, 'UTC'),
    ts_max       DateTime64(3, 'UTC'),
    committed_at DateTime64(3, 'UTC')
)
ENGINE = {{engine:ReplacingMergeTree()}}
PARTITION BY toYYYYMM(committed_at)
ORDER BY (committed_at, batch_id, project, model, kind)
SETTINGS non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS {{database}}.batches_done {{on_cluster}}
(
    batch_id String,
    project  LowCardinality(String),
    model    LowCardinality(String),
    kind     Enum8('predictions' = 1, 'outcomes' = 2),
    done_at  DateTime64(3, 'UTC')
)
ENGINE = {{engine:ReplacingMergeTree()}}
PARTITION BY toYYYYMM(done_at)
ORDER BY (batch_id, project, model, kind);

-- Matched labels: narrow, in the order of predictions, with what performance needs. Every outcome of an id stays, so that
-- any as_of can be answered; the largest outcome_ts wins, then the latest arrival.
CREATE TABLE IF NOT EXISTS {{database}}.labels {{on_cluster}}
(
    project             LowCardinality(String),
    model               LowCardinality(String),
    version             LowCardinality(String),
    prediction_id       String CODEC(ZSTD(1)),
    ts                  DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    outcome_ts          DateTime64(3, 'UTC'),
    outcome_received_at DateTime64(6, 'UTC'),
    label               LowCardinality(String),
    label_num           Nullable(Float64),
    source              LowCardinality(String),
    batch_id            LowCardinality(String) COMMENT 'the batch whose joining wrote this row',
    INDEX batch_of_rows batch_id TYPE set(16) GRANULARITY 1
)
ENGINE = {{engine:ReplacingMergeTree()}}
PARTITION BY toYYYYMM(ts)
ORDER BY (project, model, toStartOfHour(ts), prediction_id, version, outcome_ts, outcome_received_at, label);

-- Outcomes whose prediction has not come: state 1 once it has.
CREATE TABLE IF NOT EXISTS {{database}}.unmatched {{on_cluster}}
(
    project             LowCardinality(String),
    model               LowCardinality(String),
    prediction_id       String,
    outcome_ts          DateTime64(3, 'UTC'),
    outcome_received_at DateTime64(6, 'UTC'),
    label               String,
    label_num           Nullable(Float64),
    source              LowCardinality(String),
    state               UInt8,
    changed_at          DateTime64(3, 'UTC')
)
ENGINE = {{engine:ReplacingMergeTree(changed_at)}}
ORDER BY (project, model, prediction_id, outcome_ts, outcome_received_at, label);

-- Names and types seen per version; min and max make a repeated write harmless.
CREATE TABLE IF NOT EXISTS {{database}}.catalog {{on_cluster}}
(
    project  LowCardinality(String),
    model    LowCardinality(String),
    version  LowCardinality(String),
    kind     Enum8('feature' = 1, 'tag' = 2, 'version' = 3, 'class' = 4),
    name     String,
    type     LowCardinality(String),
    first_ts SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    last_ts  SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = {{engine:AggregatingMergeTree()}}
ORDER BY (project, model, kind, name, type, version);

CREATE TABLE IF NOT EXISTS {{database}}.reference_rows {{on_cluster}}
(
    project       LowCardinality(String),
    model         LowCardinality(String),
    reference     String,
    row           UInt64,
    version       LowCardinality(String),
    prediction_id String,
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
    label         Nullable(String),
    label_num     Nullable(Float64)
)
ENGINE = {{engine:MergeTree()}}
ORDER BY (project, model, reference, row)
SETTINGS non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS {{database}}.quarantine {{on_cluster}}
(
    project       LowCardinality(String),
    id            String,
    kind          Enum8('predictions' = 1, 'outcomes' = 2),
    model         String,
    prediction_id String,
    code          LowCardinality(String),
    message       String,
    body          String CODEC(ZSTD(3)),
    received_at   DateTime64(3, 'UTC')
)
ENGINE = {{engine:MergeTree()}}
PARTITION BY toYYYYMM(received_at)
ORDER BY (project, received_at, id)
TTL toDateTime(received_at) + INTERVAL 30 DAY;
