import '../../support/quiet.js';
import { parseConfig } from '../../../src/config/config.js';
import { RedisConnections } from '../../../src/redis/connection/redis-connections.js';
import { refuseEviction } from '../../../src/redis/queues/bullmq/eviction-policy.js';
import { startTestServers, type TestServers } from '../../support/servers/index.js';

describe('the queue Redis', () => {
  let servers: TestServers;
  let admin: RedisConnections;
  const opened: RedisConnections[] = [];

  const connectTo = async (url: string) => {
    const connections = new RedisConnections(parseConfig({ REDIS_URL: url }));
    opened.push(connections);
    const client = connections.create('queue');
    await connections.waitUntilReady(client);
    return client;
  };

  beforeAll(async () => {
    servers = await startTestServers(['redis']);
    admin = new RedisConnections(parseConfig({ REDIS_URL: servers.urls.redis }));
    await admin.waitUntilReady(admin.command);
  });

  afterAll(async () => {
    await Promise.all([admin, ...opened].map((connections) => connections.onApplicationShutdown()));
    await servers.stop();
  });

  const setPolicy = (policy: string) => admin.command.config('SET', 'maxmemory-policy', policy);

  it('is good when it evicts nothing', async () => {
    await setPolicy('noeviction');
    await expect(
      refuseEviction(await connectTo(servers.urls.redis ?? ''), true),
    ).resolves.toBeUndefined();
  });

  it.each(['allkeys-lru', 'volatile-ttl'])(
    'is refused in production when its policy is %s',
    async (policy) => {
      await setPolicy(policy);
      const client = await connectTo(servers.urls.redis ?? '');
      await expect(refuseEviction(client, true)).rejects.toMatchObject({
        code: 'queue.redis_evicts',
        message: expect.stringContaining(policy),
      });
      await expect(refuseEviction(client, false)).resolves.toBeUndefined();
    },
  );

  it('is asked in another way when CONFIG is forbidden', async () => {
    await setPolicy('allkeys-lru');
    await admin.command.call(
      'ACL',
      'SETUSER',
      'app',
      'on',
      '>secret',
      '~*',
      '&*',
      '+@all',
      '-config',
    );
    const url = new URL(servers.urls.redis ?? '');
    url.username = 'app';
    url.password = 'secret';
    const client = await connectTo(url.href);
    await expect(client.config('GET', 'maxmemory-policy')).rejects.toThrow(/NOPERM/);
    await expect(refuseEviction(client, true)).rejects.toMatchObject({
      code: 'queue.redis_evicts',
    });
  });

  it('does not keep the application from starting when it cannot be asked', async () => {
    const client = await connectTo(servers.urls.redis ?? '');
    client.disconnect();
    await expect(refuseEviction(client, true)).resolves.toBeUndefined();
  });
});
