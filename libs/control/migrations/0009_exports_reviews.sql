CREATE TABLE "app"."exports" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"model" text NOT NULL,
	"state" text NOT NULL,
	"question" jsonb NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"expires_at" timestamp (3) with time zone,
	"run" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"rows" bigint DEFAULT 0 NOT NULL,
	"bytes" bigint DEFAULT 0 NOT NULL,
	"done" bigint DEFAULT 0 NOT NULL,
	"total" bigint DEFAULT 0 NOT NULL,
	"manifest" jsonb,
	"error" text
);
--> statement-breakpoint
CREATE TABLE "app"."review_items" (
	"review_id" text NOT NULL,
	"n" integer NOT NULL,
	"project_id" text NOT NULL,
	"prediction_id" text NOT NULL,
	"version" text NOT NULL,
	"ts" timestamp (3) with time zone NOT NULL,
	"answer" jsonb NOT NULL,
	"label_before" text,
	"state" text NOT NULL,
	"label" text,
	"note" text,
	"reviewer" text,
	"decided_at" timestamp (3) with time zone,
	"claimed_by" text,
	"claimed_until" timestamp (3) with time zone,
	CONSTRAINT "review_items_review_id_n_pk" PRIMARY KEY("review_id","n")
);
--> statement-breakpoint
CREATE TABLE "app"."review_labels" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"model" text NOT NULL,
	"review_id" text NOT NULL,
	"n" integer NOT NULL,
	"prediction_id" text NOT NULL,
	"prediction_ts" timestamp (3) with time zone NOT NULL,
	"label" text NOT NULL,
	"ts" timestamp (3) with time zone NOT NULL,
	"state" text NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "app"."reviews" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"model" text NOT NULL,
	"name" text NOT NULL,
	"state" text NOT NULL,
	"question" jsonb NOT NULL,
	"rows" integer NOT NULL,
	"size" integer NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"closed_at" timestamp (3) with time zone,
	"closed_by" text
);
--> statement-breakpoint
ALTER TABLE "app"."review_items" ADD CONSTRAINT "review_items_review_id_reviews_id_fk" FOREIGN KEY ("review_id") REFERENCES "app"."reviews"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "exports_by_project" ON "app"."exports" USING btree ("project_id","id");--> statement-breakpoint
CREATE INDEX "exports_by_state" ON "app"."exports" USING btree ("state","expires_at");--> statement-breakpoint
CREATE INDEX "review_items_by_state" ON "app"."review_items" USING btree ("review_id","state","n");--> statement-breakpoint
CREATE INDEX "review_labels_due" ON "app"."review_labels" USING btree ("state","due_at");--> statement-breakpoint
CREATE INDEX "review_labels_by_item" ON "app"."review_labels" USING btree ("review_id","n");--> statement-breakpoint
CREATE INDEX "review_labels_by_model" ON "app"."review_labels" USING btree ("project_id","model");--> statement-breakpoint
CREATE INDEX "reviews_by_project" ON "app"."reviews" USING btree ("project_id","id");