import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ConfigModule } from '../../../src/config/config.module.js';
import { parseConfig } from '../../../src/config/config.js';
import { DatabaseModule } from '../../../src/database/index.js';
import { Correlation } from '../../../src/kernel/correlation.js';
import { MarketDataModule, QuotesService } from '../../../src/modules/market-data/index.js';
import { MarketDataProcessor } from '../../../src/modules/market-data/warming/market-data.processor.js';
import { RealtimeModule } from '../../../src/realtime/index.js';
import { QueuesModule, RedisModule } from '../../../src/redis/index.js';

const NOON_MS = Date.UTC(2025, 2, 14, 12);

describe('quotes on the embedded default', () => {
  let nowMs = NOON_MS;
  let app: INestApplicationContext;
  let quotes: QuotesService;

  beforeAll(async () => {
    const config = parseConfig({ NODE_ENV: 'test', DATA_DIR: 'memory://' });
    const clock = { nowMs: () => nowMs };
    const module = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot({ config, clock, correlation: new Correlation() }),
        DatabaseModule,
        RedisModule.forRoot(),
        QueuesModule.forRoot(),
        RealtimeModule,
        MarketDataModule,
      ],
      // Without the feed, whose quotes would take the place of those that are cached here.
      providers: [MarketDataProcessor],
    }).compile();
    module.useLogger(false);
    app = await module.init();
    quotes = app.get(QuotesService);
  });
  afterAll(() => app.close());

  it('shows the cached quote, and trades on the one of now', async () => {
    const shown = await quotes.getQuote('AAPL');
    nowMs += 1_000;
    expect(await quotes.getQuote('AAPL')).toEqual(shown);
    expect(quotes.currentQuote('AAPL').asOf).toBe(new Date(nowMs).toISOString());
    expect(quotes.currentQuote('AAPL').last).not.toBe(shown.last);
  });

  it('knows a symbol in either case, under one name', async () => {
    expect((await quotes.getQuote('brk.b')).symbol).toBe('BRK.B');
    expect(quotes.currentQuote('brk.b').symbol).toBe('BRK.B');
    expect(quotes.findInstrument(' aapl ')).toMatchObject({ symbol: 'AAPL', currency: 'USD' });
  });

  it('says of a symbol it does not have that it is unknown', async () => {
    const unknown = { code: 'market_data.unknown_symbol', kind: 'not_found' };
    await expect(quotes.getQuote('NOPE')).rejects.toMatchObject(unknown);
    await expect(quotes.getQuote('AAPL:x'.repeat(99))).rejects.toMatchObject({
      ...unknown,
      details: { symbol: 'AAPL:xAAPL:x' },
    });
    expect(() => quotes.currentQuote('NOPE')).toThrow(expect.objectContaining(unknown));
    expect(quotes.findInstrument('NOPE')).toBeUndefined();
  });

  it('quotes every instrument for the same tick', () => {
    const all = quotes.quotesAt(NOON_MS + 300);
    expect(all.map(({ symbol }) => symbol)).toEqual(
      quotes.instruments().map(({ symbol }) => symbol),
    );
    expect(new Set(all.map(({ asOf }) => asOf))).toEqual(new Set(['2025-03-14T12:00:00.000Z']));
  });
});
