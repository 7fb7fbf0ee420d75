CREATE TABLE "app"."data_contracts" (
	"project_id" text NOT NULL,
	"model" text NOT NULL,
	"revision" integer NOT NULL,
	"body" jsonb NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "data_contracts_project_id_model_revision_pk" PRIMARY KEY("project_id","model","revision")
);
