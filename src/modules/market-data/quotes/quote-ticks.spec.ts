import { Logger } from '@nestjs/common';
import type { QuotesTicked } from '../market-data.events.js';
import { QuoteTicks } from './quote-ticks.js';

const event: QuotesTicked = { quotes: [] };

function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe('QuoteTicks', () => {
  beforeAll(() => Logger.overrideLogger(false));
  afterAll(() => Logger.overrideLogger(['log', 'error', 'warn', 'fatal']));

  it('hands a tick to every subscriber, until it unsubscribes', async () => {
    const ticks = new QuoteTicks();
    const seen: string[] = [];
    ticks.subscribe(() => void seen.push('one'));
    const unsubscribe = ticks.subscribe(() => void seen.push('two'));
    await ticks.emit(event);
    unsubscribe();
    await ticks.emit(event);
    expect(seen).toEqual(['one', 'two', 'one']);
  });

  it('resolves only when all handlers are done', async () => {
    const ticks = new QuoteTicks();
    const { opened, open } = gate();
    let done = false;
    ticks.subscribe(async () => {
      await opened;
      done = true;
    });
    const emitted = ticks.emit(event);
    expect(done).toBe(false);
    open();
    await emitted;
    expect(done).toBe(true);
  });

  it('lets no failing handler disturb another, nor the feed', async () => {
    const ticks = new QuoteTicks();
    let reached = 0;
    ticks.subscribe(() => {
      throw new Error('at once');
    });
    ticks.subscribe(() => Promise.reject(new Error('later')));
    ticks.subscribe(() => void (reached += 1));
    await expect(ticks.emit(event)).resolves.toBeUndefined();
    await ticks.emit(event);
    expect(reached).toBe(2);
  });

  it('never runs a handler twice at once: a busy one misses ticks, the others do not', async () => {
    const ticks = new QuoteTicks();
    const { opened, open } = gate();
    let slowRuns = 0;
    let quickRuns = 0;
    ticks.subscribe(async () => {
      slowRuns += 1;
      await opened;
    });
    ticks.subscribe(() => void (quickRuns += 1));
    await ticks.emit(event, 5);
    await ticks.emit(event, 5);
    expect({ slowRuns, quickRuns }).toEqual({ slowRuns: 1, quickRuns: 2 });

    open();
    await opened;
    await new Promise(setImmediate);
    await ticks.emit(event, 5);
    expect({ slowRuns, quickRuns }).toEqual({ slowRuns: 2, quickRuns: 3 });
  });
});
