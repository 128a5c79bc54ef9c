import '../../support/quiet.js';
import { Correlation } from '../../../src/kernel/correlation.js';
import type { JsonValue } from '../../../src/kernel/json.js';
import { ScheduledRunner } from '../../../src/modules/maintenance/schedules/scheduled-runner.js';
import {
  ScheduleRunsRepository,
  type RunClaim,
  type ScheduleRun,
} from '../../../src/modules/maintenance/schedules/schedule-runs.repository.js';
import type { Schedule, ScheduledRun } from '../../../src/redis/index.js';
import { DATABASES, type TestDatabaseHandle } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';

const HOUR_MS = 3_600_000;
const NAME = 'test.hourly';
const LIMITS = { leaseMs: 600, timeoutMs: 60_000 };
const slot = (hour: number) => new Date(Date.UTC(2026, 0, 5, hour));
const turn = (hour: number) => ({ slotAt: slot(hour), nextSlotAt: slot(hour + 1) });

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
    const outcome = run(scheduleOf(untilTold), claim, { leaseMs, timeoutMs: 4_000 });
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

  it('are recorded at the time-out also of a run that does not heed it', async () => {
    const claim = await nextClaim();
    let end: () => void = () => undefined;
    const deaf = new Promise<JsonValue>((resolve) => (end = () => resolve(null)));
    let ended = false;
    const outcome = run(
      scheduleOf(() => deaf),
      claim,
      { leaseMs: 600, timeoutMs: 50 },
    ).then(() => (ended = true));
    await eventually(async () => expect(await row()).toMatchObject({ outcome: 'timed_out' }));
    expect(ended).toBe(false);
    end();
    await outcome;
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
    await run(scheduleOf(untilTold), claim, { leaseMs: 90, timeoutMs: 30_000 });
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

  it('are not asked for twice, nor while one runs', async () => {
    expect(await runs.request(NAME)).toBeInstanceOf(Date);
    expect(await runs.request(NAME)).toBeUndefined();
    const claim = await runs.claim(NAME, turn(hour), 'here', 60_000);
    expect(await runs.request(NAME)).toBeUndefined();
    if (claim) await runs.release(claim);
  });
});
