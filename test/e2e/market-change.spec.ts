import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Order, ValuedPosition } from '../../src/modules/trading/index.js';
import type { PortfolioSummary } from '../../src/modules/portfolio/portfolio.dto.js';
import { eventually } from '../support/eventually.js';
import { BACKENDS } from './support/backends.js';
import { startOn } from './support/bourse.js';

const [, services] = BACKENDS;
const HEADER = 'date,open,high,low,close,volume';
const order = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '2' };

describe('an account whose market was exchanged', () => {
  it('shows what it holds, at no price, and refuses what can no longer trade', async () => {
    if (!services) throw new Error('no backend with services');
    const backend = await services.create();
    const folder = mkdtempSync(join(tmpdir(), 'bourse-bars-'));
    writeFileSync(
      join(folder, 'FUND.csv'),
      `${HEADER}\n2024-01-02,100,101,99,100.5,1000\n2024-01-03,100.5,102,100,101,1000\n`,
    );

    const before = await startOn(backend);
    const trader = await before.trader();
    const bought = (await trader.post<Order>('/api/orders', order)).body;
    await eventually(async () => {
      expect((await trader.get<Order>(`/api/orders/${bought.id}`)).body.status).toBe('filled');
    });
    await before.close();

    const after = await startOn(backend, { MARKET_PROVIDER: 'replay', MARKET_REPLAY_DIR: folder });
    const client = after.client();
    client.token = trader.token;
    const { body: positions } = await client.get<{ items: ValuedPosition[] }>('/api/positions');
    expect(positions.items).toMatchObject([{ symbol: 'AAPL', quantity: '2', price: null }]);
    const { body: summary } = await client.get<PortfolioSummary>('/api/portfolio/summary');
    expect(summary).toMatchObject({ equity: '100000', unpriced: ['AAPL'] });
    expect(await client.post('/api/orders', { ...order, side: 'sell' })).toMatchObject({
      status: 422,
      body: { code: 'trading.unknown_symbol' },
    });
    await after.close();
    rmSync(folder, { recursive: true, force: true });
    await backend.remove();
  });
});

describe('what was cached of another market', () => {
  const PATHS = [
    'market/candles/AAPL?timeframe=1d&from=2025-01-06&to=2025-03-01',
    'market/indices',
    'market/search?q=AAPL',
    'market/options/AAPL',
    'research/AAPL/analysis',
  ] as const;

  it('is not served after a restart with another one, and is with the same', async () => {
    if (!services) throw new Error('no backend with services');
    const backend = await services.create();
    let token: string | undefined;
    const answersWith = async (overrides: Readonly<Record<string, string>>) => {
      const bourse = await startOn(backend, overrides);
      const client = token === undefined ? await bourse.trader() : bourse.client();
      token ??= client.token;
      client.token = token;
      const answers = await Promise.all(
        PATHS.map((path) => client.get<{ candles?: unknown }>(`/api/${path}`)),
      );
      expect(answers.map(({ status }) => status)).toEqual(PATHS.map(() => 200));
      await bourse.close();
      // Closed bars are told as of now, cached or not.
      return answers.map(({ body }) => JSON.stringify(body.candles ?? body));
    };
    const first = await answersWith({ MARKET_SEED: 'first' });
    const again = await answersWith({ MARKET_SEED: 'first' });
    const other = await answersWith({ MARKET_SEED: 'other' });
    await backend.remove();

    // Chains last 5 s, which a start may take.
    expect(again.filter((_, i) => i !== 3)).toEqual(first.filter((_, i) => i !== 3));
    PATHS.forEach((path, i) =>
      expect({ path, same: other[i] === first[i] }).toEqual({ path, same: false }),
    );
  });
});
