CREATE TABLE "lot_closures" (
	"account_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"line" smallint NOT NULL,
	"symbol" text NOT NULL,
	"lot_id" uuid NOT NULL,
	"execution_id" uuid,
	"method" text NOT NULL,
	"quantity" numeric(30, 10) NOT NULL,
	"proceeds" numeric(30, 10) NOT NULL,
	"cost" numeric(30, 10) NOT NULL,
	"realized_pnl" numeric(30, 10) NOT NULL,
	"closed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "lot_closures_account_id_seq_line_pk" PRIMARY KEY("account_id","seq","line")
);
--> statement-breakpoint
CREATE TABLE "position_lots" (
	"id" uuid PRIMARY KEY NOT NULL,
	"account_id" uuid NOT NULL,
	"symbol" text NOT NULL,
	"opened_seq" integer NOT NULL,
	"quantity" numeric(30, 10) NOT NULL,
	"cost" numeric(30, 10) NOT NULL,
	"opened_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "lot_method" text DEFAULT 'fifo' NOT NULL;--> statement-breakpoint
ALTER TABLE "positions" ADD COLUMN "cost_basis" numeric(30, 10) DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "named_lots" jsonb;--> statement-breakpoint
ALTER TABLE "lot_closures" ADD CONSTRAINT "lot_closures_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lot_closures" ADD CONSTRAINT "lot_closures_lot_id_position_lots_id_fk" FOREIGN KEY ("lot_id") REFERENCES "public"."position_lots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lot_closures" ADD CONSTRAINT "lot_closures_execution_id_executions_id_fk" FOREIGN KEY ("execution_id") REFERENCES "public"."executions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "position_lots" ADD CONSTRAINT "position_lots_id_executions_id_fk" FOREIGN KEY ("id") REFERENCES "public"."executions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "position_lots" ADD CONSTRAINT "position_lots_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "lot_closures_by_date" ON "lot_closures" USING btree ("account_id","closed_at");--> statement-breakpoint
CREATE INDEX "position_lots_open" ON "position_lots" USING btree ("account_id","symbol","opened_seq") WHERE "position_lots"."quantity" <> 0;--> statement-breakpoint
-- by hand
-- The part of an amount, rounded half to even at ten places, as the program rounds it; round() alone goes away from zero.
CREATE FUNCTION "lot_share"("total" numeric, "part" numeric, "whole" numeric) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
  dividend numeric := abs("total") * 10000000000 * "part" * 10000000000;
  divisor numeric := "whole" * 10000000000;
  units numeric;
  rest numeric;
BEGIN
  IF "part" = "whole" THEN RETURN "total"; END IF;
  units := div(dividend, divisor);
  rest := dividend - units * divisor;
  IF rest * 2 > divisor OR (rest * 2 = divisor AND units % 2 = 1) THEN units := units + 1; END IF;
  RETURN sign("total") * units * 0.0000000001;
END $$;
--> statement-breakpoint
-- What was bought so far becomes lots, and what was sold closes them, first in first out: in the order of the ledger, with the
-- cash that it moved. Realised profits follow from that now, and not from average costs.
DO $$
DECLARE
  fill record;
  lot record;
  shares numeric;
  cash numeric;
  taken numeric;
  got numeric;
  paid numeric;
  closed integer;
BEGIN
  FOR fill IN
    SELECT "entry"."account_id", "entry"."seq", "execution"."id", "execution"."symbol", "execution"."side", "execution"."quantity", "execution"."executed_at", (
      SELECT coalesce(sum("amount"), 0) FROM "ledger_postings"
      WHERE "entry_id" = "entry"."id" AND "symbol" IS NULL AND "book" IN ('cash', 'reserved')
    ) AS "cash"
    FROM "ledger_entries" AS "entry" JOIN "executions" AS "execution" ON "execution"."id" = "entry"."execution_id"
    ORDER BY "entry"."account_id", "entry"."seq"
  LOOP
    IF fill."side" = 'buy' THEN
      INSERT INTO "position_lots" ("id", "account_id", "symbol", "opened_seq", "quantity", "cost", "opened_at")
      VALUES (fill."id", fill."account_id", fill."symbol", fill."seq", fill."quantity", -fill."cash", fill."executed_at");
      CONTINUE;
    END IF;
    shares := fill."quantity";
    cash := fill."cash";
    closed := 0;
    FOR lot IN
      SELECT * FROM "position_lots"
      WHERE "account_id" = fill."account_id" AND "symbol" = fill."symbol" AND "quantity" <> 0
      ORDER BY "opened_seq"
    LOOP
      taken := least(lot."quantity", shares);
      got := "lot_share"(cash, taken, shares);
      paid := "lot_share"(lot."cost", taken, lot."quantity");
      INSERT INTO "lot_closures" ("account_id", "seq", "line", "symbol", "lot_id", "execution_id", "method", "quantity", "proceeds", "cost", "realized_pnl", "closed_at")
      VALUES (fill."account_id", fill."seq", closed, fill."symbol", lot."id", fill."id", 'fifo', taken, got, paid, got - paid, fill."executed_at");
      UPDATE "position_lots" SET "quantity" = "quantity" - taken, "cost" = "cost" - paid WHERE "id" = lot."id";
      shares := shares - taken;
      cash := cash - got;
      closed := closed + 1;
      EXIT WHEN shares = 0;
    END LOOP;
  END LOOP;
END $$;
--> statement-breakpoint
UPDATE "positions" SET
  "cost_basis" = (SELECT coalesce(sum("cost"), 0) FROM "position_lots" WHERE "account_id" = "positions"."account_id" AND "symbol" = "positions"."symbol"),
  "realized_pnl" = (SELECT coalesce(sum("realized_pnl"), 0) FROM "lot_closures" WHERE "account_id" = "positions"."account_id" AND "symbol" = "positions"."symbol");
--> statement-breakpoint
UPDATE "positions" SET "average_cost" = CASE WHEN "quantity" > 0 THEN "lot_share"("cost_basis", 1, "quantity") ELSE 0 END;
--> statement-breakpoint
DROP FUNCTION "lot_share";
--> statement-breakpoint
ALTER TABLE "positions" ALTER COLUMN "cost_basis" DROP DEFAULT;
--> statement-breakpoint
CREATE TRIGGER "append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "lot_closures" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_to_change_history"();
