import type { Principal } from '../../kernel/principal.js';
import { ConnectionBounds } from './connection-bounds.js';
import { LiveClient } from './live-client.js';

class OpenClient extends LiveClient {
  isOpen = true;
  readonly unsentBytes = 0;

  override close(): void {
    this.isOpen = false;
    this.ended();
  }

  protected override write(): void {
    throw new Error('nothing is sent');
  }
}

const REFUSED = expect.objectContaining({ code: 'live.too_many_connections' });
const alice: Principal = {
  userId: 'alice',
  credential: { kind: 'session', id: 's', endsAtMs: Infinity },
  roles: ['trader'],
};

describe('the live connections of one process', () => {
  const take = (bounds: ConnectionBounds, principal: Principal | undefined, address: string) => {
    const client = new OpenClient(principal, address);
    bounds.take(client);
    return client;
  };

  it.each([
    ['20 of an address that does not say who it is', undefined, 20],
    ['200 of a user', alice, 200],
  ])('are %s at most, and others when one closes', (_, principal, most) => {
    const bounds = new ConnectionBounds();
    const clients = Array.from({ length: most }, () => take(bounds, principal, '192.0.2.1'));
    expect(() => take(bounds, principal, '192.0.2.1')).toThrow(REFUSED);
    clients[0]?.close();
    take(bounds, principal, '192.0.2.1');
    expect(() => take(bounds, principal, '192.0.2.1')).toThrow(REFUSED);
  });

  it('count together where one customer has all the addresses', () => {
    const bounds = new ConnectionBounds();
    for (let i = 0; i < 20; i += 1) take(bounds, undefined, `2001:db8::${i.toString(16)}`);
    expect(() => take(bounds, undefined, '2001:db8::ffff')).toThrow(REFUSED);
  });

  it('leave room for users when many addresses come', () => {
    const bounds = new ConnectionBounds();
    for (let i = 0; i < 5_000; i += 1) take(bounds, undefined, `2001:db8:0:${i.toString(16)}::1`);
    expect(() => take(bounds, undefined, '192.0.2.1')).toThrow(REFUSED);
    take(bounds, alice, '192.0.2.1');
  });
});
