ALTER TABLE "accounts" ADD COLUMN "fees_paid" numeric(30, 10) DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "fee" numeric(30, 10) DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "rule" text DEFAULT 'market' NOT NULL;--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "sequence" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "slippage" numeric(30, 10) DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "bid" numeric(30, 10);--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "ask" numeric(30, 10);--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "bid_size" numeric(30, 10);--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "ask_size" numeric(30, 10);--> statement-breakpoint
ALTER TABLE "order_transitions" ADD COLUMN "execution_id" uuid;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "reserved_fees" numeric(30, 10) DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "fees" numeric(30, 10) DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "order_transitions" ADD CONSTRAINT "order_transitions_execution_id_executions_id_fk" FOREIGN KEY ("execution_id") REFERENCES "public"."executions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
-- by hand
UPDATE "executions" SET "sequence" = "ledger_entries"."seq"
FROM "ledger_entries" WHERE "ledger_entries"."execution_id" = "executions"."id";
--> statement-breakpoint
UPDATE "executions" SET "rule" = "orders"."type" FROM "orders" WHERE "orders"."id" = "executions"."order_id";
