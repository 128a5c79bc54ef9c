import { sql } from 'drizzle-orm';
import { parseConfig, type Config } from '../../../src/config/config.js';
import type { Database } from '../../../src/database/index.js';
import { DAY_MS } from '../../../src/kernel/duration.js';
import { DevelopmentTransport } from '../../../src/modules/notifications/shown/development-transport.js';
import { ShownMessagesRepository } from '../../../src/modules/notifications/shown/shown-messages.repository.js';
import { openTestDatabase } from '../../support/databases.js';
import { ManualClock } from '../../support/manual-clock.js';

const message = (subject: string) => ({
  recipient: 'trader@example.com',
  subject,
  text: 'A text.',
  html: null,
});

describe('messages of channels that are not set up', () => {
  let database: Database;
  let close: () => Promise<void>;
  let clock: ManualClock;
  const development: Config = parseConfig({ NODE_ENV: 'development' });

  beforeAll(async () => {
    ({ database, close } = await openTestDatabase('postgres'));
  });
  afterAll(() => close());
  beforeEach(async () => {
    clock = new ManualClock();
    await database.sql.execute(sql`delete from shown_messages`);
  });
  const transport = (config = development) =>
    new DevelopmentTransport(new ShownMessagesRepository(database), config, clock);
  const stored = async (): Promise<number> => {
    const answer: unknown = await database.sql.execute(
      sql`select count(*)::int as stored from shown_messages`,
    );
    return (answer as { rows: { stored: number }[] }).rows[0]?.stored ?? 0;
  };

  it('are kept page by page, the latest five hundred and no more', async () => {
    for (let i = 1; i <= 502; i += 1) await transport().show('email', message(`No. ${i}`));
    expect(await stored()).toBe(500);
    const first = await transport().list({ limit: 200 });
    expect(first.items.map(({ subject }) => subject).slice(0, 2)).toEqual(['No. 502', 'No. 501']);
    const next = await transport().list({ limit: 200, cursor: first.nextCursor ?? '' });
    expect(next.items[0]?.subject).toBe('No. 302');
  });

  it('are gone after a week, from the page at once and from the database with the next message', async () => {
    await transport().show('email', message('old'));
    clock.advance(7 * DAY_MS + 1);
    expect(await transport().list({ limit: 10 })).toEqual({ items: [], nextCursor: null });
    await transport().show('email', message('new'));
    expect(await stored()).toBe(1);
  });

  it('are not kept at all in production', async () => {
    const production = { ...development, production: true };
    expect(await transport(production).show('email', message('secret'))).toBe(false);
    expect(await stored()).toBe(0);
    expect(await transport().show('email', message('shown'))).toBe(true);
  });
});
