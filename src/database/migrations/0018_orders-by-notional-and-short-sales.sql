ALTER TABLE "accounts" ADD COLUMN "collateral" numeric(30, 10) DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "short_selling" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "positions" ADD COLUMN "collateral" numeric(30, 10) DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "ledger_entries" ADD COLUMN "symbol" text;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "notional" numeric(30, 10);--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "estimated_quantity" numeric(30, 10);--> statement-breakpoint
CREATE INDEX "positions_short" ON "positions" USING btree ("symbol","account_id") WHERE "positions"."quantity" < 0 and not length("positions"."symbol") > 15;