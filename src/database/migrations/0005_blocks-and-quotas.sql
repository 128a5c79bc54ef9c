CREATE TABLE "quota_usage" (
	"user_id" uuid NOT NULL,
	"quota" text NOT NULL,
	"starts_on" date NOT NULL,
	"used" integer NOT NULL,
	CONSTRAINT "quota_usage_user_id_quota_starts_on_pk" PRIMARY KEY("user_id","quota","starts_on")
);
--> statement-breakpoint
CREATE TABLE "network_block_changes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"network" text NOT NULL,
	"action" text NOT NULL,
	"reason" text NOT NULL,
	"changed_by" uuid,
	"changed_at" timestamp with time zone NOT NULL,
	"ends_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "network_blocks" (
	"id" uuid PRIMARY KEY NOT NULL,
	"network" text NOT NULL,
	"reason" text NOT NULL,
	"source" text NOT NULL,
	"level" integer NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone NOT NULL,
	"ends_at" timestamp with time zone,
	CONSTRAINT "network_blocks_network_unique" UNIQUE("network")
);
--> statement-breakpoint
CREATE INDEX "quota_usage_by_start" ON "quota_usage" USING btree ("starts_on");--> statement-breakpoint
CREATE INDEX "network_blocks_by_end" ON "network_blocks" USING btree ("ends_at");