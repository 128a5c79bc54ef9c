import { areClean, type Tag } from './tag-table.js';

/** What the process knows of one key. */
export interface LocalValue {
  /** undefined: it is known that there is nothing. */
  readonly value: unknown;
  /** The same as a promise, made by the first hit: all further ones hand it out and allocate nothing. */
  answer: Promise<unknown> | undefined;
  /** On the monotonic clock, as all times here. Up to it, readers get the value. */
  readonly freshUntilMs: number;
  /** Up to it the value can step in for a source that fails. */
  readonly keptUntilMs: number;
  readonly tags: readonly Tag[];
  /** The tick before its source was asked. */
  readonly since: number;
  readonly bytes: number;
  /** When its source was asked, by the clock of who did; ms since 1970. */
  readonly writtenAtMs: number;
  /** Of the cache that it belongs to. */
  readonly usage: LocalUsage;
}

/** What one cache has in the process. */
export interface LocalUsage {
  entries: number;
  bytes: number;
  /** Entries that made room for others. */
  evictions: number;
}

interface Node {
  readonly key: string;
  readonly index: LocalIndex;
  held: LocalValue;
  newer: Node | undefined;
  older: Node | undefined;
}

/** The local entries of one namespace, by their key within it. */
export interface LocalIndex {
  readonly nodes: Map<string, Node>;
}

/** For how many keys it is remembered that they were asked for, per entry that there is room for. */
const ASKED_PER_ENTRY = 2;

/** An entry costs so much beside its value: node, map slot, promise. */
const ENTRY_OVERHEAD_BYTES = 300;

/**
 * The tier in the process: least recently used out first, bounded by entries and by bytes over all caches. It
 * holds frozen values and hands them out as they are: a copy per hit would cost more than the hit.
 *
 * Our own list instead of lru-cache: namespaces have maps of their own, so that a hit needs no key with the
 * namespace in front, and the time is asked for once per hit, by the caller.
 */
export class LocalTier {
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #indexes = new Map<string, LocalIndex>();
  /** Keys asked for lately, by their hash: a power of two of them. */
  readonly #asked: Uint32Array;
  #newest: Node | undefined;
  #oldest: Node | undefined;
  #entries = 0;
  #bytes = 0;

  constructor(limits: { readonly maxEntries: number; readonly maxBytes: number }) {
    this.#maxEntries = limits.maxEntries;
    this.#maxBytes = limits.maxBytes;
    this.#asked = new Uint32Array(
      2 ** Math.ceil(Math.log2(Math.max(1, ASKED_PER_ENTRY * limits.maxEntries))),
    );
  }

  get entries(): number {
    return this.#entries;
  }

  get bytes(): number {
    return this.#bytes;
  }

  index(namespace: string): LocalIndex {
    const known = this.#indexes.get(namespace);
    if (known !== undefined) return known;
    const index = { nodes: new Map<string, Node>() };
    this.#indexes.set(namespace, index);
    return index;
  }

  /** What is kept of the key, be it past its end, unless it was invalidated. */
  get(index: LocalIndex, key: string): LocalValue | undefined {
    const node = index.nodes.get(key);
    if (node === undefined) return undefined;
    const { held } = node;
    if (!areClean(held.tags, held.since)) {
      this.#remove(node);
      return undefined;
    }
    if (node !== this.#newest) {
      this.#unlink(node);
      this.#link(node);
    }
    return held;
  }

  /**
   * Whether a value that the store has is worth a place here: when there is room, or the key was asked for before,
   * about as lately as what is kept. A walk through many keys, each read once, then pushes out nothing, and costs half.
   */
  admits(key: string): boolean {
    if (this.#entries < this.#maxEntries) return true;
    const hash = hashOf(key);
    const slot = hash & (this.#asked.length - 1);
    if (this.#asked[slot] === hash) return true;
    this.#asked[slot] = hash;
    return false;
  }

  put(index: LocalIndex, key: string, held: LocalValue): void {
    const cost = held.bytes + ENTRY_OVERHEAD_BYTES;
    const known = index.nodes.get(key);
    if (known !== undefined) this.#remove(known);
    if (cost > this.#maxBytes || this.#maxEntries < 1) return;
    const node: Node = { key, index, held, newer: undefined, older: undefined };
    index.nodes.set(key, node);
    this.#link(node);
    this.#count(node, 1);
    while (this.#entries > this.#maxEntries || this.#bytes > this.#maxBytes) this.#evict();
  }

  /** @param name `<namespace>:<key>` */
  delete(name: string): void {
    this.deleteOlder(name, Infinity);
  }

  /** {@link delete} of what was looked for before the tick `since`. */
  deleteOlder(name: string, since: number): void {
    const colon = name.indexOf(':');
    const node = this.#indexes.get(name.slice(0, colon))?.nodes.get(name.slice(colon + 1));
    if (node !== undefined && node.held.since < since) this.#remove(node);
  }

  clear(): void {
    for (const { nodes } of this.#indexes.values()) {
      for (const node of nodes.values()) this.#remove(node);
    }
  }

  /** The keys that are kept of a namespace, at this moment. */
  keys(namespace: string): readonly string[] {
    return [...(this.#indexes.get(namespace)?.nodes.keys() ?? [])];
  }

  #evict(): void {
    const node = this.#oldest;
    if (node === undefined) return;
    this.#remove(node);
    node.held.usage.evictions += 1;
  }

  #remove(node: Node): void {
    node.index.nodes.delete(node.key);
    this.#unlink(node);
    this.#count(node, -1);
  }

  #count({ held }: Node, by: 1 | -1): void {
    const bytes = by * (held.bytes + ENTRY_OVERHEAD_BYTES);
    this.#entries += by;
    this.#bytes += bytes;
    held.usage.entries += by;
    held.usage.bytes += bytes;
  }

  #link(node: Node): void {
    node.newer = undefined;
    node.older = this.#newest;
    if (this.#newest !== undefined) this.#newest.newer = node;
    this.#newest = node;
    this.#oldest ??= node;
  }

  #unlink(node: Node): void {
    if (node.newer === undefined) this.#newest = node.older;
    else node.newer.older = node.older;
    if (node.older === undefined) this.#oldest = node.newer;
    else node.older.newer = node.newer;
  }
}

/** FNV-1a, 32 bits (Fowler, Noll and Vo). */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i += 1) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
