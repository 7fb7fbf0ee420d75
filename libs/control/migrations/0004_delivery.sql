CREATE TABLE "app"."channel_states" (
	"channel_id" text PRIMARY KEY NOT NULL,
	"tokens" double precision NOT NULL,
	"tokens_at" timestamp (3) with time zone NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"paused_until" timestamp (3) with time zone,
	"last_error" text,
	"last_sent_at" timestamp (3) with time zone,
	"last_failed_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "app"."storms" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"channel_id" text NOT NULL,
	"state" text NOT NULL,
	"sequence" integer DEFAULT 0 NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"uncertain" boolean DEFAULT false NOT NULL,
	"receipt" text,
	"last_error" text,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"last_page_at" timestamp (3) with time zone NOT NULL,
	"sent_at" timestamp (3) with time zone,
	"due_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "app"."outbox" ADD COLUMN "admitted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "app"."outbox" ADD COLUMN "storm_id" text;--> statement-breakpoint
ALTER TABLE "app"."outbox" ADD COLUMN "uncertain" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "app"."outbox" ADD COLUMN "receipt" text;--> statement-breakpoint
ALTER TABLE "app"."channel_states" ADD CONSTRAINT "channel_states_channel_id_channels_id_fk" FOREIGN KEY ("channel_id") REFERENCES "app"."channels"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "app"."storms" ADD CONSTRAINT "storms_channel_id_channels_id_fk" FOREIGN KEY ("channel_id") REFERENCES "app"."channels"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "storms_one_collecting" ON "app"."storms" USING btree ("channel_id") WHERE state = 'collecting';--> statement-breakpoint
CREATE INDEX "storms_due" ON "app"."storms" USING btree ("due_at");--> statement-breakpoint
CREATE INDEX "outbox_by_channel" ON "app"."outbox" USING btree ("channel_id","admitted_at");--> statement-breakpoint
CREATE INDEX "outbox_by_storm" ON "app"."outbox" USING btree ("storm_id");