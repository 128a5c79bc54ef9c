CREATE SEQUENCE "public"."pending_write_versions" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "pending_writes" (
	"name" text NOT NULL,
	"key" text NOT NULL,
	"payload" text NOT NULL,
	"version" bigint,
	"attempts" integer NOT NULL,
	"written_at" timestamp with time zone NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"holder" text,
	"leased_until" timestamp with time zone,
	CONSTRAINT "pending_writes_name_key_pk" PRIMARY KEY("name","key")
);
