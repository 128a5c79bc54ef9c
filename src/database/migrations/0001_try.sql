CREATE TABLE "schedule_runs" (
	"name" text PRIMARY KEY NOT NULL,
	"slot_at" timestamp with time zone NOT NULL,
	"requested_at" timestamp with time zone,
	"running_since" timestamp with time zone,
	"running_on" text,
	"leased_until" timestamp with time zone,
	"claim_number" integer DEFAULT 0 NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"duration_ms" integer,
	"outcome" text,
	"result" jsonb,
	"error" text,
	"instance" text
);
--> statement-breakpoint
CREATE TABLE "alerts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"message" text NOT NULL,
	"value" double precision,
	"threshold" double precision,
	"raised_at" timestamp with time zone NOT NULL,
	"resolved_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "instance_reports" (
	"instance" text PRIMARY KEY NOT NULL,
	"role" text NOT NULL,
	"seen_at" timestamp with time zone NOT NULL,
	"lookups" integer NOT NULL,
	"hits" integer NOT NULL,
	"connection_errors" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "config_audit" (
	"id" uuid PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"changed" text[] NOT NULL,
	"changed_by" uuid NOT NULL,
	"changed_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "system_config" (
	"key" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"sealed" text,
	"updated_by" uuid NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "alerts_active" ON "alerts" USING btree ("kind") WHERE "alerts"."resolved_at" is null;--> statement-breakpoint
CREATE INDEX "config_audit_by_key" ON "config_audit" USING btree ("key","id");