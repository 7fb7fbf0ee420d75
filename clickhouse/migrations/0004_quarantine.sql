ALTER TABLE {{database}}.quarantine {{on_cluster}} ADD COLUMN IF NOT EXISTS replayed_at Nullable(DateTime64(3, 'UTC')) COMMENT 'when it was taken after all';
