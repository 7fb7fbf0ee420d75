-- The bins on which every hour is counted that is held against a reference: made once from its values, never changed.
CREATE TABLE IF NOT EXISTS {{database}}.profile_bins {{on_cluster}}
(
    project   LowCardinality(String),
    model     LowCardinality(String),
    reference String,
    name      LowCardinality(String),
    edges     Array(Float64) CODEC(ZSTD(1)),
    n         UInt64,
    mean      Float64,
    m2        Float64 COMMENT 'sum of squared deviations from the mean',
    min       Float64,
    max       Float64,
    counts    Array(UInt64) COMMENT 'of the reference itself, per right-closed bin' CODEC(ZSTD(1)),
    offsets   Array(Float64) COMMENT 'sum per bin of the distances from its upper edge' CODEC(ZSTD(1)),
    ranks     Array(Float64) CODEC(ZSTD(1))
)
ENGINE = {{engine:ReplacingMergeTree()}}
ORDER BY (project, model, reference, name);

-- What an hour of predictions, or of their labels, amounts to per version and name. The row without a name stands for the hour itself: only rows
-- of its computed_at count. Kinds that come later (text, embedding) are rows of their own kind beside these.
CREATE TABLE IF NOT EXISTS {{database}}.profiles {{on_cluster}}
(
    project      LowCardinality(String),
    model        LowCardinality(String),
    reference    String,
    part         LowCardinality(String) COMMENT 'predictions, labels',
    window_start DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    version      LowCardinality(String),
    kind         LowCardinality(String) COMMENT 'hour, numeric, categorical',
    name         LowCardinality(String) COMMENT 'outputs and labels begin with \\1',
    n            UInt64 COMMENT 'rows that hold a value, of the hour all its rows',
    mean         Float64,
    m2           Float64,
    min          Float64,
    max          Float64,
    counts       Array(UInt64) COMMENT 'per bin of the reference, or per category' CODEC(ZSTD(1)),
    offsets      Array(Float64) CODEC(ZSTD(1)),
    ranks        Array(Float64) COMMENT 'equally spaced in rank, or all values' CODEC(ZSTD(1)),
    categories   Array(String) COMMENT 'the most frequent, n counts the others too' CODEC(ZSTD(1)),
    basis        LowCardinality(String) COMMENT 'by which types of the features',
    computed_at  DateTime64(3, 'UTC')
)
ENGINE = {{engine:ReplacingMergeTree(computed_at)}}
PARTITION BY toYYYYMM(window_start)
ORDER BY (project, model, reference, part, window_start, version, kind, name);

-- What the rows of a reference amount to per bin or category: how the model fared in them, and what it answered.
CREATE TABLE IF NOT EXISTS {{database}}.profile_facts {{on_cluster}}
(
    project        LowCardinality(String),
    model          LowCardinality(String),
    reference      String,
    basis          LowCardinality(String) COMMENT 'by which definitions of the model',
    kind           LowCardinality(String) COMMENT 'numeric, categorical',
    name           LowCardinality(String),
    bin            String COMMENT 'number of the bin, or the category',
    labelled       UInt64,
    loss           Float64,
    loss_squares   Float64,
    rows           UInt64,
    output         Float64,
    output_squares Float64
)
ENGINE = {{engine:ReplacingMergeTree()}}
ORDER BY (project, model, reference, basis, kind, name, bin);
