// @ts-check
/** @import { Api } from './client.mjs' */
/** @import { Story } from './story.mjs' */
import { check } from './client.mjs';

/** @typedef {{ name: string, namespace: string, ttlMs: number, overridden: boolean, hitRatePercent: number | null }} CacheFigure */
/** @typedef {{ link: { state: string, owedInvalidations: number }, items: CacheFigure[], namespaces: object[] }} CacheList */

const CACHES = '/api/admin/caches';
const NAME = 'users.profile';
const TTL_MS = 5_000;

/**
 * An admin looks into the caches, changes a TTL and takes it back, and drops what is kept of the trader.
 * @param {{ api: Api, story: Story }} desk @param {Api} admin
 */
export async function caches({ api, story }, admin) {
  await api.refused('GET', CACHES, [403]);
  /** @type {CacheList} */
  const list = await admin.get(CACHES);
  const { items, namespaces, link } = list;
  story.tell(
    'cache-list',
    `${items.length} caches in ${namespaces.length} namespaces; this process is ${link.state}`,
    { caches: items },
  );
  /** @type {{ items: { cache: string, reads: number }[] }} */
  const hot = await admin.get(`${CACHES}/hot-keys?limit=3`);
  const read = hot.items.map(({ cache, reads }) => `${cache} about ${reads} times`);
  story.tell('hot-keys', read.join(', ') || 'nothing was read often yet', { hot });
  await changeTtl(story, admin);

  /** @type {{ id: string }} */
  const { id } = await api.get('/api/users/me');
  /** @type {{ complete: boolean }} */
  const { complete } = await admin.post(`${CACHES}/invalidations`, { user: id }, [200, 202]);
  const where = complete ? 'in every process' : 'here, and elsewhere once Redis is back';
  story.tell('invalidation', `all that was cached of the trader is dropped ${where}`);
  await api.get('/api/users/me');
}

/** @param {Story} story @param {Api} admin */
async function changeTtl(story, admin) {
  try {
    /** @type {CacheFigure} */
    const changed = await admin.patch(`${CACHES}/${NAME}`, { ttlMs: TTL_MS });
    check(changed.ttlMs === TTL_MS, `${NAME} lives ${changed.ttlMs} ms instead of ${TTL_MS}`);
    story.tell('ttl', `${NAME} now lives ${TTL_MS / 1_000} s, in every process`, { changed });
  } finally {
    /** @type {CacheFigure} */
    const restored = await admin.patch(`${CACHES}/${NAME}`, { ttlMs: null });
    check(!restored.overridden, `${NAME} did not get its own TTL back`);
    story.tell('ttl', `and ${restored.ttlMs / 60_000} min again, as declared`);
  }
}
