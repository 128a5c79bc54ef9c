import { HOUR_MS, MINUTE_MS } from '../../../kernel/duration.js';
import type { Tag } from '../local/tag-table.js';
import type { CacheStore, StoredText } from './cache-store.js';

/** A tag outlives the entries that carry it by so much: it must not be what ends them. */
const TAG_MARGIN_MS = MINUTE_MS;
const MIN_TAG_LIFE_MS = HOUR_MS;
const NO_TAGS: Tag[] = [];

/** How long a tag is to be kept for entries of this TTL: long enough that it is seldom asked for again. */
export function tagLifeMs(ttlMs: number): number {
  return Math.max(2 * ttlMs, MIN_TAG_LIFE_MS) + 2 * TAG_MARGIN_MS;
}

/** As an entry says what it was written under. */
export function joinVersions(tags: readonly Tag[]): string {
  let text = tags[0]?.version ?? '';
  for (let i = 1; i < tags.length; i += 1) text += ` ${tags[i]?.version ?? ''}`;
  return text;
}

/** Whether a version is known of each of the `count` tags. */
export function areComplete(versions: string, count: number): boolean {
  return count === 0 || (versions !== '' && !` ${versions} `.includes('  '));
}

/** The tags of some entries whose versions are to be asked for. @param all none of those that are known is believed */
export function unknownTags(
  entries: readonly { readonly tags: readonly Tag[] }[],
  all: boolean,
): readonly Tag[] {
  let unknown: Tag[] = NO_TAGS;
  let before: readonly Tag[] = NO_TAGS;
  for (const { tags } of entries) {
    // Entries of one cache often carry the very same tags.
    if (tags === before) continue;
    before = tags;
    for (const tag of tags) {
      if (tag.version !== undefined && !all) continue;
      if (unknown === NO_TAGS) unknown = [];
      if (!unknown.includes(tag)) unknown.push(tag);
    }
  }
  return unknown;
}

/** Remembers what was read of some tags, as far as none was invalidated since the tick before. */
export function learnVersions(
  since: number,
  read: readonly Tag[],
  texts: readonly StoredText[],
): void {
  for (const [i, tag] of read.entries()) {
    if (tag.droppedAtTick <= since) tag.version = texts[i] ?? undefined;
  }
}

/** The versions of `tags`: those that were read, and for the rest those that are known. */
export function versionsAsRead(
  tags: readonly Tag[],
  read: readonly Tag[],
  texts: readonly StoredText[],
): string {
  if (read.length === 0) return joinVersions(tags);
  return tags
    .map((tag) => (read.includes(tag) ? texts[read.indexOf(tag)] : tag.version) ?? '')
    .join(' ');
}

/** Lets the tags live on that might end before an entry of this TTL. */
export async function keepTags(
  store: CacheStore,
  tags: readonly Tag[],
  ttlMs: number,
): Promise<void> {
  const nowMs = performance.now();
  const ending = tags.filter(({ keptUntilMs }) => keptUntilMs < nowMs + ttlMs + TAG_MARGIN_MS);
  if (ending.length === 0) return;
  const lifeMs = tagLifeMs(ttlMs);
  for (const tag of ending) tag.keptUntilMs = nowMs + lifeMs - TAG_MARGIN_MS;
  await store.keepTags(
    ending.map(({ name }) => name),
    lifeMs,
  );
}

/** Whether a version that was read just now is another than the one an entry was written under. */
export function isOutdated(
  tags: readonly Tag[],
  written: string,
  { versions, tagsRead }: { readonly versions: string; readonly tagsRead: readonly Tag[] },
): boolean {
  const [were, are] = [written.split(' '), versions.split(' ')];
  if (were.length !== are.length) return true;
  return tags.some((tag, i) => were[i] !== are[i] && tagsRead.includes(tag));
}
