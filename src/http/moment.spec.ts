import { momentSchema } from './moment.js';

describe('a moment', () => {
  it.each([
    ['2026-01-05', '2026-01-05T00:00:00.000Z'],
    ['2026-01-05T10:00:00+02:00', '2026-01-05T08:00:00.000Z'],
    ['1900-01-01', '1900-01-01T00:00:00.000Z'],
  ])('is taken as %s', (text, iso) => {
    expect(momentSchema.parse(text).toISOString()).toBe(iso);
  });

  // The last two are a year of six digits, and the year zero, in UTC: PostgreSQL reads neither.
  it.each(['yesterday', '2026-02-30', '0001-01-01', '9999-12-31T23:59:59-23:59', '0000-01-01'])(
    'is not %s',
    (text) => expect(momentSchema.safeParse(text).success).toBe(false),
  );
});
