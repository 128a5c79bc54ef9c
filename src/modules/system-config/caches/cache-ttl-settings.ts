import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { DAY_MS } from '../../../kernel/duration.js';
import type { JsonObject } from '../../../kernel/json.js';
import { SettingsJournal } from '../settings-journal.js';
import { SettingsRepository } from '../settings.repository.js';

export const cacheTtlMsSchema = z
  .number()
  .int()
  .min(1)
  .max(7 * DAY_MS);

/** As another version may have stored it: what makes no sense here is left out. */
const storedSchema = z.object({ ttlMs: z.record(z.string(), z.unknown()).catch({}) });
const DEFAULTS: JsonObject = { ttlMs: {} };

/** The TTLs that an administrator gave to caches in place of the declared ones, by name of the cache. */
@Injectable()
export class CacheTtlSettings {
  constructor(
    private readonly rows: SettingsRepository,
    private readonly journal: SettingsJournal,
  ) {}

  /** Not cached: whoever asks does so to know what caches may do. */
  async all(): Promise<ReadonlyMap<string, number>> {
    const row = await this.rows.find('caches');
    return ttlsOf(row?.value ?? DEFAULTS);
  }

  /** @param ttlMs null: as declared again */
  async change(changedBy: string, cache: string, ttlMs: number | null): Promise<void> {
    const update = (stored: JsonObject) => {
      const ttls = new Map(ttlsOf(stored));
      if (ttlMs === null) ttls.delete(cache);
      else ttls.set(cache, ttlMs);
      return ttls.size === 0 ? undefined : { value: { ttlMs: Object.fromEntries(ttls) } };
    };
    await this.journal.change('caches', changedBy, update, DEFAULTS);
  }
}

function ttlsOf(stored: JsonObject): ReadonlyMap<string, number> {
  const { ttlMs } = storedSchema.parse(stored);
  return new Map(
    Object.entries(ttlMs).flatMap(([cache, value]) => {
      const { success, data } = cacheTtlMsSchema.safeParse(value);
      return success ? [[cache, data] as const] : [];
    }),
  );
}
