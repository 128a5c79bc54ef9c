DROP INDEX "orders_working_by_account";--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "order_class" text DEFAULT 'simple' NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "group_id" uuid;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "group_role" text;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "placed_quantity" numeric(30, 10);--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "activated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_group_id_orders_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "orders_unfinished_by_account" ON "orders" USING btree ("account_id") WHERE "orders"."status" in ('held', 'accepted', 'open', 'partially_filled');--> statement-breakpoint
CREATE INDEX "orders_by_group" ON "orders" USING btree ("group_id") WHERE "orders"."group_id" is not null;