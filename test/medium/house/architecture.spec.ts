import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');
const MODULES = 'src/modules';
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** The `name:` of every `define…({ name: '…' })` of that kind under src/modules. */
function declared(kind: string): string[] {
  const declaration = new RegExp(`${kind}(?:<[^(]*>)?\\(\\{\\s*name: '([^']+)'`, 'g');
  const files = readdirSync(join(ROOT, MODULES), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => join(MODULES, file));
  return files.flatMap((file) =>
    [...read(file).matchAll(declaration)].map(([, name = '']) => name),
  );
}

describe('docs/architecture.md', () => {
  const modules = readdirSync(join(ROOT, MODULES));

  it('shows every module', () => {
    const rows = modules.filter((name) => !read('docs/architecture.md').includes(`| \`${name}\``));
    expect(modules.length).toBeGreaterThan(10);
    expect(rows).toEqual([]);
  });

  it.each([
    ['defineCache', 20],
    ['defineQueue', 6],
    ['define(?:Durable)?Channel', 10],
    ['defineSchedule', 8],
  ])('names everything that is declared with %s', (kind, atLeast) => {
    const names = declared(kind);
    expect(names.length).toBeGreaterThanOrEqual(atLeast);
    const text = read('docs/architecture.md');
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('and docs/live.md name every channel', () => {
    const text = read('docs/live.md');
    const missing = declared('define(?:Durable)?Channel').filter(
      (name) => !text.includes(`\`${name}`),
    );
    expect(missing).toEqual([]);
  });
});
