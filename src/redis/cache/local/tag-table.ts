import { LRUCache } from 'lru-cache';

/** Tags beyond this number are forgotten, the least used first, and with them what they hold together. */
const MAX_TAGS = 20_000;

/** Begins the names that are not of entries: no namespace begins with it. */
const TAG_STEM = '~tag:';
/** Carried by every entry of all caches. */
export const EVERYTHING = `${TAG_STEM}~all`;

/** A tag as this process knows it. Entries point to it, so that their check is a comparison, not a look-up. */
export interface Tag {
  readonly name: string;
  /** The {@link TagTable} tick of its last invalidation; Infinity: it was forgotten. */
  droppedAtTick: number;
  /** What entries in the store are written under; undefined: to be asked for. */
  version: string | undefined;
  /** Until when the store is known to keep it, on the monotonic clock. */
  keptUntilMs: number;
}

/** A tag of a declaration, whatever it is made of, is never one of ours. */
export function tagName(tag: string): string {
  return tag.startsWith('~') ? `${TAG_STEM}~${tag}` : TAG_STEM + tag;
}

export function namespaceTagName(namespace: string): string {
  return `${TAG_STEM}~namespace:${namespace}`;
}

export function isTagName(name: string): boolean {
  return name.startsWith(TAG_STEM);
}

/**
 * The tags in use, and a tick that every invalidation moves. Who noted the tick before a look-up can tell
 * afterwards whether what was found is still good.
 *
 * Bounded: a tag that is forgotten counts as invalidated, so an entry may be dropped without need, but never
 * kept wrongly.
 */
export class TagTable {
  readonly #tags: LRUCache<string, Tag>;
  readonly #pinned = new Map<string, Tag>();
  #tick = 0;

  constructor(maxTags: number = MAX_TAGS) {
    this.#tags = new LRUCache({
      max: maxTags,
      dispose: (tag) => {
        tag.droppedAtTick = Infinity;
      },
    });
  }

  get tick(): number {
    return this.#tick;
  }

  /** Moves the tick for what is not a tag. */
  advance(): number {
    this.#tick += 1;
    return this.#tick;
  }

  of(name: string): Tag {
    const known = this.#tags.get(name);
    if (known !== undefined) return known;
    const tag = newTag(name);
    this.#tags.set(name, tag);
    return tag;
  }

  /** One that is never forgotten: for the few that every entry of a kind carries. */
  pin(name: string): Tag {
    const tag = this.#pinned.get(name) ?? newTag(name);
    this.#pinned.set(name, tag);
    return tag;
  }

  drop(name: string): void {
    const tick = this.advance();
    const tag = this.#pinned.get(name) ?? this.#tags.peek(name);
    if (tag === undefined) return;
    forget(tag, tick);
  }

  /** Versions may have changed unheard. */
  forgetVersions(): void {
    const tick = this.advance();
    for (const tag of [...this.#pinned.values(), ...this.#tags.values()]) forget(tag, tick);
  }
}

function newTag(name: string): Tag {
  return { name, droppedAtTick: 0, version: undefined, keptUntilMs: 0 };
}

function forget(tag: Tag, tick: number): void {
  tag.droppedAtTick = tick;
  tag.version = undefined;
  // What the store keeps from now on is another one, and lives as long as who made it wanted.
  tag.keptUntilMs = 0;
}

/** Whether none of `tags` was invalidated after the tick `since`. */
export function areClean(tags: readonly Tag[], since: number): boolean {
  for (const tag of tags) if (tag.droppedAtTick > since) return false;
  return true;
}
