import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Agent, request } from 'node:http';
import { eventually } from '../support/eventually.js';
import { BourseProcess, NodeProcess } from '../support/processes.js';
import {
  createTestDatabase,
  createTestDataFolder,
  type TestDataFolder,
} from '../support/servers/index.js';

// Each test starts a process or several.
jest.setTimeout(120_000);

const ROOT = resolve(import.meta.dirname, '../..');

const stopped: BourseProcess[] = [];
const start = async (env: Record<string, string>, cwd?: string): Promise<BourseProcess> => {
  const bourse = await BourseProcess.start({ env, ...(cwd !== undefined && { cwd }) });
  stopped.push(bourse);
  return bourse;
};
afterEach(async () => {
  await Promise.all(stopped.splice(0).map((bourse) => bourse.stop()));
});

describe('the built application', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bourse-e2e-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('starts with nothing set, and prints where it is and the admin login once', async () => {
    const first = await start({}, folder);
    await eventually(() => expect(first.stdout).toContain(`API      ${first.url}/api`));
    expect(first.stdout).toContain(`Docs     ${first.url}/docs`);
    const [, email = '', password = ''] = /Admin\s+(\S+)\s+(\S+)/.exec(first.stdout) ?? [];
    const login = await fetch(`${first.url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    });
    expect(login.status).toBe(200);
    expect(await first.stop()).toEqual({ code: 0, signal: null });

    const second = await start({}, folder);
    await eventually(() => expect(second.stdout).toContain('Bourse is running'));
    expect(second.stdout).not.toContain('Admin ');
  });
});

describe('a start that cannot work', () => {
  let folder: TestDataFolder;
  beforeEach(() => {
    folder = createTestDataFolder();
  });
  afterEach(() => folder.remove());

  /** One line, exit code 1. */
  const expectRefusal = async (env: Record<string, string>, says: RegExp) => {
    const bourse = await BourseProcess.runToExit({
      env: { DATA_DIR: folder.path, PORT: '0', ...env },
    });
    expect({ ...(await bourse.exited), stderr: bourse.stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(says),
    });
    expect(bourse.stderr.trim().split('\n')).toHaveLength(1);
    expect(bourse.stdout).not.toMatch(/"level":"(error|fatal)"/);
    expect(bourse.stderr).toMatch(/^bourse: /);
  };

  it('names a bad variable', () => expectRefusal({ PORT: 'abc' }, /PORT/));

  it('names a port in use', async () => {
    const occupant = createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => occupant.once('listening', listening));
    const { port } = occupant.address() as AddressInfo;
    await expectRefusal({ PORT: String(port) }, new RegExp(`127\\.0\\.0\\.1:${port} is in use`));
    await new Promise((closed) => occupant.close(closed));
  });

  it('keeps the generated admin password for the start that can show it', async () => {
    const occupant = createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => occupant.once('listening', listening));
    const { port } = occupant.address() as AddressInfo;
    await expectRefusal({ PORT: String(port) }, /is in use/);
    await new Promise((closed) => occupant.close(closed));
    const bourse = await start({ DATA_DIR: folder.path });
    await eventually(() => expect(bourse.stdout).toMatch(/Admin\s+admin@bourse\.local\s+\S{20}/));
  });

  it('names a data folder in use, and who uses it', async () => {
    const holder = await start({ DATA_DIR: folder.path });
    await expectRefusal({}, new RegExp(`in use by another process \\(pid ${holder.pid}\\)`));
    expect((await fetch(`${holder.url}/health/ready`)).status).toBe(200);
  });

  it('names a database that does not answer', () =>
    expectRefusal(
      { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' },
      /cannot reach PostgreSQL/,
    ));

  it('names a replay folder without bars', () =>
    expectRefusal(
      { MARKET_PROVIDER: 'replay', MARKET_REPLAY_DIR: folder.path },
      /MARKET_REPLAY_DIR|\.csv|replay/i,
    ));
});

describe('the commands', () => {
  const command = async (name: string, env: Record<string, string>, ...args: string[]) => {
    const run = new NodeProcess([join(ROOT, `dist/app/commands/${name}.js`), ...args], { env });
    return { ...(await run.exited), stdout: run.stdout, stderr: run.stderr };
  };

  it('db:migrate makes the tables, once', async () => {
    const database = await createTestDatabase();
    const env = { DATABASE_URL: database.url };
    const first = await command('migrate', env, '--json');
    expect(JSON.parse(first.stdout)).toEqual({ database: 'postgres', applied: expect.any(Number) });
    expect((await command('migrate', env)).stdout).toBe('postgres: 0 migration(s) applied\n');
    await database.drop();
  });

  it('seed makes a trader with filled orders, once', async () => {
    const folder = createTestDataFolder();
    const first = await command('seed', { DATA_DIR: folder.path }, '--json');
    expect(JSON.parse(first.stdout)).toMatchObject({
      created: true,
      orders: 5,
      password: expect.any(String),
    });
    expect(
      JSON.parse((await command('seed', { DATA_DIR: folder.path }, '--json')).stdout),
    ).toMatchObject({ created: false });
    folder.remove();
  });

  it('explain themselves, and refuse what they do not know', async () => {
    expect(await command('migrate', {}, '--help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('migrations'),
    });
    const unknown = await command('migrate', {}, '--fast');
    expect(unknown).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^db:migrate: .*--fast.*\n$/),
    });
  });
});

describe('an end', () => {
  let folder: TestDataFolder;
  beforeEach(() => {
    folder = createTestDataFolder();
  });
  // Its process first.
  afterEach(async () => {
    await Promise.all(stopped.splice(0).map((bourse) => bourse.stop()));
    folder.remove();
  });

  it('takes over the data folder of a process that was killed, with all it had acknowledged', async () => {
    const killed = await start({ DATA_DIR: folder.path, ADMIN_PASSWORD: 'a long enough password' });
    // The banner comes last: by then the account is stored, and its storing acknowledged.
    await eventually(() => expect(killed.stdout).toContain('Bourse is running'));
    killed.kill('SIGKILL');
    await killed.exited;
    expect(readFileSync(join(folder.path, 'bourse.lock'), 'utf8').trim()).toBe(String(killed.pid));
    const heir = await start({ DATA_DIR: folder.path });
    const login = await fetch(`${heir.url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'admin@bourse.local', password: 'a long enough password' }),
    });
    expect(login.status).toBe(200);
  });

  it('tells a busy client to leave, and cuts none of its requests off', async () => {
    const bourse = await start({ DATA_DIR: folder.path });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = () =>
      new Promise<string | undefined>((answered, failed) => {
        request(`${bourse.url}/health/live`, { agent }, (response) => {
          response.resume().once('end', () => answered(response.headers.connection));
        })
          .once('error', failed)
          .end();
      });
    await ask();
    bourse.kill('SIGTERM');
    // An error of any of them, such as a reset connection, fails the test.
    let farewell: string | undefined;
    while (farewell !== 'close') farewell = await ask();
    expect(await bourse.exited).toEqual({ code: 0, signal: null });
    agent.destroy();
  });

  it('comes at once on SIGTERM, although a client keeps its connection open', async () => {
    const bourse = await start({ DATA_DIR: folder.path });
    const agent = new Agent({ keepAlive: true });
    const ask = () =>
      new Promise<string | undefined>((answered, failed) => {
        request(`${bourse.url}/health/live`, { agent }, (response) => {
          response.resume().once('end', () => answered(response.headers.connection));
        })
          .once('error', failed)
          .end();
      });
    expect(await ask()).not.toBe('close');
    const since = Date.now();
    expect(await bourse.stop()).toEqual({ code: 0, signal: null });
    // A connection that nobody ends is kept for longer.
    expect(Date.now() - since).toBeLessThan(20_000);
    agent.destroy();
  });
});
