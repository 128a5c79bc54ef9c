import { mayBegin, nextRunAtMs, type ScheduleState } from './schedule-turn.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const hourly = { name: 'test.hourly', description: 'Runs.', everyMs: HOUR_MS };
const at = (time: string) => Date.parse(`2026-01-05T${time}Z`);
const state = (overrides: Partial<ScheduleState> = {}): ScheduleState => ({
  slotAt: new Date(at('15:00')),
  requestedAt: null,
  run: 'none',
  outcome: 'succeeded',
  endedForMs: HOUR_MS,
  ...overrides,
});

describe('the turn of a schedule', () => {
  it('comes with its due time, and is taken once', () => {
    expect(mayBegin(hourly, state(), at('15:59:59.999'))).toBe(false);
    expect(mayBegin(hourly, state(), at('16:00'))).toBe(true);
    expect(mayBegin(hourly, state({ slotAt: new Date(at('16:00')) }), at('16:00'))).toBe(false);
  });

  it('is made up for once after any number of missed times', () => {
    expect(mayBegin(hourly, state(), at('22:30'))).toBe(true);
    expect(mayBegin(hourly, state({ slotAt: new Date(at('22:00')) }), at('22:30'))).toBe(false);
  });

  it('waits while a run is under way, and is taken over from an instance that is gone', () => {
    const asked = { requestedAt: new Date(at('15:10')) };
    expect(mayBegin(hourly, state({ run: 'under way', ...asked }), at('17:00'))).toBe(false);
    expect(mayBegin(hourly, state({ run: 'lost' }), at('15:10'))).toBe(true);
  });

  it('comes at once when asked for', () => {
    expect(mayBegin(hourly, state({ requestedAt: new Date(at('15:10')) }), at('15:10'))).toBe(true);
  });

  it('is left to an instance whose clock is a little early, not to one whose clock is wrong', () => {
    const ahead = state({ slotAt: new Date(at('17:00')) });
    expect(mayBegin(hourly, ahead, at('16:55'))).toBe(false);
    expect(mayBegin(hourly, ahead, at('16:54:59'))).toBe(true);
    expect(mayBegin(hourly, state({ slotAt: new Date(at('23:00')) }), at('16:59:59'))).toBe(true);
  });

  it('is taken from a clock that stays wrong once a minute, not all the time', () => {
    const taken = (endedForMs: number) => state({ slotAt: new Date(at('23:00')), endedForMs });
    expect(mayBegin(hourly, taken(MINUTE_MS - 1), at('16:30'))).toBe(false);
    expect(mayBegin(hourly, taken(MINUTE_MS), at('16:30'))).toBe(true);
    const never = state({ slotAt: new Date(at('23:00')), outcome: null, endedForMs: null });
    expect(mayBegin(hourly, never, at('16:30'))).toBe(true);
  });

  it('comes again a minute after a run that failed or timed out, and not after one that succeeded', () => {
    for (const outcome of ['failed', 'timed_out'] as const) {
      const ended = (endedForMs: number) => state({ outcome, endedForMs });
      expect(mayBegin(hourly, ended(MINUTE_MS - 1), at('15:02'))).toBe(false);
      expect(mayBegin(hourly, ended(MINUTE_MS), at('15:02'))).toBe(true);
      expect(mayBegin(hourly, ended(1_000), at('16:00'))).toBe(true);
      expect(mayBegin(hourly, state({ outcome, run: 'under way' }), at('15:02'))).toBe(false);
    }
    expect(mayBegin(hourly, state({ outcome: null, endedForMs: null }), at('15:02'))).toBe(false);
    expect(mayBegin(hourly, state({ endedForMs: MINUTE_MS }), at('15:02'))).toBe(false);
  });
});

describe('the turn of a schedule with a calendar', () => {
  const moments = [at('09:00'), at('14:30'), at('21:15')];
  const calendar = {
    text: 'when it is time',
    latestMs: (atMs: number) => moments.findLast((moment) => moment <= atMs) ?? 0,
    nextMs: (atMs: number) => moments.find((moment) => moment > atMs) ?? Infinity,
  };
  const dated = { name: 'test.dated', description: 'Runs.', calendar };
  const ranFor = (time: string) => state({ slotAt: new Date(at(time)) });

  it('comes with each moment, and is taken once', () => {
    expect(mayBegin(dated, ranFor('09:00'), at('14:29:59.999'))).toBe(false);
    expect(mayBegin(dated, ranFor('09:00'), at('14:30'))).toBe(true);
    expect(mayBegin(dated, ranFor('14:30'), at('21:14'))).toBe(false);
  });

  it('is made up for once, and never waits for a slot that a wrong clock wrote', () => {
    expect(mayBegin(dated, ranFor('09:00'), at('22:00'))).toBe(true);
    expect(mayBegin(dated, ranFor('21:15'), at('21:14'))).toBe(false);
    expect(mayBegin(dated, ranFor('21:15'), at('14:30'))).toBe(true);
  });

  it('is listed with its next moment', () => {
    expect(nextRunAtMs(dated, ranFor('09:00'), at('10:00'))).toBe(at('14:30'));
    expect(nextRunAtMs(dated, ranFor('09:00'), at('14:31'))).toBe(at('14:31'));
  });
});

describe('the next run', () => {
  it('is at the next due time, or now when it should run already', () => {
    expect(nextRunAtMs(hourly, undefined, at('15:10'))).toBe(at('16:00'));
    expect(nextRunAtMs(hourly, state(), at('15:10'))).toBe(at('16:00'));
    expect(nextRunAtMs(hourly, state(), at('16:10'))).toBe(at('16:10'));
    expect(nextRunAtMs(hourly, state({ run: 'under way' }), at('15:10'))).toBe(at('16:00'));
  });

  it('is the repetition of one that failed, where that comes before the next due time', () => {
    const failed = state({ outcome: 'failed', endedForMs: 20_000 });
    expect(nextRunAtMs(hourly, failed, at('15:10'))).toBe(at('15:10:40'));
    expect(nextRunAtMs(hourly, failed, at('15:59:30'))).toBe(at('16:00'));
    expect(nextRunAtMs(hourly, { ...failed, run: 'under way' }, at('15:10'))).toBe(at('16:00'));
    expect(nextRunAtMs(hourly, { ...failed, endedForMs: HOUR_MS }, at('15:10'))).toBe(at('15:10'));
  });
});
