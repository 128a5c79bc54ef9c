/** What INFO tells. Of a Cluster: sums over its primaries, and of what cannot be summed the worst. */
export interface RedisServerInfo {
  readonly version: string;
  /** `standalone`, `cluster` or `sentinel`. */
  readonly mode: string;
  readonly uptimeSeconds: number;
  /** Servers that the figures come from. */
  readonly nodes: number;
  readonly memory: {
    readonly usedBytes: number;
    readonly peakBytes: number;
    /** null: no limit but the machine's. */
    readonly maxBytes: number | null;
    readonly fragmentationRatio: number | null;
    readonly evictionPolicy: string | null;
  };
  readonly clients: {
    readonly connected: number;
    readonly blocked: number;
    readonly max: number | null;
  };
  readonly performance: {
    readonly operationsPerSecond: number;
    readonly commands: number;
    readonly inputBytes: number;
    readonly outputBytes: number;
    readonly rejectedConnections: number;
  };
  readonly keyspace: {
    readonly keys: number;
    /** Of the keys: those that have an end. */
    readonly expiring: number;
    readonly expired: number;
    readonly evicted: number;
    readonly hits: number;
    readonly misses: number;
  };
}

type Fields = ReadonlyMap<string, string>;

/** Reads the text of INFO. What a server does not tell (hosted ones hide parts) is 0, or null where the type says so. */
export function parseServerInfo(text: string): RedisServerInfo {
  const fields = fieldsOf(text);
  const databases = [...fields].filter(([name]) => /^db\d+$/.test(name)).map(([, value]) => value);
  return {
    version: fields.get('redis_version') ?? 'unknown',
    mode: fields.get('redis_mode') ?? 'standalone',
    uptimeSeconds: count(fields, 'uptime_in_seconds'),
    nodes: 1,
    memory: {
      usedBytes: count(fields, 'used_memory'),
      peakBytes: count(fields, 'used_memory_peak'),
      maxBytes: count(fields, 'maxmemory') || null,
      fragmentationRatio: figure(fields, 'mem_fragmentation_ratio'),
      evictionPolicy: fields.get('maxmemory_policy') ?? null,
    },
    clients: {
      connected: count(fields, 'connected_clients'),
      blocked: count(fields, 'blocked_clients'),
      max: count(fields, 'maxclients') || null,
    },
    performance: {
      operationsPerSecond: count(fields, 'instantaneous_ops_per_sec'),
      commands: count(fields, 'total_commands_processed'),
      inputBytes: count(fields, 'total_net_input_bytes'),
      outputBytes: count(fields, 'total_net_output_bytes'),
      rejectedConnections: count(fields, 'rejected_connections'),
    },
    keyspace: {
      keys: sum(databases.map((database) => partOf(database, 'keys'))),
      expiring: sum(databases.map((database) => partOf(database, 'expires'))),
      expired: count(fields, 'expired_keys'),
      evicted: count(fields, 'evicted_keys'),
      hits: count(fields, 'keyspace_hits'),
      misses: count(fields, 'keyspace_misses'),
    },
  };
}

/** Of several servers that are one store. @param infos at least one */
export function joinServerInfo(infos: readonly RedisServerInfo[]): RedisServerInfo {
  const [first] = infos;
  if (first === undefined) return parseServerInfo('');
  if (infos.length === 1) return first;
  const total = (of: (info: RedisServerInfo) => number): number => sum(infos.map(of));
  const totalOrNull = (of: (info: RedisServerInfo) => number | null): number | null =>
    infos.some((info) => of(info) === null) ? null : total((info) => of(info) ?? 0);
  const ratios = infos.flatMap(({ memory }) => memory.fragmentationRatio ?? []);
  return {
    version: first.version,
    mode: first.mode,
    uptimeSeconds: Math.min(...infos.map(({ uptimeSeconds }) => uptimeSeconds)),
    nodes: total(({ nodes }) => nodes),
    memory: {
      usedBytes: total(({ memory }) => memory.usedBytes),
      peakBytes: total(({ memory }) => memory.peakBytes),
      maxBytes: totalOrNull(({ memory }) => memory.maxBytes),
      fragmentationRatio: ratios.length > 0 ? Math.max(...ratios) : null,
      evictionPolicy: first.memory.evictionPolicy,
    },
    clients: {
      connected: total(({ clients }) => clients.connected),
      blocked: total(({ clients }) => clients.blocked),
      max: totalOrNull(({ clients }) => clients.max),
    },
    performance: {
      operationsPerSecond: total(({ performance }) => performance.operationsPerSecond),
      commands: total(({ performance }) => performance.commands),
      inputBytes: total(({ performance }) => performance.inputBytes),
      outputBytes: total(({ performance }) => performance.outputBytes),
      rejectedConnections: total(({ performance }) => performance.rejectedConnections),
    },
    keyspace: {
      keys: total(({ keyspace }) => keyspace.keys),
      expiring: total(({ keyspace }) => keyspace.expiring),
      expired: total(({ keyspace }) => keyspace.expired),
      evicted: total(({ keyspace }) => keyspace.evicted),
      hits: total(({ keyspace }) => keyspace.hits),
      misses: total(({ keyspace }) => keyspace.misses),
    },
  };
}

function fieldsOf(text: string): Fields {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(':'));
  return new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1)];
    }),
  );
}

function figure(fields: Fields, name: string): number | null {
  const text = fields.get(name);
  const value = Number(text);
  return text === undefined || text === '' || !Number.isFinite(value) ? null : value;
}

function count(fields: Fields, name: string): number {
  return figure(fields, name) ?? 0;
}

/** Of `keys=12,expires=3,avg_ttl=0`. */
function partOf(database: string, name: string): number {
  const value = Number(new RegExp(`(?:^|,)${name}=(\\d+)`).exec(database)?.[1]);
  return Number.isFinite(value) ? value : 0;
}

function sum(figures: readonly number[]): number {
  return figures.reduce((total, value) => total + value, 0);
}
