import { asc, sql } from 'drizzle-orm';
import { OwedNames, type OwedName } from '../../kernel/owed-names.js';
import { type Database } from '../database.js';
import type { OwedNamesTable } from './owed-names.table.js';

/** A list on PostgreSQL and PGlite. */
export class DatabaseOwedNames extends OwedNames {
  constructor(
    private readonly database: Database,
    private readonly table: OwedNamesTable,
  ) {
    super();
  }

  override async add(names: readonly string[]): Promise<readonly OwedName[]> {
    if (names.length === 0) return [];
    const { table } = this;
    const given = JSON.stringify(names);
    return this.database.sql
      .insert(table)
      .select(
        // In the order of names: two statements over the same rows never wait for each other.
        sql`select name, nextval('owed_invalidation_versions')
          from jsonb_array_elements_text(${given}::jsonb) as given(name) order by name`,
      )
      .onConflictDoUpdate({ target: table.name, set: { version: sql`excluded.version` } })
      .returning();
  }

  override async waiting(limit: number): Promise<readonly OwedName[]> {
    const { table } = this;
    return this.database.sql.select().from(table).orderBy(asc(table.version)).limit(limit);
  }

  override async settle(settled: readonly OwedName[]): Promise<void> {
    if (settled.length === 0) return;
    const { table } = this;
    const given = JSON.stringify(
      settled.map(({ name, version }) => ({ name, version: version.toString() })),
    );
    await this.database.sql.execute(
      // Locked in the order of names, as `add` does: else the two may wait for each other.
      sql`with settled as (
          select known.name from ${table} as known
          join jsonb_to_recordset(${given}::jsonb) as given(name text, version bigint) using (name, version)
          order by known.name for update of known
        )
        delete from ${table} using settled where ${table.name} = settled.name`,
    );
  }
}
