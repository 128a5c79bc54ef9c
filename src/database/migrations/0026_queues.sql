CREATE TABLE "job_effects" (
	"queue" text NOT NULL,
	"key" text NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "job_effects_queue_key_pk" PRIMARY KEY("queue","key")
);
--> statement-breakpoint
CREATE TABLE "queue_epochs" (
	"prefix" text PRIMARY KEY NOT NULL,
	"mark" text NOT NULL,
	"server" text NOT NULL,
	"saved_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "parent_queue" text;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "parent_id" text;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "fails_parent" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "instance_reports" ADD COLUMN "stuck_queues" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
CREATE INDEX "job_effects_by_age" ON "job_effects" USING btree ("recorded_at");--> statement-breakpoint
CREATE INDEX "jobs_children" ON "jobs" USING btree ("parent_queue","parent_id") WHERE "jobs"."parent_id" is not null;--> statement-breakpoint
CREATE INDEX "jobs_parents" ON "jobs" USING btree ("queue") WHERE state = 'waiting-children';