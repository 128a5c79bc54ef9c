import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { DAY_MS, SECOND_MS } from '../../../kernel/duration.js';
import type { JsonObject } from '../../../kernel/json.js';
import { SettingsJournal } from '../settings-journal.js';
import { SettingsRepository } from '../settings.repository.js';

/** Each in place of the declared figure; left out: as declared. */
export const rateLimitFiguresSchema = z.object({
  limit: z.number().int().min(1).max(1_000_000).optional(),
  windowMs: z.number().int().min(SECOND_MS).max(DAY_MS).optional(),
  shadow: z.boolean().optional(),
});
export type RateLimitFigures = z.output<typeof rateLimitFiguresSchema>;

/** What is to be changed of them: `null` as declared again, left out as it is. */
export type RateLimitChange = {
  readonly [Name in keyof RateLimitFigures]: RateLimitFigures[Name] | null;
};

/** As another version may have stored it: what makes no sense here is left out. */
const storedSchema = z.object({ figures: z.record(z.string(), z.unknown()).catch({}) });
const DEFAULTS: JsonObject = { figures: {} };

/** The figures that an administrator gave to limits in place of the declared ones, by name of the limit. */
@Injectable()
export class RateLimitSettings {
  constructor(
    private readonly rows: SettingsRepository,
    private readonly journal: SettingsJournal,
  ) {}

  /** Not cached: whoever asks does so to know what limits hold. */
  async all(): Promise<ReadonlyMap<string, RateLimitFigures>> {
    const row = await this.rows.find('rate-limits');
    return figuresOf(row?.value ?? DEFAULTS);
  }

  async change(changedBy: string, limit: string, change: RateLimitChange): Promise<void> {
    const update = (stored: JsonObject) => {
      const figures = new Map(figuresOf(stored));
      const next = merged(figures.get(limit) ?? {}, change);
      if (Object.keys(next).length === 0) figures.delete(limit);
      else figures.set(limit, next);
      return figures.size === 0 ? undefined : { value: { figures: Object.fromEntries(figures) } };
    };
    await this.journal.change('rate-limits', changedBy, update, DEFAULTS);
  }
}

function merged(before: RateLimitFigures, change: RateLimitChange): JsonObject & RateLimitFigures {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  const all = Object.entries({ ...before, ...Object.fromEntries(given) });
  return Object.fromEntries(all.filter(([, value]) => value !== null));
}

function figuresOf(stored: JsonObject): ReadonlyMap<string, JsonObject & RateLimitFigures> {
  const { figures } = storedSchema.parse(stored);
  return new Map(
    Object.entries(figures).flatMap(([limit, value]) => {
      const { success, data } = rateLimitFiguresSchema.safeParse(value);
      return success ? [[limit, data] as const] : [];
    }),
  );
}
