import { ABANDONED, JobAbort, jobCancelled, untilAbandoned, wasCancelled } from './job-abort.js';

describe('the end of an attempt before its time', () => {
  it('is told to a signal that was asked for before it, or after', () => {
    const [before, after] = [new JobAbort(), new JobAbort()];
    const { signal } = before;
    expect(signal.aborted).toBe(false);
    const reason = jobCancelled();
    for (const abort of [before, after]) abort.abort(reason);
    for (const told of [signal, before.signal, after.signal]) {
      expect(told.aborted).toBe(true);
      expect(told.reason).toBe(reason);
    }
  });

  it('has the reason that was given first, and tells each listener once', () => {
    const abort = new JobAbort();
    const heard: string[] = [];
    abort.onAbort(() => heard.push('early'));
    abort.abort(jobCancelled());
    abort.abort(new Error('the process is shutting down'));
    abort.onAbort(() => heard.push('late'));
    expect(wasCancelled(abort)).toBe(true);
    expect(heard).toEqual(['early', 'late']);
  });

  it('leaves behind a processor that does not end, and takes what one comes to in time', async () => {
    const [stubborn, obedient, failing] = [new JobAbort(), new JobAbort(), new JobAbort()];
    const outcomes = Promise.allSettled([
      untilAbandoned(stubborn, new Promise(() => undefined)),
      untilAbandoned(
        obedient,
        new Promise((resolve) => obedient.onAbort(() => resolve('tidied up'))),
      ),
      untilAbandoned(
        failing,
        new Promise((_, reject) => failing.onAbort(() => reject(new Error('ended')))),
      ),
    ]);
    for (const abort of [stubborn, obedient, failing]) abort.abort(jobCancelled());
    expect(await outcomes).toEqual([
      { status: 'fulfilled', value: ABANDONED },
      { status: 'fulfilled', value: 'tidied up' },
      { status: 'rejected', reason: new Error('ended') },
    ]);
  });
});
