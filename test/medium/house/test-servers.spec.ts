import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { dirname, resolve } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { eventually } from '../../support/eventually.js';
import { NodeProcess } from '../../support/processes.js';
import { createTestDatabase, startTestServers } from '../../support/servers/index.js';

const STARTER = pathToFileURL(
  resolve(import.meta.dirname, '../../support/servers/test-servers.mjs'),
);
const HOLD_SERVERS = `
  const { startTestServers } = await import(${JSON.stringify(STARTER.href)});
  const { urls } = await startTestServers(['redis', 'postgres']);
  console.log(JSON.stringify(urls));
  setInterval(() => {}, 60_000);
`;

/** The working folder of a Redis: it has to answer for that. */
async function redisFolder(url: string): Promise<string> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  // Nothing to close when this fails: disconnect() would wait 2 s for a socket that is gone.
  await redis.connect();
  try {
    const [, folder = ''] = (await redis.config('GET', 'dir')) as string[];
    return folder;
  } finally {
    redis.disconnect();
  }
}

async function queryPostgres(url: string, query: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    return (await client.query({ text: query, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

describe('the servers of the tests', () => {
  it('answer from the moment they are handed over until they are stopped', async () => {
    const { urls, stop } = await startTestServers(['redis', 'postgres']);
    expect(existsSync(await redisFolder(urls.redis!))).toBe(true);
    expect(await queryPostgres(urls.postgres!, 'select 1')).toEqual([1]);
    await stop();
    await expect(redisFolder(urls.redis!)).rejects.toThrow();
    await expect(queryPostgres(urls.postgres!, 'select 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('end with the process that started them, even when it is killed', async () => {
    const holder = new NodeProcess(['--input-type=module', '--eval', HOLD_SERVERS]);
    await holder.until(() => {
      if (!holder.stdout.includes('\n')) throw new Error('the servers are not up');
      return Promise.resolve();
    }, 30_000);
    const urls = JSON.parse(holder.stdout);
    const folder = await redisFolder(urls.redis);
    expect(existsSync(folder)).toBe(true);

    holder.kill('SIGKILL');
    await eventually(async () => {
      await expect(redisFolder(urls.redis)).rejects.toThrow();
      await expect(queryPostgres(urls.postgres, 'select 1')).rejects.toThrow('ECONNREFUSED');
      expect(existsSync(dirname(folder))).toBe(false);
    });
  });

  it('give every suite a database of its own, and take it away with its connections', async () => {
    const [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    await queryPostgres(first.url, 'create table mine ()');
    expect(await queryPostgres(second.url, "select to_regclass('mine')")).toEqual([null]);

    const connected = new pg.Client({ connectionString: first.url });
    const cut = new Promise((cutOff) => connected.on('error', cutOff));
    await connected.connect();
    await Promise.all([first.drop(), second.drop(), cut]);
    await expect(queryPostgres(first.url, 'select 1')).rejects.toThrow('does not exist');
  });
});
