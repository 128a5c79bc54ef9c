CREATE TABLE "trading_halts" (
	"symbol" text PRIMARY KEY NOT NULL,
	"reason" text NOT NULL,
	"user_id" uuid NOT NULL,
	"halted_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "account_limits" (
	"account_id" uuid PRIMARY KEY NOT NULL,
	"max_order_quantity" numeric(30, 10),
	"max_order_notional" numeric(30, 10),
	"max_position_notional" numeric(30, 10),
	"price_collar_percent" numeric(30, 10),
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auto_trading_settings" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"enabled" boolean NOT NULL,
	"max_order_notional" numeric(30, 10),
	"max_position_notional" numeric(30, 10),
	"max_daily_loss" numeric(30, 10),
	"max_open_positions" integer,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "signals" ADD COLUMN "model_id" text;--> statement-breakpoint
ALTER TABLE "signals" ADD COLUMN "quantity" numeric(30, 10);--> statement-breakpoint
ALTER TABLE "signals" ADD COLUMN "notional" numeric(30, 10);--> statement-breakpoint
ALTER TABLE "signals" ADD COLUMN "status" text DEFAULT 'pending' NOT NULL;--> statement-breakpoint
ALTER TABLE "signals" ADD COLUMN "automatic" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "signals" ADD COLUMN "reason" text;--> statement-breakpoint
ALTER TABLE "signals" ADD COLUMN "order_id" uuid;--> statement-breakpoint
ALTER TABLE "signals" ADD COLUMN "updated_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "trading_halts" ADD CONSTRAINT "trading_halts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_limits" ADD CONSTRAINT "account_limits_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auto_trading_settings" ADD CONSTRAINT "auto_trading_settings_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "signals_undecided" ON "signals" USING btree ("updated_at") WHERE "signals"."status" = 'approved' or ("signals"."status" = 'pending' and "signals"."automatic");