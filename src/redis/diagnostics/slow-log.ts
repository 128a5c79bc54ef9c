export interface SlowQuery {
  /** Of the server, counting up. */
  readonly id: number;
  readonly at: Date;
  readonly durationMicros: number;
  /** Upper case: `EVALSHA`. */
  readonly command: string;
  /** The arguments as far as they may be shown; see {@link redactArgument}. */
  readonly arguments: readonly string[];
  readonly argumentCount: number;
  /** Name of the connection that sent it; null: it has none. */
  readonly client: string | null;
}

const SHOWN_ARGUMENTS = 8;

/** Reads the answer of SLOWLOG GET. @returns nothing for an entry of another shape */
export function parseSlowLog(answer: unknown, keyPrefix: string): SlowQuery[] {
  if (!Array.isArray(answer)) return [];
  return answer.flatMap((entry: unknown) => {
    if (!Array.isArray(entry)) return [];
    const [id, atSeconds, durationMicros, args, , client] = entry as unknown[];
    if (!Array.isArray(args) || args.length === 0) return [];
    const [command, ...rest] = args.map(String);
    return {
      id: Number(id),
      at: new Date(Number(atSeconds) * 1_000),
      durationMicros: Number(durationMicros),
      command: (command ?? '').toUpperCase(),
      arguments: rest.slice(0, SHOWN_ARGUMENTS).map((text) => redactArgument(text, keyPrefix)),
      argumentCount: rest.length,
      client: typeof client === 'string' && client !== '' ? client : null,
    };
  });
}

/** The latest first. @param queries of one server, or of all of a Cluster */
export function latestFirst(queries: readonly SlowQuery[], limit: number): SlowQuery[] {
  return [...queries]
    .sort((a, b) => b.at.getTime() - a.at.getTime() || b.id - a.id)
    .slice(0, limit);
}

/**
 * What may be shown of an argument: of a key of ours, which ability and namespace it is of; of all else,
 * which may be a value, a password or a token, nothing.
 */
export function redactArgument(text: string, keyPrefix: string): string {
  if (text.startsWith(`${keyPrefix}:`)) {
    const [, area = '', namespace = ''] = text.split(':');
    return area === 'cache' ? `${keyPrefix}:cache:${namespace}:*` : `${keyPrefix}:${area}:*`;
  }
  if (text.startsWith(`{${keyPrefix}}:q:`)) return `{${keyPrefix}}:q:${text.split(':')[2]}:*`;
  return '?';
}
