CREATE SEQUENCE "public"."owed_invalidation_versions" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "owed_invalidations" (
	"name" text PRIMARY KEY NOT NULL,
	"version" bigint NOT NULL
);
