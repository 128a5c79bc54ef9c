import { RequestBudget } from './request-budget.js';

describe('the requests of one client', () => {
  const take = (budget: RequestBudget, times: number, nowMs: number) =>
    Array.from({ length: times }, () => budget.take(nowMs));

  it('may be 200 at once, and 20 a second from then on', () => {
    const budget = new RequestBudget(0);
    expect(new Set(take(budget, 200, 0))).toEqual(new Set(['grant']));
    expect(budget.take(0)).toBe('refuse');
    expect(take(budget, 21, 1_000)).toEqual([...Array<string>(20).fill('grant'), 'refuse']);
    expect(new Set(take(budget, 200, 3_600_000))).toEqual(new Set(['grant']));
    expect(budget.take(3_600_000)).toBe('refuse');
  });

  it('end the connection after 200 refusals in a row', () => {
    const budget = new RequestBudget(0);
    take(budget, 200, 0);
    expect(new Set(take(budget, 200, 0))).toEqual(new Set(['refuse']));
    expect(budget.take(0)).toBe('end');
  });

  it('are not gained by a clock that is set back', () => {
    const budget = new RequestBudget(10_000);
    take(budget, 200, 10_000);
    expect(budget.take(0)).toBe('refuse');
    expect(budget.take(0)).toBe('refuse');
  });
});
