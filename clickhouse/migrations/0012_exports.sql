-- Files of exports in pieces of one size, so that a part of a file is a few rows and every process reaches them. A run is one attempt at
-- writing the file. Bytes come as base64, because rows are inserted as JSON.
CREATE TABLE IF NOT EXISTS {{database}}.export_chunks {{on_cluster}}
(
    project    LowCardinality(String),
    model      LowCardinality(String),
    export     String,
    run        String,
    n          UInt32,
    bytes      String DEFAULT base64Decode(encoded) CODEC(ZSTD(1)),
    encoded    String EPHEMERAL,
    expires_at DateTime('UTC'),
    noted_at   DateTime DEFAULT now()
)
ENGINE = {{engine:MergeTree()}}
PARTITION BY toYYYYMMDD(noted_at)
ORDER BY (project, model, export, run, n)
TTL expires_at + INTERVAL 1 DAY
SETTINGS index_granularity_bytes = 2097152, ttl_only_drop_parts = 1, max_bytes_to_merge_at_max_space_in_pool = 134217728, non_replicated_deduplication_window = 1000;
