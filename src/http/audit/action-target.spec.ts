import { actionTarget } from './action-target.js';

describe('actionTarget', () => {
  it('keeps the parameters of the route, and of the body what is named alone', () => {
    const body = { job: 'send-email', limit: 5, payload: 'secret', deep: { password: 'x' } };
    expect(actionTarget({ queue: 'trading' }, body, ['job', 'limit', 'deep'])).toEqual({
      queue: 'trading',
      job: 'send-email',
      limit: 5,
    });
  });

  it.each([undefined, null, 'text', 7, [], [['job', 'x']]])('takes a body that is %j', (body) => {
    expect(actionTarget({ id: '1' }, body, ['job'])).toEqual({ id: '1' });
  });

  it('keeps what the database can keep, and no more than a list can show', () => {
    const { name, tags } = actionTarget(
      { name: `a\0b\ud800${'x'.repeat(500)}` },
      { tags: [...Array.from({ length: 50 }, (_, i) => `tag-${i}`), {}] },
      ['tags'],
    );
    expect(name).toMatch(/^a\?b\?x{196}$/);
    expect(tags).toHaveLength(20);
    expect(actionTarget({}, { tags: [{ secret: 1 }] }, ['tags'])).toEqual({ tags: [null] });
  });
});
