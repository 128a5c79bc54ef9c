import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from '../../connection/create-client.js';

/** The `maxmemory-policy` of the server, or of each primary of a Cluster; undefined where one does not tell. */
export function evictionPolicies(client: RedisClient): Promise<(string | undefined)[]> {
  const servers = client instanceof Cluster ? client.nodes('master') : [client];
  return Promise.all(servers.map(evictionPolicy));
}

/** Hosted Redis often forbids CONFIG, and tells the same in INFO. */
async function evictionPolicy(server: Redis): Promise<string | undefined> {
  try {
    const answer = await server.config('GET', 'maxmemory-policy');
    if (Array.isArray(answer) && typeof answer[1] === 'string') return answer[1];
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  const info = await server.info('memory');
  return /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
}

/** The server answered, and the answer is no. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}
