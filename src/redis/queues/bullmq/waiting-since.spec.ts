import { waitingSinceMs, type QueueEvent, type WaitingJob } from './waiting-since.js';

const NOW = 1_000_000;

const job = (parts: Partial<WaitingJob> = {}): WaitingJob => ({
  id: 'a',
  timestamp: 10_000,
  attemptsStarted: 0,
  opts: {},
  ...parts,
});

const event = (atMs: number, name: string, jobId: string): QueueEvent => [
  `${atMs}-0`,
  ['event', name, 'jobId', jobId, 'prev', 'delayed'],
];

describe('since when a job of BullMQ waits', () => {
  it('is since it was added, or since its delay was over', () => {
    expect(waitingSinceMs(job(), [], NOW)).toBe(10_000);
    expect(waitingSinceMs(job({ opts: { delay: 5_000 } }), [], NOW)).toBe(15_000);
  });

  it('is since it came to wait once more, after a back-off or by hand', () => {
    const events = [
      event(900_000, 'waiting', 'b'),
      event(850_000, 'added', 'a'),
      event(800_000, 'waiting', 'a'),
      event(20_000, 'waiting', 'a'),
    ];
    const retried = job({ attemptsStarted: 1, processedOn: 700_000 });
    expect(waitingSinceMs(retried, events, NOW)).toBe(800_000);
    expect(waitingSinceMs(job({ attemptsStarted: 2 }), events, NOW)).toBe(800_000);
  });

  it('is since it was promoted', () => {
    const promoted = job({ opts: { delay: 5_000_000 } });
    expect(waitingSinceMs(promoted, [event(800_000, 'waiting', 'a')], NOW)).toBe(800_000);
  });

  it('is told as well as it can be when too much has happened since', () => {
    const events = [event(900_000, 'waiting', 'b'), event(600_000, 'waiting', 'b')];
    const retried = job({ attemptsStarted: 1 });
    expect(waitingSinceMs({ ...retried, processedOn: 500_000 }, events, NOW)).toBe(500_000);
    expect(waitingSinceMs(retried, events, NOW)).toBe(600_000);
    expect(waitingSinceMs(retried, [], NOW)).toBe(10_000);
    // Never in the future.
    expect(waitingSinceMs(job({ opts: { delay: 5_000_000 } }), events, NOW)).toBe(NOW);
  });
});
