import '../../support/quiet.js';
import { Correlation } from '../../../src/kernel/correlation.js';
import type { JsonValue } from '../../../src/kernel/json.js';
import { ScheduledRunner } from '../../../src/modules/maintenance/schedules/scheduled-runner.js';
import { failed, succeeded } from '../../../src/modules/maintenance/schedules/run-outcome.js';
import {
  ScheduleRunsRepository,
  type RunClaim,
  type ScheduleRun,
  type ScheduleTurn,
} from '../../../src/modules/maintenance/schedules/schedule-runs.repository.js';
import type { Schedule, ScheduledRun } from '../../../src/redis/index.js';
import { DATABASES, type TestDatabaseHandle } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';

const HOUR_MS = 3_600_000;
const NAME = 'test.hourly';
const LIMITS = { leaseMs: 600, timeoutMs: 60_000, heldMs: 60_000 };
const slot = (hour: number) => new Date(Date.UTC(2026, 0, 5, hour));
const CLOCKS_DIFFER_MS = 300_000;
/** What an instance thinks at a full hour. */
const turn = (hour: number, repeatAfterMs = 60_000): ScheduleTurn => ({
  slotAt: slot(hour),
  latestSlotAt: new Date(slot(hour).getTime() + CLOCKS_DIFFER_MS),
  repeatAfterMs,
});

function scheduleOf(run: (run: ScheduledRun) => Promise<JsonValue>): Schedule {
  return { name: NAME, description: 'Runs.', everyMs: HOUR_MS, run };
}

/** Never ends, unless it is told to. */
const untilTold = ({ signal }: ScheduledRun): Promise<JsonValue> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

describe.each(DATABASES)('the turns of a schedule on $name', ({ open }) => {
  let handle: TestDatabaseHandle;
  let runs: ScheduleRunsRepository;
  let runner: ScheduledRunner;
  let hour = 10;

  beforeAll(async () => {
    handle = await open();
    runs = new ScheduleRunsRepository(handle.database);
    runner = new ScheduledRunner(runs, new Correlation());
    await runs.introduce([{ name: NAME, slotAt: slot(hour) }]);
  });
  afterAll(() => handle.close());

  const nextClaim = async (leaseMs = LIMITS.leaseMs): Promise<RunClaim> => {
    hour += 1;
    const claim = await runs.claim(NAME, turn(hour), 'here', leaseMs);
    if (claim === undefined) throw new Error('not claimed');
    return claim;
  };
  const fail = async (claim: RunClaim): Promise<void> => {
    await runs.finish(claim, 'here', failed('failed', new Error('no'), 1));
  };
  const row = async (): Promise<ScheduleRun | undefined> =>
    (await runs.list()).find(({ name }) => name === NAME);
  const run = (
    schedule: Schedule,
    claim: RunClaim,
    limits = LIMITS,
    stopping = new AbortController().signal,
  ) => runner.run(schedule, claim, 'here', limits, stopping);

  it('are taken by one of many who try at the same time', async () => {
    hour += 1;
    const claims = await Promise.all(
      Array.from({ length: 8 }, (_, i) => runs.claim(NAME, turn(hour), `i${i}`, 5_000)),
    );
    const held = claims.filter((claim) => claim !== undefined);
    expect(held).toHaveLength(1);
    const [claim] = held;
    if (!claim) throw new Error('nobody has it');
    await run(
      scheduleOf(async () => 'done'),
      claim,
    );
    expect(await row()).toMatchObject({ run: 'none', outcome: 'succeeded', result: 'done' });
    expect(await runs.claim(NAME, turn(hour), 'late', 5_000)).toBeUndefined();
  });

  it('are kept while the run goes on, and end with its time-out', async () => {
    const leaseMs = 1_200;
    const claim = await nextClaim(leaseMs);
    const outcome = run(scheduleOf(untilTold), claim, { ...LIMITS, leaseMs, timeoutMs: 4_000 });
    // Longer than the lease: it was prolonged.
    await new Promise((resolve) => setTimeout(resolve, 1_800));
    expect(await row()).toMatchObject({ run: 'under way', runningOn: 'here' });
    await outcome;
    expect(await row()).toMatchObject({
      run: 'none',
      outcome: 'timed_out',
      error: 'AppError: not done after 4000 ms',
    });
  });

  it('are recorded at the time-out of a run that does not heed it, and kept until it has ended', async () => {
    const claim = await nextClaim();
    let end: () => void = () => undefined;
    const deaf = new Promise<JsonValue>((resolve) => (end = () => resolve(null)));
    const outcome = run(
      scheduleOf(() => deaf),
      claim,
      { ...LIMITS, timeoutMs: 50 },
    );
    const recorded = { outcome: 'timed_out', error: 'AppError: not done after 50 ms' };
    await eventually(async () => expect(await row()).toMatchObject(recorded));
    expect(await row()).toMatchObject({ run: 'under way' });
    expect(await runs.claim(NAME, turn(hour + 1, 0), 'second', 5_000)).toBeUndefined();
    end();
    await outcome;
    expect(await row()).toMatchObject({ ...recorded, run: 'none' });
  });

  it('are not kept for ever by a run that never ends', async () => {
    const claim = await nextClaim();
    const never = new Promise<JsonValue>(() => undefined);
    void run(
      scheduleOf(() => never),
      claim,
      { leaseMs: 60_000, timeoutMs: 20, heldMs: 20 },
    );
    const recorded = { outcome: 'timed_out', error: 'AppError: not done after 20 ms' };
    await eventually(async () => expect(await row()).toMatchObject({ ...recorded, run: 'none' }));
  });

  it('are given back when the process ends, to be run elsewhere', async () => {
    const claim = await nextClaim();
    const before = await row();
    const stopping = new AbortController();
    const outcome = run(scheduleOf(untilTold), claim, LIMITS, stopping.signal);
    stopping.abort();
    await outcome;
    const after = await row();
    expect(after).toMatchObject({ run: 'none', finishedAt: before?.finishedAt });
    expect(after?.requestedAt).not.toBeNull();
    const elsewhere = await runs.claim(NAME, turn(hour), 'elsewhere', 60_000);
    expect(elsewhere).toBeDefined();
    if (elsewhere) await runs.release(elsewhere);
  });

  it('stop a run that another instance has taken over, and take no record of it', async () => {
    const claim = await nextClaim(1);
    await eventually(async () => expect((await row())?.run).toBe('lost'));
    const other = await runs.claim(NAME, turn(hour), 'other', 60_000);
    expect(other?.claimNumber).toBe(claim.claimNumber + 1);
    await run(scheduleOf(untilTold), claim, { ...LIMITS, leaseMs: 90, timeoutMs: 30_000 });
    expect(await row()).toMatchObject({ run: 'under way', runningOn: 'other' });
    if (other) await runs.release(other);
  });

  it('record a run that throws before its first wait', async () => {
    const claim = await nextClaim();
    await run(
      scheduleOf(() => {
        throw new Error('at once');
      }),
      claim,
    );
    expect(await row()).toMatchObject({ outcome: 'failed', error: 'Error: at once' });
  });

  it('come again after a pause when the run failed, to one of all, for the same slot', async () => {
    await fail(await nextClaim());
    expect(await runs.claim(NAME, turn(hour), 'too early', 5_000)).toBeUndefined();
    const claims = await Promise.all(
      Array.from({ length: 8 }, (_, i) => runs.claim(NAME, turn(hour, 0), `i${i}`, 5_000)),
    );
    const [again, ...others] = claims.filter((claim) => claim !== undefined);
    expect(others).toEqual([]);
    if (again === undefined) throw new Error('not repeated');
    await run(
      scheduleOf(async () => 'done'),
      again,
    );
    const after = await row();
    expect(after).toMatchObject({ outcome: 'succeeded', slotAt: slot(hour) });
    expect(after?.endedForMs).toBeGreaterThanOrEqual(0);
    expect(after?.endedForMs).toBeLessThan(60_000);
    expect(await runs.claim(NAME, turn(hour, 0), 'late', 5_000)).toBeUndefined();
    await fail(await nextClaim());
    // The next due time waits for no pause.
    await fail(await nextClaim());
  });

  it('are not lost to a clock that was wrong, and not set back by one that is late', async () => {
    await fail(await nextClaim());
    const ahead = { ...turn(hour + 1), latestSlotAt: slot(hour + 2) };
    const early = await runs.claim(NAME, ahead, 'ahead', 60_000);
    if (early) await runs.finish(early, 'ahead', succeeded('done', 1));
    expect((await row())?.slotAt).toEqual(slot(hour + 1));
    expect(await runs.claim(NAME, turn(hour), 'right', 60_000)).toBeUndefined();
    const right = await runs.claim(NAME, turn(hour, 0), 'right', 60_000);
    expect((await row())?.slotAt).toEqual(slot(hour));
    if (right) await fail(right);
    const late = { ...turn(hour - 1, 0), latestSlotAt: slot(hour) };
    const repeated = await runs.claim(NAME, late, 'late', 60_000);
    expect((await row())?.slotAt).toEqual(slot(hour));
    if (repeated === undefined) throw new Error('not repeated');
    await fail(repeated);
  });

  it('are not asked for twice, nor while one runs', async () => {
    expect(await runs.request(NAME)).toBeInstanceOf(Date);
    expect(await runs.request(NAME)).toBeUndefined();
    const claim = await runs.claim(NAME, turn(hour), 'here', 60_000);
    expect(await runs.request(NAME)).toBeUndefined();
    if (claim) await runs.release(claim);
  });
});
