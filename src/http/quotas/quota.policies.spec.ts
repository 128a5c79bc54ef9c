import { parseConfig } from '../../config/config.js';
import { QUOTAS, resolveQuotas } from './quota.policies.js';

describe('the table of quotas', () => {
  const resolve = (text?: string) =>
    resolveQuotas(parseConfig(text === undefined ? {} : { QUOTAS: text }).quotas);

  it('holds as it stands without other limits', () => {
    expect(resolve().map(({ name, limit }) => [name, limit])).toEqual(
      Object.entries(QUOTAS).map(([name, { limit }]) => [name, limit]),
    );
  });

  it('takes another limit for one, and leaves its period and all others', () => {
    const quotas = resolve('ml.trainings=3');
    expect(quotas).toContainEqual({ name: 'ml.trainings', limit: 3, period: 'day' });
    expect(quotas).toContainEqual({ name: 'journal.imports', ...QUOTAS['journal.imports'] });
  });

  it.each(['ml.training=3', 'constructor=3'])('refuses a name that nobody knows: %s', (text) => {
    expect(() => resolve(text)).toThrow(expect.objectContaining({ code: 'config.invalid' }));
  });

  it.each(['ml.trainings', 'ml.trainings=0', 'ml.trainings=-1', 'ml.trainings=x', '='])(
    'refuses %j',
    (text) => {
      expect(() => parseConfig({ QUOTAS: text })).toThrow(/QUOTAS/);
    },
  );
});
