import { correlationIdOf } from './correlation-id.js';

const sent = (value: string | string[]) =>
  correlationIdOf({ headers: { 'x-correlation-id': value } });

describe('correlationIdOf', () => {
  it("keeps the caller's id", () => {
    expect(sent('order-desk_42')).toBe('order-desk_42');
  });

  it.each([
    ['short'],
    ['x'.repeat(65)],
    ['line\nbreak-in-it'],
    ['{"json": true}'],
    [['two-headers', 'two-headers']],
  ])('makes a new one instead of %j', (value) => {
    expect(sent(value)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });
});
