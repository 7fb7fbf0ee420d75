ALTER TABLE "app"."review_items" ADD COLUMN "reason" text;--> statement-breakpoint
ALTER TABLE "app"."review_labels" ADD COLUMN "hours" jsonb DEFAULT '[]'::jsonb NOT NULL;