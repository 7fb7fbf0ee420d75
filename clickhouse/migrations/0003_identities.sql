-- A batch of predictions is also done with once its identities were compared with all earlier ones.
ALTER TABLE {{database}}.batches_done {{on_cluster}} MODIFY COLUMN kind Enum8('predictions' = 1, 'outcomes' = 2, 'identities' = 3);
