-- What was sought when a monitor fired: the metric, or the feature that is missing.
ALTER TABLE {{database}}.slices_found {{on_cluster}} ADD COLUMN IF NOT EXISTS metric LowCardinality(String) DEFAULT '' AFTER loss;
