import { z } from 'zod';
import type { ApiScope, Principal } from '../../kernel/principal.js';
import { defineChannel } from './channel-definition.js';
import { ChannelRegistry } from './channel-registry.js';

const orders = defineChannel({ name: 'trading.orders', audience: 'user', schema: z.object({}) });
const quotes = defineChannel({
  name: 'market.quote',
  audience: 'signed-in',
  parameter: /^[A-Z]{1,5}$/,
  schema: z.object({}),
});
const alerts = defineChannel({
  name: 'ops.alerts',
  audience: { role: 'admin' },
  schema: z.object({}),
});

const prices = defineChannel({ name: 'market.price', audience: 'public', schema: z.object({}) });

const credential = { kind: 'session', id: 's', endsAtMs: Infinity } as const;
const trader: Principal = { userId: 'alice', credential, roles: ['trader'] };
const admin: Principal = { userId: 'root', credential, roles: ['trader', 'admin'] };

describe('the channel registry', () => {
  const registry = new ChannelRegistry();
  for (const channel of [orders, quotes, alerts, prices]) {
    registry.declare(channel, async () => ({}));
  }

  it('gives each user a stream of its own under the same name', () => {
    expect(registry.resolve('trading.orders', trader)).toMatchObject({
      client: 'trading.orders',
      bus: 'live:trading.orders:alice',
    });
    expect(registry.resolve('trading.orders', admin).bus).toBe('live:trading.orders:root');
  });

  it('gives everybody the same stream of a symbol', () => {
    const stream = { client: 'market.quote:AAPL', bus: 'live:market.quote:AAPL' };
    expect(registry.resolve('market.quote:AAPL', trader)).toMatchObject(stream);
    expect(registry.resolve('market.quote:AAPL', admin)).toMatchObject(stream);
  });

  it.each([
    'market.quote',
    'market.quote:',
    'market.quote:aapl',
    'market.quote:A:B',
    'trading.orders:root',
    'trading.fills',
    '',
  ])('knows no channel "%s"', (channel) => {
    expect(() => registry.resolve(channel, trader)).toThrow(
      expect.objectContaining({ code: 'live.unknown_channel' }),
    );
  });

  it('hides the channels of a role from those who do not have it', () => {
    expect(registry.resolve('ops.alerts', admin).bus).toBe('live:ops.alerts');
    expect(() => registry.resolve('ops.alerts', trader)).toThrow(
      expect.objectContaining({ code: 'live.unknown_channel' }),
    );
  });

  it('shows a key what its scopes let it read, and nothing that a role opens', () => {
    const keyOf = (...scopes: readonly ApiScope[]): Principal => ({
      ...admin,
      credential: { ...credential, kind: 'api-key', scopes },
    });
    const unknown = expect.objectContaining({ code: 'live.unknown_channel' });
    expect(registry.resolve('trading.orders', keyOf('read')).bus).toBe('live:trading.orders:root');
    for (const channel of ['trading.orders', 'market.quote:AAPL']) {
      expect(() => registry.resolve(channel, keyOf('trade'))).toThrow(unknown);
    }
    expect(() => registry.resolve('ops.alerts', keyOf('read', 'trade'))).toThrow(unknown);
  });

  it('shows those who do not say who they are what is public, and nothing else', () => {
    expect(registry.resolve('market.price', undefined).bus).toBe('live:market.price');
    for (const channel of ['market.quote:AAPL', 'trading.orders', 'ops.alerts']) {
      expect(() => registry.resolve(channel, undefined)).toThrow(
        expect.objectContaining({ code: 'live.unknown_channel' }),
      );
    }
  });

  it('refuses two channels of one name', () => {
    expect(() => registry.declare(orders, async () => ({}))).toThrow(
      expect.objectContaining({ code: 'live.duplicate_channel' }),
    );
  });
});
