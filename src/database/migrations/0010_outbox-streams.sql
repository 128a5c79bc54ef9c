DROP INDEX "outbox_due";--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "seq" bigserial NOT NULL;--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "stream" text;--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "last_error" text;--> statement-breakpoint
CREATE INDEX "outbox_streams" ON "outbox" USING btree ("stream","seq") WHERE "outbox"."stream" is not null;--> statement-breakpoint
CREATE INDEX "outbox_failing" ON "outbox" USING btree ("attempts") WHERE "outbox"."attempts" > 8;--> statement-breakpoint
CREATE INDEX "outbox_due" ON "outbox" USING btree ("due_at","seq") WHERE "outbox"."stream" is null;