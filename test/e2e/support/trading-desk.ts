import type { Page } from '../../../src/kernel/page.js';
import {
  LedgerVerifier,
  type Account,
  type Order,
  type OrderTransition,
  type Trade,
  type ValuedPosition,
} from '../../../src/modules/trading/index.js';
import { eventually } from '../../support/eventually.js';
import type { ApiClient, Problem } from './api-client.js';
import type { Bourse } from './bourse.js';

/** On a busy machine. */
export const LATER = { timeoutMs: 40_000 };

/** What a trader does and sees; `trader` tells whose turn it is. Each answer is expected to be a good one. */
export function tradingDesk(trader: () => ApiClient, later = LATER) {
  const read = async <Body>(path: string, client = trader()): Promise<Body> => {
    const answer = await client.get<Body>(path);
    expect(answer.status).toBe(200);
    return answer.body;
  };
  const place = async (body: object, client = trader()): Promise<Order> => {
    const answer = await client.post<Order>('/api/orders', body);
    // With the body, which tells why.
    expect(answer).toMatchObject({ status: 201 });
    return answer.body;
  };
  const order = (id: string, client = trader()) => read<Order>(`/api/orders/${id}`, client);
  /** @param expected a status, or more of the order */
  const until = (
    id: string,
    expected: Order['status'] | Partial<Order>,
    client = trader(),
  ): Promise<Order> =>
    eventually(async () => {
      const found = await order(id, client);
      expect(found).toMatchObject(typeof expected === 'string' ? { status: expected } : expected);
      return found;
    }, later);
  /** All of its latest trades, the oldest first. */
  const trades = async (): Promise<Trade[]> =>
    (await read<Page<Trade>>('/api/trades?limit=200')).items.toReversed();
  return {
    read,
    place,
    order,
    until,
    trades,
    replace: async (id: string, change: object): Promise<Order> => {
      const answer = await trader().patch<Order>(`/api/orders/${id}`, change);
      expect(answer).toMatchObject({ status: 200 });
      return answer.body;
    },
    /** @returns status and code */
    refusal: async (path: string, body: object): Promise<unknown> => {
      const answer = await trader().post<Problem>(path, body);
      return [answer.status, answer.body.code];
    },
    /** At the market, until it is filled. */
    trade: async (
      side: 'buy' | 'sell',
      symbol: string,
      quantity: string,
      client = trader(),
    ): Promise<Order> => {
      const { id } = await place({ symbol, side, type: 'market', quantity }, client);
      return until(id, 'filled', client);
    },
    tradesOf: async (id: string): Promise<Trade[]> =>
      (await trades()).filter(({ orderId }) => orderId === id),
    /** In the order that things happened. */
    lifeOf: async (id: string): Promise<OrderTransition[]> =>
      (await read<Page<OrderTransition>>(`/api/orders/${id}/history?limit=200`)).items.toReversed(),
    account: (client = trader()) => read<Account>('/api/account', client),
    positions: async (client = trader()): Promise<readonly ValuedPosition[]> =>
      (await read<Page<ValuedPosition>>('/api/positions', client)).items,
  };
}

/** Whatever a test did: every figure of every account follows from its journal. */
export async function expectExactLedgers({ app }: Bourse): Promise<void> {
  for await (const { differences } of app.get(LedgerVerifier).verifyAll()) {
    expect(differences).toEqual([]);
  }
}
