import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { Logger } from '@nestjs/common';
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

  it('begins to count anew after a sign of life', async () => {
    for (let i = 0; i < 3; i += 1) {
      await gate.pass('read', fails());
      await gate.pass('read', fails());
      await gate.probe(() => Promise.resolve());
    }
    await aMoment();
    expect(gate.isOpen).toBe(false);
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
