CREATE TABLE "app"."estimators" (
	"reference" text PRIMARY KEY NOT NULL,
	"estimator" jsonb,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "app"."estimators" ADD CONSTRAINT "estimators_reference_references_id_fk" FOREIGN KEY ("reference") REFERENCES "app"."references"("id") ON DELETE cascade ON UPDATE no action;