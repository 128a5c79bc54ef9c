import fc from 'fast-check';
import type { JsonObject } from '../../kernel/json.js';
import { changedSettings } from './changed-settings.js';

const group = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,3}$/),
  fc.oneof(fc.integer(), fc.string(), fc.dictionary(fc.stringMatching(/^[a-z]$/), fc.boolean())),
) as fc.Arbitrary<JsonObject>;

describe('the names of changed settings', () => {
  it('name what was added, removed and changed, down to the single figure', () => {
    const before = { siteName: 'A', gone: 1, alerts: { memoryPercent: 90, queueBacklog: 10 } };
    const after = { siteName: 'B', alerts: { memoryPercent: 90, queueBacklog: 20 }, added: null };
    expect(changedSettings(before, after)).toEqual([
      'siteName',
      'alerts.queueBacklog',
      'added',
      'gone',
    ]);
  });

  it('are none exactly when nothing differs', () => {
    fc.assert(
      fc.property(group, group, (before, after) => {
        expect(changedSettings(before, structuredClone(before))).toEqual([]);
        const same = JSON.stringify(sorted(before)) === JSON.stringify(sorted(after));
        expect(changedSettings(before, after).length === 0).toBe(same);
      }),
    );
  });

  it('take a name of Object.prototype for a name like others', () => {
    expect(changedSettings({}, { constructor: 1 })).toEqual(['constructor']);
  });
});

function sorted(value: JsonObject): unknown {
  return Object.entries(value)
    .map(([name, part]) => [
      name,
      typeof part === 'object' && part ? sorted(part as JsonObject) : part,
    ])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}
