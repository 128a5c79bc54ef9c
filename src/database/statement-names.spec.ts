import { StatementNames } from './statement-names.js';

function ask(names: StatementNames, text: string, times: number): (string | undefined)[] {
  return Array.from({ length: times }, () => names.nameOf(text));
}

describe('StatementNames', () => {
  it('names a text from its sixth time on, for ever', () => {
    const names = new StatementNames();
    expect(ask(names, 'select 1', 5)).toEqual(Array(5).fill(undefined));
    const [name, again] = ask(names, 'select 1', 2);
    expect(name).toBeDefined();
    expect(again).toBe(name);
  });

  it('gives each text a name of its own', () => {
    const names = new StatementNames();
    const given = ['a', 'b', 'c'].map((text) => ask(names, text, 6).at(-1));
    expect(new Set(given).size).toBe(3);
    expect(given).not.toContain(undefined);
  });

  it('names 300 texts, and sends all others as they are', () => {
    const names = new StatementNames();
    const given = Array.from({ length: 310 }, (_, n) => ask(names, `select ${n}`, 6).at(-1));
    expect(given.filter((name) => name !== undefined)).toHaveLength(300);
    expect(ask(names, 'select 0', 1)).toEqual([given[0]]);
  });

  it('keeps what comes again, however many texts come once', () => {
    const names = new StatementNames();
    for (let n = 0; n < 100_000; n += 1) names.nameOf(`select ${n}`);
    expect(ask(names, 'often', 6).at(-1)).toBeDefined();
  });
});
