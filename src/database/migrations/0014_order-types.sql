DROP INDEX "orders_working";--> statement-breakpoint
ALTER TABLE "order_transitions" ADD COLUMN "last" numeric(30, 10);--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "stop_price" numeric(30, 10);--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "trail_amount" numeric(30, 10);--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "trail_percent" numeric(30, 10);--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "water_mark" numeric(30, 10);--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "touched_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "triggered_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "extended_hours" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "works_from" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "orders_by_limit" ON "orders" USING btree ("symbol","side","limit_price") WHERE "orders"."status" in ('open', 'partially_filled') and ("orders"."stop_price" is null or "orders"."triggered_at" is not null) and "orders"."works_from" is null;--> statement-breakpoint
CREATE INDEX "orders_by_stop" ON "orders" USING btree ("symbol","side","stop_price") WHERE "orders"."status" in ('accepted', 'open') and "orders"."stop_price" is not null and "orders"."touched_at" is null;--> statement-breakpoint
CREATE INDEX "orders_by_water_mark" ON "orders" USING btree ("symbol","side","water_mark") WHERE "orders"."status" in ('accepted', 'open') and "orders"."water_mark" is not null and "orders"."touched_at" is null;--> statement-breakpoint
CREATE INDEX "orders_touched" ON "orders" USING btree ("id") WHERE "orders"."status" in ('accepted', 'open') and "orders"."touched_at" is not null and "orders"."triggered_at" is null;--> statement-breakpoint
CREATE INDEX "orders_for_auction" ON "orders" USING btree ("works_from") WHERE "orders"."status" in ('accepted', 'open') and "orders"."works_from" is not null;--> statement-breakpoint
CREATE INDEX "orders_accepted" ON "orders" USING btree ("updated_at") WHERE "orders"."status" = 'accepted';