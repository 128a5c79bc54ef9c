CREATE TABLE "owed_live_resets" (
	"name" text PRIMARY KEY NOT NULL,
	"version" bigint NOT NULL
);
