DROP INDEX "orders_working";--> statement-breakpoint
CREATE INDEX "orders_by_place" ON "orders" USING btree ("symbol","side","limit_price") WHERE "orders"."status" in ('accepted', 'open', 'partially_filled');--> statement-breakpoint
CREATE INDEX "orders_undecided" ON "orders" USING btree ("symbol") WHERE "orders"."status" = 'open' and "orders"."time_in_force" in ('ioc', 'fok');