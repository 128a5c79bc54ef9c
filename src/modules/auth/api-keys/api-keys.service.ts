import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { isId, newId } from '../../../kernel/ids.js';
import { LiveConnections } from '../../../realtime/index.js';
import { Caches, type Cache } from '../../../redis/index.js';
import { apiKeyHash, newApiKeyToken } from './api-key-token.js';
import { apiKeyCache, type StoredApiKey } from './api-keys.caches.js';
import type { ApiKey, CreateApiKey, CreatedApiKey } from './api-keys.dto.js';
import { apiKeyEndsTooEarly, apiKeyNotFound, tooManyApiKeys } from './api-keys.errors.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import type { ApiKeyRow } from './api-keys.table.js';

const MAX_KEYS = 20;

/** Keys by which programs of a user call, without a sign-in. */
@Injectable()
export class ApiKeysService {
  readonly #stored: Cache<{ readonly hash: string }, StoredApiKey>;

  constructor(
    private readonly database: Database,
    private readonly keys: ApiKeysRepository,
    private readonly live: LiveConnections,
    @Inject(Clock) private readonly clock: Clock,
    caches: Caches,
  ) {
    this.#stored = caches.use(apiKeyCache);
  }

  /** @throws AppError `auth.api_key_ends_too_early`; `auth.too_many_api_keys` */
  async create(
    userId: string,
    { name, scopes, expiresAt }: Omit<CreateApiKey, 'currentPassword'>,
  ): Promise<CreatedApiKey> {
    const endsAt = expiresAt === undefined ? null : new Date(expiresAt);
    if (endsAt !== null && endsAt <= this.#now()) throw apiKeyEndsTooEarly();
    const key = newApiKeyToken();
    const row: ApiKeyRow = {
      id: newId(),
      userId,
      name,
      hash: apiKeyHash(key),
      scopes,
      createdAt: this.#now(),
      expiresAt: endsAt,
      lastUsedAt: null,
    };
    await this.database.transaction(async ({ sql }) => {
      if ((await this.keys.lockAndCount(sql, userId)) >= MAX_KEYS) throw tooManyApiKeys(MAX_KEYS);
      await this.keys.insert(sql, row);
    });
    return { ...toView(row), key };
  }

  /** Latest first. */
  async list(userId: string): Promise<ApiKey[]> {
    return (await this.keys.list(userId)).map(toView);
  }

  /** At once and everywhere: it opens nothing from the answer on, and its sockets close. @throws AppError `auth.api_key_not_found` */
  async revoke(userId: string, id: string): Promise<void> {
    const hash = isId(id) ? await this.keys.remove(userId, id) : undefined;
    if (hash === undefined) throw apiKeyNotFound();
    await this.#stored.delete({ hash });
    await this.live.closeUser(userId);
  }

  /** The key of that token, unless it has ended. */
  async find(token: string): Promise<StoredApiKey | undefined> {
    const hash = apiKeyHash(token);
    const key = await this.#stored.getOrSetOptional({ hash }, async () => {
      const row = await this.keys.use(hash, this.#now());
      return row && toStored(row);
    });
    return key && this.#isLive(key) ? key : undefined;
  }

  /** The key as it stands now. */
  async findById(id: string): Promise<StoredApiKey | undefined> {
    const row = await this.keys.find(id);
    const key = row && toStored(row);
    return key && this.#isLive(key) ? key : undefined;
  }

  #isLive({ expiresAtMs }: StoredApiKey): boolean {
    return expiresAtMs === null || this.clock.nowMs() < expiresAtMs;
  }

  #now(): Date {
    return new Date(this.clock.nowMs());
  }
}

function toStored({ id, userId, scopes, expiresAt }: ApiKeyRow): StoredApiKey {
  return { id, userId, scopes, expiresAtMs: expiresAt?.getTime() ?? null };
}

function toView({ id, name, scopes, createdAt, expiresAt, lastUsedAt }: ApiKeyRow): ApiKey {
  return {
    id,
    name,
    scopes,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}
