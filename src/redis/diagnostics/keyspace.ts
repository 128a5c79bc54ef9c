import type { Redis } from 'ioredis';

export interface NamespaceUsage {
  readonly namespace: string;
  readonly keys: number;
  readonly bytes: number;
}

/** What the caches of this application keep in Redis. */
export interface KeyspaceReport {
  readonly keys: number;
  readonly bytes: number;
  /** The largest first. */
  readonly namespaces: readonly NamespaceUsage[];
  readonly asOf: Date;
  /** false: the scan was ended by its limits, and there is more than this. */
  readonly complete: boolean;
}

export interface ScanLimits {
  readonly maxKeys: number;
  readonly maxMs: number;
  readonly signal?: AbortSignal;
}

const PAGE = 500;

/**
 * Walks the keys that match, server by server, a page at a time; other commands go on between two pages.
 * SCAN may show a key twice while the table is resized: counts are close, not exact.
 * @returns false when the limits ended it
 */
export async function scanKeys(
  nodes: readonly Redis[],
  pattern: string,
  { maxKeys, maxMs, signal }: ScanLimits,
  visit: (node: Redis, keys: string[]) => Promise<void>,
): Promise<boolean> {
  const deadlineMs = performance.now() + maxMs;
  let seen = 0;
  for (const node of nodes) {
    let cursor = '0';
    do {
      if (seen >= maxKeys || performance.now() > deadlineMs || signal?.aborted) return false;
      const [next, keys] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', PAGE);
      cursor = next;
      seen += keys.length;
      if (keys.length > 0) await visit(node, keys);
    } while (cursor !== '0');
  }
  return true;
}

/** The namespace of a cache key, `{prefix}:cache:{namespace}:…`; the tags of all caches are one of their own, `~tag`. */
export function namespaceOf(key: string): string {
  return key.split(':')[2] ?? '';
}

/** Counts keys and bytes per namespace. */
export class KeyspaceCount {
  readonly #usage = new Map<string, { keys: number; bytes: number }>();

  add(key: string, bytes: number): void {
    const namespace = namespaceOf(key);
    const usage = this.#usage.get(namespace) ?? { keys: 0, bytes: 0 };
    usage.keys += 1;
    usage.bytes += bytes;
    this.#usage.set(namespace, usage);
  }

  report(complete: boolean, asOf: Date): KeyspaceReport {
    const namespaces = [...this.#usage].map(([namespace, usage]) => ({ namespace, ...usage }));
    return {
      keys: namespaces.reduce((total, { keys }) => total + keys, 0),
      bytes: namespaces.reduce((total, { bytes }) => total + bytes, 0),
      namespaces: namespaces.sort((a, b) => b.bytes - a.bytes),
      asOf,
      complete,
    };
  }
}

/** A glob that matches the text itself and nothing else. */
export function globOf(text: string): string {
  return text.replace(/[\\*?[\]^-]/g, '\\$&');
}
