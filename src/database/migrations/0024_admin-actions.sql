CREATE TABLE "admin_actions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"actor_id" uuid NOT NULL,
	"action" text NOT NULL,
	"target" jsonb NOT NULL,
	"correlation_id" text NOT NULL,
	"begun_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	"outcome" text DEFAULT 'begun' NOT NULL,
	"status" integer
);
--> statement-breakpoint
CREATE INDEX "admin_actions_begun" ON "admin_actions" USING btree ("begun_at");