import { StuckQueue, type QueueLook } from './stuck-queue.js';

const IDLE: Omit<QueueLook, 'atMs'> = {
  waiting: 1,
  active: 0,
  mayBegin: true,
  running: 0,
  concurrency: 2,
  begun: 7,
};

/** Looks every 5 s for `seconds`. @returns after how many the worker was started anew. */
function restartsOf(seconds: number, look: (atS: number) => Partial<QueueLook> = () => ({})) {
  const queue = new StuckQueue();
  queue.see({ ...IDLE, atMs: 0, waiting: 0 });
  const restarts: number[] = [];
  for (let atS = 5; atS <= seconds; atS += 5) {
    if (queue.see({ ...IDLE, atMs: atS * 1_000, ...look(atS) }).restart) restarts.push(atS);
  }
  return restarts;
}

describe('a worker that takes nothing', () => {
  it('is started anew after 15 s, and then ever more slowly, up to every two minutes', () => {
    expect(restartsOf(500)).toEqual([20, 50, 110, 230, 350, 470]);
  });

  it('is given a minute while jobs run elsewhere, which may be why there are none for it', () => {
    expect(restartsOf(70, () => ({ active: 3 }))).toEqual([65]);
  });

  it.each<[string, Partial<QueueLook>]>([
    ['is paused or at its rate limit', { mayBegin: false }],
    ['is busy', { running: 2, active: 2 }],
    ['has nothing to do', { waiting: 0 }],
  ])('is left alone when its queue %s', (_why, look) => {
    expect(restartsOf(600, () => look)).toEqual([]);
  });

  it('is one that has begun none between two looks', () => {
    expect(restartsOf(600, (atS) => ({ begun: atS }))).toEqual([]);
    expect(restartsOf(60, (atS) => ({ begun: atS < 30 ? atS : 30 }))).toEqual([50]);
  });

  it('has all its time again when the backend was away meanwhile', () => {
    const queue = new StuckQueue();
    const see = (atMs: number) => queue.see({ ...IDLE, atMs });
    see(0);
    expect(see(10_000)).toMatchObject({ restart: false });
    expect(see(12_000).stuckMs).toBe(2_000);
    queue.forget();
    expect(see(30_000)).toEqual({ stuckMs: 0, restart: false });
  });
});
