import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { ReplyError } from 'ioredis';
import { StoreGate, StoreTimeoutError, within } from './store-gate.js';

const fails =
  (message = 'connection lost') =>
  (): Promise<never> =>
    Promise.reject(new Error(message));
const refuses = (message: string) => (): Promise<never> =>
  Promise.reject(new ReplyError(message) as Error);
const hangs = (): Promise<never> => new Promise(() => undefined);
const succeeds = (): Promise<number> => Promise.resolve(1);

/** The breaker hears of a fault a few steps after its caller. */
const aMoment = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Makes the process busy, as a large JSON document does. */
const stall = (ms: number): void => {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
};

describe('the gate before the store', () => {
  let changes: boolean[];
  let gate: StoreGate;
  beforeEach(() => {
    jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    changes = [];
    gate = new StoreGate(10, (isOpen) => changes.push(isOpen));
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  const open = async (): Promise<void> => {
    for (let i = 0; i < 3; i += 1) await gate.pass('read', fails());
    await aMoment();
    expect(gate.isOpen).toBe(true);
  };

  it('lets answers through, falsy ones too', async () => {
    expect(await gate.pass('read', () => Promise.resolve(0))).toBe(0);
    expect(await gate.pass('read', () => Promise.resolve(''))).toBe('');
    expect(gate.errors).toBe(0);
  });

  it('turns a fault into undefined, and counts it', async () => {
    expect(await gate.pass('read', fails())).toBeUndefined();
    expect(gate.errors).toBe(1);
    expect(gate.isOpen).toBe(false);
  });

  it('keeps nobody longer than its bound', async () => {
    const startedAtMs = performance.now();
    expect(await gate.pass('read', hangs)).toBeUndefined();
    expect(performance.now() - startedAtMs).toBeLessThan(500);
    expect(gate.errors).toBe(1);
  });

  it.each([
    ['failures', fails()],
    ['time-outs', hangs],
  ])('lets no call through after three %s in a row, and says so once', async (_, work) => {
    for (let i = 0; i < 3; i += 1) {
      await aMoment();
      expect(gate.isOpen).toBe(false);
      await gate.pass('read', work);
    }
    await aMoment();
    expect(gate.isOpen).toBe(true);
    const asked = jest.fn(succeeds);
    expect(await gate.pass('read', asked)).toBeUndefined();
    expect(asked).not.toHaveBeenCalled();
    expect(changes).toEqual([true]);
  });

  it('counts faults that were seen elsewhere', async () => {
    for (let i = 0; i < 3; i += 1) gate.report('message', new Error('connection lost'));
    await aMoment();
    expect(gate.isOpen).toBe(true);
  });

  it('opens when calls fail one after another, although every beat between them succeeds', async () => {
    for (let i = 0; i < 3; i += 1) {
      expect(gate.isOpen).toBe(false);
      await gate.pass('read', fails());
      await gate.probe(() => Promise.resolve());
    }
    await aMoment();
    expect(gate.isOpen).toBe(true);
  });

  it('opens when beats fail one after another, although every call between them succeeds', async () => {
    for (let i = 0; i < 3; i += 1) {
      expect(gate.isOpen).toBe(false);
      await gate.probe(fails());
      await gate.pass('read', succeeds);
    }
    await aMoment();
    expect(gate.isOpen).toBe(true);
  });

  it('opens exactly after three faults in a row of one kind, however many are scattered between successes', async () => {
    const sign = fc.record({ isBeat: fc.boolean(), isWell: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(sign, { maxLength: 30 }), async (signs) => {
        const one = new StoreGate(1_000, () => undefined);
        const texts = { calls: '', beats: '' };
        for (const { isBeat, isWell } of signs) {
          if (isBeat) await one.probe(isWell ? () => Promise.resolve() : fails());
          else await one.pass('read', isWell ? succeeds : fails());
          await aMoment();
          texts[isBeat ? 'beats' : 'calls'] += isWell ? '.' : 'x';
          const isOver = Object.values(texts).some((text) => text.endsWith('xxx'));
          expect(one.isOpen).toBe(isOver);
          if (isOver) return;
        }
      }),
    );
  });

  it('begins to count anew when it lets calls through again', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    await open();
    jest.setSystemTime(Date.now() + 60_000);
    await gate.probe(() => Promise.resolve());
    for (let i = 0; i < 2; i += 1) await gate.pass('read', fails());
    await aMoment();
    expect(gate.isOpen).toBe(false);
  });

  it('puts no probe off for what failed before, and is told late', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    await open();
    jest.setSystemTime(Date.now() + 60_000);
    for (let i = 0; i < 3; i += 1) gate.report('message', new Error('connection lost'));
    await aMoment();
    await gate.probe(() => Promise.resolve());
    expect(gate.isOpen).toBe(false);
  });

  it('stays shut for longer each time that only beats succeed, and forgets it once calls do', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    const shutFor = async (): Promise<number> => {
      await open();
      const openedAtMs = Date.now();
      while (gate.isOpen) {
        jest.setSystemTime(Date.now() + 10);
        await gate.probe(() => Promise.resolve());
      }
      return Date.now() - openedAtMs;
    };
    const times = [await shutFor(), await shutFor(), await shutFor(), await shutFor()];
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    for (let i = 0; i < 10; i += 1) await shutFor();
    expect(await shutFor()).toBe(1_000);
    await gate.pass('read', succeeds);
    await gate.probe(() => Promise.resolve());
    expect(await shutFor()).toBe(times[0]);
  });

  it.each([
    "OOM command not allowed when used memory > 'maxmemory'.",
    'WRONGTYPE Operation against a key holding the wrong kind of value',
    'ERR value is not an integer or out of range',
  ])('takes a refusal (%s) for a fault of the command, not of the store', async (message) => {
    for (let i = 0; i < 10; i += 1) {
      expect(await gate.pass('store', refuses(message))).toBeUndefined();
    }
    await aMoment();
    expect(gate.isOpen).toBe(false);
    expect(gate.errors).toBe(10);
  });

  it.each(['READONLY You can’t write against a read only replica.', 'LOADING', 'CLUSTERDOWN'])(
    'takes %s for a store that is away',
    async (message) => {
      for (let i = 0; i < 3; i += 1) await gate.pass('store', refuses(message));
      await aMoment();
      expect(gate.isOpen).toBe(true);
    },
  );

  it('lets calls through again once a probe has shown that the store is back', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    await open();
    const early = jest.fn(() => Promise.resolve());
    await gate.probe(early);
    expect(early).not.toHaveBeenCalled();
    jest.setSystemTime(Date.now() + 60_000);
    await gate.probe(fails());
    expect(gate.isOpen).toBe(true);
    jest.setSystemTime(Date.now() + 60_000);
    await gate.probe(() => Promise.resolve());
    expect(gate.isOpen).toBe(false);
    expect(await gate.pass('read', succeeds)).toBe(1);
    expect(changes).toEqual([true, false]);
  });

  it('stays shut for calls while a probe is under way', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    await open();
    jest.setSystemTime(Date.now() + 60_000);
    let finish: () => void = () => undefined;
    const probe = gate.probe(() => new Promise((resolve) => (finish = resolve)));
    expect(await gate.pass('read', succeeds)).toBeUndefined();
    finish();
    await probe;
    expect(await gate.pass('read', succeeds)).toBe(1);
  });
});

describe('an answer within a time', () => {
  let server: Server;
  let client: Socket;
  let answering: Socket;
  beforeEach(async () => {
    const accepted = new Promise<Socket>((resolve) => {
      server = createServer(resolve).listen(0, '127.0.0.1');
    });
    await new Promise((resolve) => server.once('listening', resolve));
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    answering = await accepted;
  });
  afterEach(async () => {
    client.destroy();
    answering.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  const answer = (): Promise<string> =>
    new Promise((resolve) => client.once('data', (data) => resolve(data.toString())));

  it('counts when it lay in the socket while the process itself was busy', async () => {
    for (let i = 0; i < 5; i += 1) {
      const asked = within(20, answer());
      await new Promise((resolve) => answering.write('here', resolve));
      stall(100);
      expect(await asked).toBe('here');
    }
  });

  it('is not waited for any longer', async () => {
    const startedAtMs = performance.now();
    await expect(within(20, answer())).rejects.toThrow(StoreTimeoutError);
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(19);
  });

  it('is the error where there is one', async () => {
    await expect(within(20, fails('gone')())).rejects.toThrow('gone');
  });
});
