export interface ConnectedClient {
  readonly id: number;
  /** `host:port`. */
  readonly address: string;
  /** null: it has not told. */
  readonly name: string | null;
  readonly user: string | null;
  readonly ageSeconds: number;
  readonly idleSeconds: number;
  readonly database: number;
  /** Name of the last command, `client|list`. */
  readonly lastCommand: string | null;
  readonly memoryBytes: number | null;
  /** A connection of this application (any instance of the same key prefix). */
  readonly own: boolean;
}

export interface ClientList {
  readonly total: number;
  /** Those that are idle for the shortest time first. */
  readonly items: readonly ConnectedClient[];
}

/** Reads CLIENT LIST: a line per client, `name=value` with blanks between. */
export function parseClientList(text: string, keyPrefix: string): ConnectedClient[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('id='))
    .map((line) => toClient(fieldsOf(line.trimEnd()), keyPrefix));
}

/** @param clients of one server, or of all of a Cluster */
export function toClientList(clients: readonly ConnectedClient[], limit: number): ClientList {
  const items = [...clients].sort((a, b) => a.idleSeconds - b.idleSeconds || a.id - b.id);
  return { total: clients.length, items: items.slice(0, limit) };
}

function toClient(fields: ReadonlyMap<string, string>, keyPrefix: string): ConnectedClient {
  const name = fields.get('name') || null;
  const memoryBytes = Number(fields.get('tot-mem') ?? Number.NaN);
  return {
    id: Number(fields.get('id')),
    address: fields.get('addr') ?? '',
    name,
    user: fields.get('user') ?? null,
    ageSeconds: Number(fields.get('age') ?? 0),
    idleSeconds: Number(fields.get('idle') ?? 0),
    database: Number(fields.get('db') ?? 0),
    lastCommand: fields.get('cmd') ?? null,
    memoryBytes: Number.isFinite(memoryBytes) ? memoryBytes : null,
    // A worker's blocking connection is named by BullMQ: the queue prefix, then the queue.
    own:
      name !== null && (name.startsWith(`${keyPrefix}-`) || name.startsWith(`{${keyPrefix}}:q:`)),
  };
}

function fieldsOf(line: string): ReadonlyMap<string, string> {
  return new Map(
    line.split(' ').map((field) => {
      const equals = field.indexOf('=');
      return [field.slice(0, equals), field.slice(equals + 1)];
    }),
  );
}
