import fc from 'fast-check';
import { ChannelInbox, type Handlers } from './channel-inbox.js';
import type { LiveMessage, Position } from './protocol.js';

const message = (seq: number, epoch = 'e'): LiveMessage => ({
  channel: 'c',
  epoch,
  seq,
  ts: '',
  data: seq,
});
const begins = ({ epoch, seq }: Position, snapshot: unknown = 'all') =>
  ({ ok: true, channel: 'c', epoch, seq, recovered: false, snapshot }) as const;
const resumes = (messages: readonly LiveMessage[], { epoch, seq }: Position) =>
  ({ ok: true, channel: 'c', epoch, seq, recovered: true, messages }) as const;

/** Writes down what it is told. */
class Reader {
  readonly told: unknown[] = [];
  readonly errors: unknown[] = [];
  readonly handlers: Handlers<unknown, unknown> = {
    onSnapshot: (data) => void this.told.push(data),
    onMessage: (data) => void this.told.push(data),
    onLost: () => void this.told.push('lost'),
  };

  inbox(isDurable: boolean, handlers = this.handlers, capacity = 1_000): ChannelInbox {
    return new ChannelInbox(isDurable, handlers, (error) => this.errors.push(error), capacity);
  }
}

describe('the inbox of a durable channel', () => {
  it('has lost nothing when it began while the server had no place to begin at', async () => {
    const reader = new Reader();
    const inbox = reader.inbox(true);
    inbox.begin(begins({ epoch: '', seq: 0 }, 'first'));
    inbox.snapshot({ channel: 'c', epoch: 'e', seq: 1, data: 'whole' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(reader.told).toEqual(['first', 'whole']);
  });

  it('hands over what it begins with, and then each message once and in order', async () => {
    const reader = new Reader();
    const inbox = reader.inbox(true);
    inbox.begin(begins({ epoch: 'e', seq: 4 }));
    expect([5, 6, 6, 5].map((seq) => inbox.message(message(seq)))).toEqual([
      'taken',
      'taken',
      'known',
      'known',
    ]);
    await inbox.settled();
    expect(reader.told).toEqual(['all', 5, 6]);
    expect(inbox.place).toEqual({ epoch: 'e', seq: 6 });
  });

  it.each([
    ['a number too far', message(6)],
    ['another epoch', message(5, 'f')],
  ])('takes nothing from %s on', async (_, next) => {
    const reader = new Reader();
    const inbox = reader.inbox(true);
    inbox.begin(begins({ epoch: 'e', seq: 4 }));
    expect(inbox.message(next)).toBe('gap');
    await inbox.settled();
    expect(inbox.place).toEqual({ epoch: 'e', seq: 4 });
    expect(reader.told).toEqual(['all']);
  });

  it('tells what was lost before the snapshot that takes its place, and of nothing lost at first', async () => {
    const reader = new Reader();
    const inbox = reader.inbox(true);
    inbox.begin(begins({ epoch: 'e', seq: 4 }, 'first'));
    inbox.begin(begins({ epoch: 'f', seq: 0 }, 'second'));
    inbox.snapshot({ channel: 'c', epoch: 'g', seq: 0, data: 'third' });
    await inbox.settled();
    expect(reader.told).toEqual(['first', 'lost', 'second', 'lost', 'third']);
  });

  it('is full when its handlers are too far behind, and goes on from there', async () => {
    const reader = new Reader();
    const gates: (() => void)[] = [];
    const slow = {
      ...reader.handlers,
      onMessage: (data: unknown) => {
        reader.told.push(data);
        return new Promise<void>((resolve) => gates.push(resolve));
      },
    };
    const inbox = reader.inbox(true, slow, 2);
    inbox.begin(begins({ epoch: 'e', seq: 0 }));
    await inbox.settled();
    inbox.message(message(1));
    await Promise.resolve();
    expect([2, 3, 4].map((seq) => inbox.message(message(seq)))).toEqual(['taken', 'taken', 'full']);
    expect(inbox.isFull).toBe(true);
    expect(inbox.place?.seq).toBe(3);
    const settled = inbox.settled();
    for (let i = 0; i < 10; i += 1) {
      gates.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await settled;
    expect(reader.told).toEqual(['all', 1, 2, 3]);
    expect(inbox.isFull).toBe(false);
  });

  it('goes on after a handler that throws', async () => {
    const reader = new Reader();
    const failing = {
      ...reader.handlers,
      onMessage: (data: unknown) => {
        if (data === 1) throw new Error('mine');
        reader.told.push(data);
      },
    };
    const inbox = reader.inbox(true, failing);
    inbox.begin(begins({ epoch: 'e', seq: 0 }));
    for (const seq of [1, 2]) inbox.message(message(seq));
    await inbox.settled();
    expect(reader.told).toEqual(['all', 2]);
    expect(reader.errors).toMatchObject([{ message: 'mine' }]);
  });

  it('hands over nothing once it is closed', async () => {
    const reader = new Reader();
    const inbox = reader.inbox(true);
    inbox.begin(begins({ epoch: 'e', seq: 0 }));
    inbox.close();
    inbox.message(message(1));
    await inbox.settled();
    expect(reader.told).toEqual([]);
  });

  it('tells each message once and in order, whatever is cut off, sent twice or left out', async () => {
    const step = fc.constantFrom('next', 'next', 'next', 'twice', 'skip', 'cut', 'breathe');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const reader = new Reader();
        const inbox = reader.inbox(true, reader.handlers, 5);
        const log: LiveMessage[] = [];
        let sent = 0;
        const resume = async () => {
          await inbox.settled();
          const missed = log.filter(({ seq }) => seq > (inbox.place?.seq ?? 0));
          expect(inbox.begin(resumes(missed, { epoch: 'e', seq: log.length }))).toBe(true);
          sent = log.length;
        };
        inbox.begin(begins({ epoch: 'e', seq: 0 }));
        for (const now of steps) {
          if (now === 'breathe') await Promise.resolve();
          else if (now === 'cut') await resume();
          else {
            log.push(message(log.length + 1));
            if (now === 'skip') continue;
            const arriving = log.slice(now === 'twice' ? Math.max(0, sent - 1) : -1);
            for (const one of arriving) {
              const verdict = inbox.message(one);
              if (verdict === 'gap' || verdict === 'full') await resume();
            }
            sent = log.length;
          }
        }
        await resume();
        await inbox.settled();
        expect(reader.told).toEqual(['all', ...log.map(({ seq }) => seq)]);
      }),
    );
  });
});

describe('the inbox of a transient channel', () => {
  it('hands over the latest of what waits, and nothing that is older', async () => {
    const reader = new Reader();
    const inbox = reader.inbox(false);
    inbox.begin(begins({ epoch: 'e', seq: 1 }));
    await inbox.settled();
    for (const seq of [2, 5, 9]) expect(inbox.message(message(seq))).toBe('taken');
    expect(inbox.message(message(5))).toBe('known');
    await inbox.settled();
    expect(reader.told).toEqual(['all', 9]);
  });

  it('begins anew on each connection, and has lost nothing', async () => {
    const reader = new Reader();
    const inbox = reader.inbox(false);
    for (const snapshot of ['first', 'second']) {
      inbox.begin(begins({ epoch: 'e', seq: 1 }, snapshot));
      await inbox.settled();
    }
    expect(inbox.place).toBeUndefined();
    expect(reader.told).toEqual(['first', 'second']);
  });
});
