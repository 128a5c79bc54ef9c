UPDATE "orders" SET "placed_quantity" = "estimated_quantity" WHERE "estimated_quantity" IS NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" DROP COLUMN "estimated_quantity";
