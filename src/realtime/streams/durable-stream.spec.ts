import type { ChannelHistory, SequencedMessage } from '../../redis/index.js';
import { DurableStream } from './durable-stream.js';

const messageAt = (seq: number): SequencedMessage => ({
  ...{ channel: 'c', epoch: 'e', seq, ts: '', data: seq },
});

describe('a durable stream', () => {
  it('passes on a message in whichever moment around the end of a reading it comes', async () => {
    for (let moment = 0; moment < 10; moment += 1) {
      let answer: (history: ChannelHistory) => void = () => undefined;
      const seen: number[] = [];
      const stream = new DurableStream(() => new Promise((resolve) => (answer = resolve)), {
        message: ({ seq }) => void seen.push(seq),
        broken: () => undefined,
      });
      const reading = stream.catchUp();
      answer({ epoch: 'e', seq: 1, messages: [messageAt(1)] });
      for (let i = 0; i < moment; i += 1) await Promise.resolve();
      stream.take(messageAt(2));
      await reading;
      expect(seen).toEqual([2]);
    }
  });
});
