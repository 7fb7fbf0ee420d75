-- Slices that were found by themselves, and how they fared in other windows. The row without a slice stands for the search itself.
CREATE TABLE IF NOT EXISTS {{database}}.slices_found {{on_cluster}}
(
    project      LowCardinality(String),
    model        LowCardinality(String),
    kind         LowCardinality(String) COMMENT 'window: searched because it was mature, monitor: because one fired',
    about        String COMMENT 'the monitor',
    loss         LowCardinality(String),
    window_start DateTime64(3, 'UTC'),
    window_end   DateTime64(3, 'UTC'),
    slice        String COMMENT 'hash of the predicates',
    rank         UInt16 COMMENT 'among those found, from 1. 0: not found here, only measured',
    predicates   String COMMENT 'JSON' CODEC(ZSTD(1)),
    filters      String COMMENT 'JSON' CODEC(ZSTD(1)),
    n            UInt64,
    rows         UInt64 COMMENT 'of the whole window',
    error        Nullable(Float64) COMMENT 'mean loss',
    overall      Nullable(Float64) COMMENT 'of the whole window',
    before       Nullable(Float64),
    score        Nullable(Float64),
    explains     Nullable(Float64),
    p_value      Nullable(Float64),
    q_value      Nullable(Float64),
    searched     UInt64 COMMENT 'slices that were looked at or ruled out',
    computed_at  DateTime64(3, 'UTC')
)
ENGINE = {{engine:ReplacingMergeTree(computed_at)}}
PARTITION BY toYYYYMM(window_start)
ORDER BY (project, model, kind, about, loss, window_start, window_end, slice);
