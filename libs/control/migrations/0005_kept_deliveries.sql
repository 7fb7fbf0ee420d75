ALTER TABLE "app"."outbox" DROP CONSTRAINT "outbox_channel_id_channels_id_fk";
--> statement-breakpoint
ALTER TABLE "app"."outbox" ADD COLUMN "channel_name" text;--> statement-breakpoint
ALTER TABLE "app"."outbox" ADD COLUMN "channel_kind" text;