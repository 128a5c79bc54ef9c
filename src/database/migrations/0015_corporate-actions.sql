CREATE TABLE "corporate_action_accounts" (
	"action_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"applied_at" timestamp with time zone,
	CONSTRAINT "corporate_action_accounts_action_id_account_id_pk" PRIMARY KEY("action_id","account_id")
);
--> statement-breakpoint
CREATE TABLE "corporate_actions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"reference" text NOT NULL,
	"kind" text NOT NULL,
	"symbol" text NOT NULL,
	"split_from" integer,
	"split_to" integer,
	"fractions" text,
	"cash_in_lieu_price" numeric(30, 10),
	"cash_per_share" numeric(30, 10),
	"new_symbol" text,
	"user_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"applied_at" timestamp with time zone,
	CONSTRAINT "corporate_actions_reference_unique" UNIQUE("reference")
);
--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "pending_actions" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "ledger_entries" ADD COLUMN "corporate_action_id" uuid;--> statement-breakpoint
ALTER TABLE "corporate_action_accounts" ADD CONSTRAINT "corporate_action_accounts_action_id_corporate_actions_id_fk" FOREIGN KEY ("action_id") REFERENCES "public"."corporate_actions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "corporate_action_accounts" ADD CONSTRAINT "corporate_action_accounts_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "corporate_actions" ADD CONSTRAINT "corporate_actions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "corporate_action_accounts_pending" ON "corporate_action_accounts" USING btree ("account_id") WHERE "corporate_action_accounts"."applied_at" is null;--> statement-breakpoint
ALTER TABLE "ledger_entries" ADD CONSTRAINT "ledger_entries_corporate_action_id_corporate_actions_id_fk" FOREIGN KEY ("corporate_action_id") REFERENCES "public"."corporate_actions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger_entries" ADD CONSTRAINT "ledger_entries_corporate_action" UNIQUE("account_id","corporate_action_id");