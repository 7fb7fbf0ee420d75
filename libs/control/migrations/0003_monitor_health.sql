ALTER TABLE "app"."incident_monitors" ADD COLUMN "silenced" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "app"."monitors" ADD COLUMN "ok_count" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "app"."monitors" ADD COLUMN "failing_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "app"."monitors" ADD COLUMN "failing_told" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "app"."monitors" ADD COLUMN "calibrated" jsonb;--> statement-breakpoint
ALTER TABLE "app"."monitors" ADD COLUMN "news" jsonb DEFAULT '{}'::jsonb NOT NULL;