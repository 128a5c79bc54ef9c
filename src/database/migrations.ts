import { fileURLToPath } from 'node:url';

/** The committed SQL migrations; copied beside the compiled code by the build. */
export const migrationsFolder = fileURLToPath(new URL('./migrations', import.meta.url));

/** Runs one statement and gives its rows. */
type Query = (statement: string) => Promise<{ rows: Record<string, unknown>[] }>;

/** Runs drizzle's migrator. @returns how many migrations it applied. */
export async function countApplied(query: Query, migrate: () => Promise<void>): Promise<number> {
  const before = await appliedSoFar(query);
  await migrate();
  return (await appliedSoFar(query)) - before;
}

async function appliedSoFar(query: Query): Promise<number> {
  const { rows } = await query(
    `select to_regclass('drizzle.__drizzle_migrations') is not null as present`,
  );
  if (rows[0]?.['present'] !== true) return 0;
  const counted = await query('select count(*)::int as applied from drizzle.__drizzle_migrations');
  return Number(counted.rows[0]?.['applied']);
}
