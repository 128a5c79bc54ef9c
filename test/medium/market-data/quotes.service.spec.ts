import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ConfigModule } from '../../../src/config/config.module.js';
import { parseConfig } from '../../../src/config/config.js';
import { DatabaseModule } from '../../../src/database/index.js';
import { Correlation } from '../../../src/kernel/correlation.js';
import {
  MarketDataModule,
  OptionsService,
  QuotesService,
} from '../../../src/modules/market-data/index.js';
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
      details: { symbol: 'AAPL:xAAPL:xAAPL:xAAP' },
    });
    expect(() => quotes.currentQuote('NOPE')).toThrow(expect.objectContaining(unknown));
    expect(quotes.findInstrument('NOPE')).toBeUndefined();
  });

  describe('of a contract', () => {
    /** A Friday on which options end, at 16:00 in New York: 20:00 UTC. */
    const CLOSE_MS = Date.UTC(2025, 2, 14, 20);
    const CALL = 'AAPL250314C00225000';
    afterEach(() => {
      nowMs = NOON_MS;
    });

    it('are those of the chain at the same tick', async () => {
      const chain = await app.get(OptionsService).chain('AAPL', '2025-03-21');
      const listed = chain.strikes.flatMap(({ call, put }) => [call, put]);
      const symbols = listed.map(({ symbol }) => symbol ?? '');
      const quoted = symbols.map((symbol) => quotes.currentQuote(symbol));
      expect(quoted).toHaveLength(42);
      expect(quoted).toEqual(
        listed.map(({ symbol, bid, ask, bidSize, askSize }) =>
          expect.objectContaining({ symbol, bid, ask, bidSize, askSize, asOf: chain.asOf }),
        ),
      );
      const { items, errors } = await quotes.getQuotes(['aapl', symbols[0] ?? '', 'NOPE']);
      expect(items.map(({ symbol }) => symbol)).toEqual(['AAPL', symbols[0]]);
      expect(errors).toMatchObject([{ symbol: 'NOPE' }]);
    });

    it('say what it stands for, whatever its strike, until the close of its last day', async () => {
      expect(quotes.findInstrument(CALL)).toEqual({
        symbol: CALL,
        name: 'AAPL 2025-03-14 225.00 call',
        currency: 'USD',
        assetClass: 'option',
        fractionable: false,
        shortable: false,
        option: {
          underlying: 'AAPL',
          expiry: '2025-03-14',
          expiresAtMs: CLOSE_MS,
          right: 'call',
          strike: '225',
        },
      });
      expect(quotes.findInstrument('BRKB250314P00100000')?.option?.underlying).toBe('BRK.B');
      nowMs = CLOSE_MS - 1;
      expect((await quotes.getQuote(CALL.toLowerCase())).symbol).toBe(CALL);
      nowMs = CLOSE_MS;
      expect(quotes.findInstrument(CALL)).toBeUndefined();
      expect(() => quotes.currentQuote(CALL)).toThrow(
        expect.objectContaining({ code: 'market_data.unknown_symbol' }),
      );
      expect(quotes.optionContract(CALL)?.expiresAtMs).toBe(CLOSE_MS);
    });

    it('end in what exercising gives by the last price before the close', () => {
      expect(quotes.optionSettlement(CALL)).toBeUndefined();
      nowMs = CLOSE_MS + 3 * 86_400_000;
      const settlement = quotes.optionSettlement(CALL);
      const last = Number(settlement?.quote.last);
      expect(settlement?.quote.asOf).toBe('2025-03-14T19:59:59.000Z');
      expect(Number(settlement?.intrinsic)).toBeCloseTo(Math.max(0, last - 225), 8);
    });

    it.each([
      ['AAPL250313C00225000', 'a day that is no expiry'],
      ['AAPL250315C00225000', 'a Saturday'],
      ['AAPL270319C00225000', 'a day that is not listed yet'],
      ['NOPE250314C00225000', 'no such underlying'],
    ])('are none for %s: %s', (symbol) => {
      expect(quotes.findInstrument(symbol)).toBeUndefined();
    });

    it('are no business of what is listed', () => {
      expect(quotes.findListed(CALL)).toBeUndefined();
      expect(() => quotes.listedInstrument(CALL)).toThrow(
        expect.objectContaining({ code: 'market_data.unknown_symbol' }),
      );
    });
  });

  it('quotes every instrument for the same tick', () => {
    const all = quotes.quotesAt(NOON_MS + 300);
    expect(all.map(({ symbol }) => symbol)).toEqual(
      quotes.instruments().map(({ symbol }) => symbol),
    );
    expect(new Set(all.map(({ asOf }) => asOf))).toEqual(new Set(['2025-03-14T12:00:00.000Z']));
  });
});
