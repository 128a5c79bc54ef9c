import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');
/** The step `lint` itself has looked at the rest: here it would only cost a minute. */
const COPIED = [
  /^[^/]+$/,
  /^scripts(\/|$)/,
  /^src\/(config|database|http|kernel|realtime|redis)(\/|$)/,
  // What the planted files import, and what that imports.
  /^src\/modules(\/(users|trading|maintenance|market-data|system-config)(\/|$)|$)/,
];
const NOT_COPIED = /^(node_modules|\.git|\.cache|dist|data|coverage)$|\.spec\.ts$/;
const CHECK_TIMEOUT_MS = 240_000;

interface Step {
  readonly name: string;
  readonly ok: boolean;
  readonly output: string;
}

interface Check {
  readonly exitCode: number | null;
  readonly steps: readonly Step[];
}

/** `npm run check` of a copy of this repository, but for the steps that cannot tell anything about the rules. */
function check(repository: string, steps: string): Promise<Check> {
  return new Promise((done) => {
    const args = ['run', '--silent', 'check', '--', '--json', '--only', steps];
    const options = { cwd: repository, timeout: CHECK_TIMEOUT_MS, maxBuffer: 50_000_000 };
    const child = execFile('npm', args, options, (_, stdout) => {
      done({ exitCode: child.exitCode, steps: JSON.parse(stdout).steps });
    });
  });
}

/** File to content: each breaks one rule, which the tests below name. */
const PLANTED = {
  'src/modules/users/planted.inside.ts': 'export const inside = 1;\n',
  'src/modules/trading/planted.reader.ts':
    "import { inside } from '../users/planted.inside.js';\n\nexport const read = inside;\n",
  'src/modules/users/planted.upward.ts':
    "import * as trading from '../trading/index.js';\n\nexport const upward = trading;\n",
  'src/modules/trading/planted.client.ts':
    "import { Redis } from 'ioredis';\n\nexport const client = new Redis({ lazyConnect: true });\n",
  'src/modules/trading/planted.service.ts':
    "import { sql } from 'drizzle-orm';\n\nexport const statement = sql`select 1`;\n",
  'src/redis/planted.reaction.ts':
    "import * as users from '../modules/users/index.js';\n\nexport const reaction = users;\n",
  'src/modules/trading/planted.first.ts':
    "import { second } from './planted.second.js';\n\nexport const first = (): number => second();\n",
  'src/modules/trading/planted.second.ts':
    "import { first } from './planted.first.js';\n\nexport const second = (): number => first();\n",
  'src/modules/trading/planted.environment.ts': "export const home = process.env['HOME'];\n",
  'src/modules/trading/planted.any.ts': 'export const anything = (value: any): unknown => value;\n',
  'src/modules/trading/planted.promise.ts':
    'export function forget(): void {\n  Promise.reject(new Error());\n}\n',
  'src/modules/trading/planted.spec.ts': "it.only('runs alone', () => expect(1).toBe(1));\n",
};

describe('npm run check', () => {
  let copy: string;

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'bourse-check-'));
    cpSync(ROOT, copy, {
      recursive: true,
      filter: (path) => {
        const within = relative(ROOT, path);
        return (
          within === '' || (!NOT_COPIED.test(within) && COPIED.some((one) => one.test(within)))
        );
      },
    });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  });

  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  describe('with rules broken', () => {
    let broken: Check;
    let lint: string;
    let boundaries: string;

    beforeAll(async () => {
      for (const [path, content] of Object.entries(PLANTED)) {
        mkdirSync(dirname(join(copy, path)), { recursive: true });
        writeFileSync(join(copy, path), content);
      }
      broken = await check(copy, 'lint,boundaries');
      const output = (step: string) => broken.steps.find(({ name }) => name === step)?.output ?? '';
      lint = output('lint');
      boundaries = output('boundaries');
    }, CHECK_TIMEOUT_MS);

    it('fails, and says at which step', () => {
      expect(broken.exitCode).toBe(1);
      expect(broken.steps.map(({ ok }) => ok)).toEqual([false, false]);
    });

    it('finds fault with what breaks them, and with nothing else', () => {
      const linted = lint.split('\n').filter((line) => /^\/.*\.[a-z]+$/.test(line));
      // What only the rest of the repository uses looks unused in the copy.
      const imported = boundaries
        .split('\n')
        .filter((line) => line.includes('error ') && !line.includes('error no-orphans'));
      for (const found of [linted, imported]) {
        expect(found.length).toBeGreaterThan(3);
        expect(found.filter((line) => !line.includes('/planted.'))).toEqual([]);
      }
    });

    it.each([
      [
        "a module imports another's inside",
        'module-through-its-face: src/modules/trading/planted.reader.ts → src/modules/users/planted.inside.ts',
      ],
      [
        'a module imports one that its line does not declare',
        'users-uses-declared-modules: src/modules/users/planted.upward.ts → src/modules/trading/index.ts',
      ],
      [
        'ioredis is imported outside redis/',
        'redis-clients-only-in-redis: src/modules/trading/planted.client.ts → ',
      ],
      [
        'a service writes SQL',
        'drizzle-only-in-repositories: src/modules/trading/planted.service.ts → ',
      ],
      [
        'the Redis layer imports a module',
        'redis-stands-below-modules: src/redis/planted.reaction.ts → src/modules/users/index.ts',
      ],
      ['two files import each other', 'no-circular: src/modules/trading/planted.first.ts → '],
    ])('refuses that %s', (_, finding) => {
      expect(boundaries).toContain(`error ${finding}`);
    });

    it.each([
      ['process.env is read outside config/', 'planted.environment.ts', 'n/no-process-env'],
      ['something is any', 'planted.any.ts', '@typescript-eslint/no-explicit-any'],
      ['a promise is forgotten', 'planted.promise.ts', '@typescript-eslint/no-floating-promises'],
      ['a test runs alone', 'planted.spec.ts', 'Nothing runs alone'],
    ])('refuses that %s', (_, file, rule) => {
      // ESLint prints a file's path, its findings below it, and an empty line.
      const findings = lint.split('\n\n').find((block) => block.includes(`/${file}\n`));
      expect(findings).toContain(rule);
    });
  });
});
