CREATE TABLE "market_sessions" (
	"date" text NOT NULL,
	"phase" text NOT NULL,
	"told_at" timestamp with time zone NOT NULL,
	CONSTRAINT "market_sessions_date_phase_pk" PRIMARY KEY("date","phase")
);
--> statement-breakpoint
CREATE TABLE "account_statements" (
	"id" uuid PRIMARY KEY NOT NULL,
	"account_id" uuid NOT NULL,
	"date" date NOT NULL,
	"as_of" timestamp with time zone NOT NULL,
	"cash" numeric(30, 10) NOT NULL,
	"positions_value" numeric(30, 10) NOT NULL,
	"equity" numeric(30, 10) NOT NULL,
	"contributed" numeric(30, 10) NOT NULL,
	"realized_pnl" numeric(30, 10) NOT NULL,
	"fees_paid" numeric(30, 10) NOT NULL,
	"positions" jsonb NOT NULL,
	CONSTRAINT "account_statements_session" UNIQUE("account_id","date")
);
--> statement-breakpoint
CREATE TABLE "ledger_checks" (
	"id" uuid PRIMARY KEY NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	"cursor" text,
	"accounts" integer DEFAULT 0 NOT NULL,
	"entries" integer DEFAULT 0 NOT NULL,
	"differing" integer DEFAULT 0 NOT NULL,
	"found" jsonb DEFAULT '[]'::jsonb NOT NULL
);
--> statement-breakpoint
ALTER TABLE "account_statements" ADD CONSTRAINT "account_statements_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;