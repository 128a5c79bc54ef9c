import { joinServerInfo, parseServerInfo } from './server-info.js';

const INFO = [
  '# Server',
  'redis_version:7.0.15',
  'redis_mode:standalone',
  'executable:/usr/bin/redis-server',
  'uptime_in_seconds:86400',
  '# Clients',
  'connected_clients:5',
  'maxclients:10000',
  'blocked_clients:1',
  '# Memory',
  'used_memory:5242880',
  'used_memory_peak:6000000',
  'maxmemory:0',
  'maxmemory_policy:noeviction',
  'mem_fragmentation_ratio:1.25',
  '# Stats',
  'total_commands_processed:10000',
  'instantaneous_ops_per_sec:12',
  'keyspace_hits:855',
  'keyspace_misses:145',
  'expired_keys:7',
  'evicted_keys:0',
  '# Keyspace',
  'db0:keys=12,expires=3,avg_ttl=0',
  'db2:keys=8,expires=8,avg_ttl=100',
  '',
].join('\r\n');

describe('the figures of a server', () => {
  it('are read from INFO, all databases together', () => {
    expect(parseServerInfo(INFO)).toMatchObject({
      version: '7.0.15',
      mode: 'standalone',
      uptimeSeconds: 86_400,
      memory: {
        usedBytes: 5_242_880,
        maxBytes: null,
        fragmentationRatio: 1.25,
        evictionPolicy: 'noeviction',
      },
      clients: { connected: 5, blocked: 1, max: 10_000 },
      performance: { operationsPerSecond: 12, commands: 10_000 },
      keyspace: { keys: 20, expiring: 11, hits: 855, misses: 145, expired: 7 },
    });
  });

  it('are zero or null where a server does not tell', () => {
    expect(parseServerInfo('redis_version:8.0.0\nused_memory:x\n')).toMatchObject({
      version: '8.0.0',
      memory: { usedBytes: 0, maxBytes: null, fragmentationRatio: null, evictionPolicy: null },
      clients: { max: null },
    });
  });

  it('are added up over a Cluster, and the worst of what cannot be', () => {
    const limited = parseServerInfo(INFO.replace('maxmemory:0', 'maxmemory:8000000'));
    const fragmented = parseServerInfo(
      INFO.replace('maxmemory:0', 'maxmemory:8000000')
        .replace('ratio:1.25', 'ratio:3')
        .replace('uptime_in_seconds:86400', 'uptime_in_seconds:5'),
    );
    expect(joinServerInfo([limited, fragmented])).toMatchObject({
      nodes: 2,
      uptimeSeconds: 5,
      memory: { usedBytes: 10_485_760, maxBytes: 16_000_000, fragmentationRatio: 3 },
      keyspace: { keys: 40, hits: 1_710 },
    });
    expect(joinServerInfo([limited, parseServerInfo(INFO)]).memory.maxBytes).toBeNull();
  });
});
