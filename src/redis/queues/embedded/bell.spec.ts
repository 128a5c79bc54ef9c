import { Bell } from './bell.js';

const FOREVER_MS = 2_147_483_647;

describe('Bell', () => {
  it('wakes a sleeper', async () => {
    const bell = new Bell();
    const waited = bell.wait(FOREVER_MS);
    bell.ring();
    await waited;
  });

  it('remembers a ring while nobody slept, once', async () => {
    const bell = new Bell();
    bell.ring();
    bell.ring();
    await bell.wait(FOREVER_MS);
    const startedAt = performance.now();
    await bell.wait(30);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(29);
  });

  it('lets go after the time-out', async () => {
    await new Bell().wait(1);
  });
});
