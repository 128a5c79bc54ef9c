import { dailyAt, defineSchedule, dueAtMs, nextDueAtMs } from './schedule-definition.js';
import { ScheduleRegistry } from './schedule-registry.js';

const hourly = defineSchedule({ name: 'test.hourly', description: 'Runs.', everyMs: 3_600_000 });
const run = () => Promise.resolve(null);

describe('schedules', () => {
  it('are found by the name they were registered under', () => {
    const registry = new ScheduleRegistry();
    registry.register(hourly, run);
    expect(registry.find('test.hourly')).toMatchObject({ ...hourly, run });
    expect(registry.find('test.daily')).toBeUndefined();
  });

  it('refuse a name twice, and a pace that would never rest', () => {
    const registry = new ScheduleRegistry();
    registry.register(hourly, run);
    const invalid = expect.objectContaining({ code: 'schedule.invalid' }) as Error;
    expect(() => registry.register(hourly, run)).toThrow(invalid);
    expect(() => registry.register({ ...hourly, name: 'test.0', everyMs: 0 }, run)).toThrow(
      invalid,
    );
  });

  it('fall due on the same moments for every instance, whenever it started', () => {
    expect(dueAtMs(hourly, Date.parse('2026-01-05T15:59:59.999Z'))).toBe(
      Date.parse('2026-01-05T15:00:00Z'),
    );
    expect(dueAtMs(hourly, Date.parse('2026-01-05T16:00:00Z'))).toBe(
      Date.parse('2026-01-05T16:00:00Z'),
    );
  });

  it('fall due each day at their hour', () => {
    const daily = defineSchedule({
      name: 'test.daily',
      description: 'Runs.',
      calendar: dailyAt(4),
    });
    const at = (text: string) => Date.parse(text);
    expect(dueAtMs(daily, at('2026-01-05T03:59:59.999Z'))).toBe(at('2026-01-04T04:00:00Z'));
    expect(dueAtMs(daily, at('2026-01-05T04:00:00Z'))).toBe(at('2026-01-05T04:00:00Z'));
    expect(nextDueAtMs(daily, at('2026-01-05T04:00:00Z'))).toBe(at('2026-01-06T04:00:00Z'));
    expect(daily.calendar.text).toBe('daily at 04:00 UTC');
    new ScheduleRegistry().register(daily, run);
  });
});
