-- What is dropped within days is not worth merging into large parts: that took as long as the joins beside it. Small parts still are.
ALTER TABLE {{database}}.located {{on_cluster}} MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = 33554432;
ALTER TABLE {{database}}.arrived_outcomes {{on_cluster}} MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = 33554432;
