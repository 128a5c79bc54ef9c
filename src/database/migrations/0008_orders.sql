CREATE TABLE "order_transitions" (
	"order_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"from_status" text,
	"to_status" text NOT NULL,
	"reason" text NOT NULL,
	"filled_quantity" numeric(30, 10) NOT NULL,
	"bid" numeric(30, 10),
	"ask" numeric(30, 10),
	"quote_as_of" timestamp with time zone,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "order_transitions_order_id_version_pk" PRIMARY KEY("order_id","version")
);
--> statement-breakpoint
DROP INDEX "orders_working";--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "time_in_force" text DEFAULT 'gtc' NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "expires_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "replaces" uuid;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "filled_notional" numeric(40, 16) DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "last_fill_quote_as_of" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "order_transitions" ADD CONSTRAINT "order_transitions_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_replaces_orders_id_fk" FOREIGN KEY ("replaces") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "orders_working_by_account" ON "orders" USING btree ("account_id") WHERE "orders"."status" in ('accepted', 'open', 'partially_filled');--> statement-breakpoint
CREATE INDEX "orders_expiring" ON "orders" USING btree ("expires_at") WHERE "orders"."status" in ('accepted', 'open', 'partially_filled');--> statement-breakpoint
CREATE INDEX "orders_working" ON "orders" USING btree ("symbol","status") WHERE "orders"."status" in ('accepted', 'open', 'partially_filled');
--> statement-breakpoint
UPDATE "orders" SET "filled_notional" = "filled"."notional"
FROM (SELECT "order_id", sum("quantity" * "price") AS "notional" FROM "executions" GROUP BY "order_id") AS "filled"
WHERE "filled"."order_id" = "orders"."id";
--> statement-breakpoint
INSERT INTO "order_transitions" ("order_id", "version", "from_status", "to_status", "reason", "filled_quantity", "at")
SELECT "id", "version", NULL, "status", 'placed', "filled_quantity", "updated_at" FROM "orders";
--> statement-breakpoint
ALTER TABLE "orders" ALTER COLUMN "time_in_force" DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE "orders" ALTER COLUMN "filled_notional" DROP DEFAULT;
--> statement-breakpoint
CREATE TRIGGER "append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "order_transitions" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_to_change_history"();
