CREATE SCHEMA "app";
--> statement-breakpoint
CREATE TABLE "app"."api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"hash" text NOT NULL,
	"scopes" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "api_keys_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "app"."audit" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"detail" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "app"."projects" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "projects_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "app"."channels" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"sealed" text NOT NULL,
	"match" jsonb,
	"is_default" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "app"."incident_events" (
	"id" text PRIMARY KEY NOT NULL,
	"incident_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"kind" text NOT NULL,
	"text" text NOT NULL,
	"actor" text,
	"monitor_id" text
);
--> statement-breakpoint
CREATE TABLE "app"."incident_monitors" (
	"incident_id" text NOT NULL,
	"monitor_id" text NOT NULL,
	"firing" boolean NOT NULL,
	CONSTRAINT "incident_monitors_incident_id_monitor_id_pk" PRIMARY KEY("incident_id","monitor_id")
);
--> statement-breakpoint
CREATE TABLE "app"."incidents" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"number" integer NOT NULL,
	"model" text NOT NULL,
	"family" text NOT NULL,
	"cause" text NOT NULL,
	"state" text NOT NULL,
	"severity" text NOT NULL,
	"title" text NOT NULL,
	"subjects" jsonb NOT NULL,
	"evidence" jsonb NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"acknowledged_at" timestamp (3) with time zone,
	"acknowledged_by" text,
	"resolved_at" timestamp (3) with time zone,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "app"."mutes" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"matchers" jsonb NOT NULL,
	"until" timestamp (3) with time zone NOT NULL,
	"reason" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "app"."outbox" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"incident_id" text NOT NULL,
	"channel_id" text NOT NULL,
	"event" text NOT NULL,
	"sequence" integer NOT NULL,
	"state" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"last_error" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"sent_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "app"."annotations" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"model" text NOT NULL,
	"ts" timestamp (3) with time zone NOT NULL,
	"text" text NOT NULL,
	"kind" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "app"."models" (
	"project_id" text NOT NULL,
	"name" text NOT NULL,
	"task" text NOT NULL,
	"state" text NOT NULL,
	"spec" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"live_since" timestamp (3) with time zone,
	"seeded" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "models_project_id_name_pk" PRIMARY KEY("project_id","name")
);
--> statement-breakpoint
CREATE TABLE "app"."monitors" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"model" text NOT NULL,
	"name" text NOT NULL,
	"origin" text NOT NULL,
	"body" jsonb NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"state" text DEFAULT 'unknown' NOT NULL,
	"state_detail" text,
	"bad_count" integer DEFAULT 0 NOT NULL,
	"since" timestamp (3) with time zone,
	"evaluated_at" timestamp (3) with time zone,
	"evaluated_to" timestamp (3) with time zone,
	"due_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "app"."references" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"model" text NOT NULL,
	"name" text NOT NULL,
	"revision" integer NOT NULL,
	"version" text,
	"rows" integer NOT NULL,
	"labelled" integer NOT NULL,
	"profiles" jsonb NOT NULL,
	"estimates" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "app"."dirty_windows" (
	"project_id" text NOT NULL,
	"model" text NOT NULL,
	"window_start" timestamp (3) with time zone NOT NULL,
	"first_marked_at" timestamp (3) with time zone NOT NULL,
	"marked_at" timestamp (3) with time zone NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "dirty_windows_project_id_model_window_start_pk" PRIMARY KEY("project_id","model","window_start")
);
--> statement-breakpoint
CREATE TABLE "app"."leases" (
	"name" text PRIMARY KEY NOT NULL,
	"holder" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "app"."settings" (
	"name" text PRIMARY KEY NOT NULL,
	"value" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "app"."api_keys" ADD CONSTRAINT "api_keys_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "app"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "app"."incident_events" ADD CONSTRAINT "incident_events_incident_id_incidents_id_fk" FOREIGN KEY ("incident_id") REFERENCES "app"."incidents"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "app"."incident_monitors" ADD CONSTRAINT "incident_monitors_incident_id_incidents_id_fk" FOREIGN KEY ("incident_id") REFERENCES "app"."incidents"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "app"."outbox" ADD CONSTRAINT "outbox_incident_id_incidents_id_fk" FOREIGN KEY ("incident_id") REFERENCES "app"."incidents"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "app"."outbox" ADD CONSTRAINT "outbox_channel_id_channels_id_fk" FOREIGN KEY ("channel_id") REFERENCES "app"."channels"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_by_project" ON "app"."audit" USING btree ("project_id","id");--> statement-breakpoint
CREATE INDEX "incident_events_by_incident" ON "app"."incident_events" USING btree ("incident_id","id");--> statement-breakpoint
CREATE INDEX "incident_monitors_by_monitor" ON "app"."incident_monitors" USING btree ("monitor_id");--> statement-breakpoint
CREATE UNIQUE INDEX "incidents_one_open_per_cause" ON "app"."incidents" USING btree ("project_id","model","cause") WHERE state <> 'resolved';--> statement-breakpoint
CREATE UNIQUE INDEX "incidents_by_number" ON "app"."incidents" USING btree ("project_id","number");--> statement-breakpoint
CREATE INDEX "incidents_by_time" ON "app"."incidents" USING btree ("project_id","opened_at");--> statement-breakpoint
CREATE INDEX "outbox_due" ON "app"."outbox" USING btree ("state","due_at");--> statement-breakpoint
CREATE INDEX "outbox_by_incident" ON "app"."outbox" USING btree ("incident_id");--> statement-breakpoint
CREATE UNIQUE INDEX "outbox_once" ON "app"."outbox" USING btree ("incident_id","channel_id","sequence");--> statement-breakpoint
CREATE INDEX "annotations_by_model" ON "app"."annotations" USING btree ("project_id","model","ts");--> statement-breakpoint
CREATE UNIQUE INDEX "monitors_by_name" ON "app"."monitors" USING btree ("project_id","model","name");--> statement-breakpoint
CREATE INDEX "monitors_due" ON "app"."monitors" USING btree ("enabled","due_at");--> statement-breakpoint
CREATE UNIQUE INDEX "references_by_name" ON "app"."references" USING btree ("project_id","model","name","revision");--> statement-breakpoint
CREATE INDEX "dirty_windows_due" ON "app"."dirty_windows" USING btree ("due_at");