CREATE TABLE "sessions" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"id" uuid NOT NULL,
	"user_id" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"last_active_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	"ip" text NOT NULL,
	"user_agent" text NOT NULL,
	CONSTRAINT "sessions_id_unique" UNIQUE("id")
);
--> statement-breakpoint
CREATE TABLE "ai_usage" (
	"user_id" uuid NOT NULL,
	"day" date NOT NULL,
	"used" integer NOT NULL,
	CONSTRAINT "ai_usage_user_id_day_pk" PRIMARY KEY("user_id","day")
);
--> statement-breakpoint
CREATE TABLE "studio_models" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"name" text NOT NULL,
	"symbol" text NOT NULL,
	"timeframe" text NOT NULL,
	"features" jsonb NOT NULL,
	"lookback_bars" integer,
	"from_at" timestamp with time zone,
	"to_at" timestamp with time zone,
	"latest_version" integer NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "studio_models_range" CHECK (("studio_models"."lookback_bars" is null) <> ("studio_models"."from_at" is null))
);
--> statement-breakpoint
CREATE TABLE "studio_model_versions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"model_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"features" jsonb NOT NULL,
	"parameters" jsonb NOT NULL,
	"report" jsonb NOT NULL,
	"accuracy" double precision NOT NULL,
	"baseline_accuracy" double precision NOT NULL,
	"source" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "studio_model_version" UNIQUE("model_id","version")
);
--> statement-breakpoint
CREATE TABLE "studio_trainings" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"model_id" uuid NOT NULL,
	"status" text NOT NULL,
	"progress" integer NOT NULL,
	"runs" integer NOT NULL,
	"version" integer,
	"failure_code" text,
	"failure_reason" text,
	"created_at" timestamp with time zone NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "journal_import_chunks" (
	"import_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	CONSTRAINT "journal_import_chunks_import_id_seq_pk" PRIMARY KEY("import_id","seq")
);
--> statement-breakpoint
CREATE TABLE "journal_import_counts" (
	"import_id" uuid NOT NULL,
	"content_hash" text NOT NULL,
	"count" integer NOT NULL,
	CONSTRAINT "journal_import_counts_import_id_content_hash_pk" PRIMARY KEY("import_id","content_hash")
);
--> statement-breakpoint
CREATE TABLE "journal_imports" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"file_name" text NOT NULL,
	"size_bytes" integer NOT NULL,
	"format" text NOT NULL,
	"status" text NOT NULL,
	"runs" integer NOT NULL,
	"bytes_read" integer NOT NULL,
	"rows_read" integer NOT NULL,
	"imported" integer NOT NULL,
	"duplicates" integer NOT NULL,
	"skipped" integer NOT NULL,
	"failed" integer NOT NULL,
	"skipped_reasons" jsonb NOT NULL,
	"errors" jsonb NOT NULL,
	"failure_code" text,
	"failure_message" text,
	"version" integer NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "journal_trades" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"import_id" uuid,
	"source" text NOT NULL,
	"fingerprint" text NOT NULL,
	"broker_trade_id" text,
	"symbol" text NOT NULL,
	"side" text NOT NULL,
	"quantity" numeric NOT NULL,
	"price" numeric NOT NULL,
	"fee" numeric NOT NULL,
	"fee_currency" text NOT NULL,
	"currency" text NOT NULL,
	"executed_at" timestamp with time zone NOT NULL,
	"line" integer,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "schedule_runs" (
	"name" text PRIMARY KEY NOT NULL,
	"slot_at" timestamp with time zone NOT NULL,
	"requested_at" timestamp with time zone,
	"running_since" timestamp with time zone,
	"running_on" text,
	"leased_until" timestamp with time zone,
	"claim_number" integer DEFAULT 0 NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"duration_ms" integer,
	"outcome" text,
	"result" jsonb,
	"error" text,
	"instance" text
);
--> statement-breakpoint
CREATE TABLE "alerts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"message" text NOT NULL,
	"value" double precision,
	"threshold" double precision,
	"raised_at" timestamp with time zone NOT NULL,
	"resolved_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "instance_reports" (
	"instance" text PRIMARY KEY NOT NULL,
	"role" text NOT NULL,
	"seen_at" timestamp with time zone NOT NULL,
	"lookups" integer NOT NULL,
	"hits" integer NOT NULL,
	"connection_errors" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notification_deliveries" (
	"notification_id" uuid NOT NULL,
	"channel" text NOT NULL,
	"status" text NOT NULL,
	"attempts" integer NOT NULL,
	"last_error" text,
	"claimed_until" timestamp with time zone,
	"updated_at" timestamp with time zone NOT NULL,
	"sent_at" timestamp with time zone,
	CONSTRAINT "notification_deliveries_notification_id_channel_pk" PRIMARY KEY("notification_id","channel")
);
--> statement-breakpoint
CREATE TABLE "notifications" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"body" text NOT NULL,
	"data" jsonb NOT NULL,
	"in_app" boolean NOT NULL,
	"dedupe_key" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"read_at" timestamp with time zone,
	CONSTRAINT "notifications_once" UNIQUE("user_id","dedupe_key")
);
--> statement-breakpoint
CREATE TABLE "notification_preferences" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"preferences" jsonb NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "equity_points" (
	"account_id" uuid NOT NULL,
	"slot_at" timestamp with time zone NOT NULL,
	"as_of" timestamp with time zone NOT NULL,
	"cash" numeric(30, 10) NOT NULL,
	"positions_value" numeric(30, 10) NOT NULL,
	"equity" numeric(30, 10) NOT NULL,
	CONSTRAINT "equity_points_account_id_slot_at_pk" PRIMARY KEY("account_id","slot_at")
);
--> statement-breakpoint
CREATE TABLE "config_audit" (
	"id" uuid PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"changed" text[] NOT NULL,
	"changed_by" uuid NOT NULL,
	"changed_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "system_config" (
	"key" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"sealed" text,
	"updated_by" uuid NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "signals" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"symbol" text NOT NULL,
	"side" text NOT NULL,
	"strategy" text NOT NULL,
	"confidence" double precision NOT NULL,
	"target_price" numeric(30, 10),
	"stop_price" numeric(30, 10),
	"valid_until" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "settings" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "disabled_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "studio_model_versions" ADD CONSTRAINT "studio_model_versions_model_id_studio_models_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."studio_models"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "studio_trainings" ADD CONSTRAINT "studio_trainings_model_id_studio_models_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."studio_models"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "journal_import_chunks" ADD CONSTRAINT "journal_import_chunks_import_id_journal_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."journal_imports"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "journal_import_counts" ADD CONSTRAINT "journal_import_counts_import_id_journal_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."journal_imports"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "journal_trades" ADD CONSTRAINT "journal_trades_import_id_journal_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."journal_imports"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification_deliveries" ADD CONSTRAINT "notification_deliveries_notification_id_notifications_id_fk" FOREIGN KEY ("notification_id") REFERENCES "public"."notifications"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification_preferences" ADD CONSTRAINT "notification_preferences_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "equity_points" ADD CONSTRAINT "equity_points_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "signals" ADD CONSTRAINT "signals_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "sessions_of_user" ON "sessions" USING btree ("user_id","created_at");--> statement-breakpoint
CREATE INDEX "sessions_by_end" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "ai_usage_by_day" ON "ai_usage" USING btree ("day");--> statement-breakpoint
CREATE INDEX "studio_models_by_user" ON "studio_models" USING btree ("user_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "studio_trainings_unfinished" ON "studio_trainings" USING btree ("model_id") WHERE "studio_trainings"."status" in ('waiting', 'running');--> statement-breakpoint
CREATE INDEX "studio_trainings_by_model" ON "studio_trainings" USING btree ("model_id","id");--> statement-breakpoint
CREATE INDEX "studio_trainings_by_user" ON "studio_trainings" USING btree ("user_id","status");--> statement-breakpoint
CREATE INDEX "studio_trainings_forgotten" ON "studio_trainings" USING btree ("updated_at") WHERE "studio_trainings"."status" in ('waiting', 'running');--> statement-breakpoint
CREATE INDEX "journal_imports_by_user" ON "journal_imports" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "journal_imports_by_status" ON "journal_imports" USING btree ("status","updated_at");--> statement-breakpoint
CREATE UNIQUE INDEX "journal_trades_fingerprint" ON "journal_trades" USING btree ("user_id","fingerprint");--> statement-breakpoint
CREATE INDEX "journal_trades_by_time" ON "journal_trades" USING btree ("user_id","executed_at","id");--> statement-breakpoint
CREATE INDEX "journal_trades_by_symbol" ON "journal_trades" USING btree ("user_id","symbol","currency","executed_at","side","id");--> statement-breakpoint
CREATE INDEX "journal_trades_by_import" ON "journal_trades" USING btree ("import_id");--> statement-breakpoint
CREATE UNIQUE INDEX "alerts_active" ON "alerts" USING btree ("kind") WHERE "alerts"."resolved_at" is null;--> statement-breakpoint
CREATE INDEX "notification_deliveries_unfinished" ON "notification_deliveries" USING btree ("updated_at") WHERE "notification_deliveries"."status" in ('pending', 'sending');--> statement-breakpoint
CREATE INDEX "notifications_inbox" ON "notifications" USING btree ("user_id","id") WHERE "notifications"."in_app";--> statement-breakpoint
CREATE INDEX "notifications_unread" ON "notifications" USING btree ("user_id","id") WHERE "notifications"."in_app" and "notifications"."read_at" is null;--> statement-breakpoint
CREATE INDEX "config_audit_by_key" ON "config_audit" USING btree ("key","id");--> statement-breakpoint
CREATE INDEX "signals_by_user" ON "signals" USING btree ("user_id","valid_until");