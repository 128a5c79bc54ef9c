CREATE TABLE "queue_figures" (
	"queue" text NOT NULL,
	"minute_at" timestamp with time zone NOT NULL,
	"completed" bigint NOT NULL,
	"failed" bigint NOT NULL,
	"retried" bigint NOT NULL,
	"wait" bigint[] NOT NULL,
	"wait_sum_ms" double precision NOT NULL,
	"run" bigint[] NOT NULL,
	"run_sum_ms" double precision NOT NULL,
	CONSTRAINT "queue_figures_minute_at_queue_pk" PRIMARY KEY("minute_at","queue")
);
