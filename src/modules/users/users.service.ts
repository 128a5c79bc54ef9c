import { Inject, Injectable } from '@nestjs/common';
import { Database, DomainEvents, Outbox, type Transaction } from '../../database/index.js';
import { Clock } from '../../kernel/clock.js';
import { newId } from '../../kernel/ids.js';
import { permissionsOf } from '../../kernel/permissions.js';
import type { UserRole } from '../../kernel/principal.js';
import { byUser, Caches, type Cache } from '../../redis/index.js';
import {
  accountTag,
  permissionsCache,
  profileCache,
  rolesCache,
  type ByUser,
} from './users.caches.js';
import type { Permissions, Profile, UpdateProfile } from './users.dto.js';
import { emailTaken, userNotFound } from './users.errors.js';
import { UserAccessChanged, UserUpdated } from './users.events.js';
import { UsersRepository } from './users.repository.js';
import type { UserRow } from './users.table.js';

export interface NewUser {
  readonly email: string;
  readonly displayName: string;
  readonly roles: UserRole[];
}

/** Of one answer of {@link UsersService.listIdsWithRole}. */
const MAX_IDS = 200;

/** Profiles and roles. How a user proves who it is, is the auth module's business. */
@Injectable()
export class UsersService {
  readonly #profiles: Cache<ByUser, Profile>;
  readonly #roles: Cache<ByUser, UserRole[]>;
  readonly #permissions: Cache<ByUser, Permissions>;

  constructor(
    private readonly database: Database,
    private readonly users: UsersRepository,
    private readonly caches: Caches,
    private readonly outbox: Outbox,
    events: DomainEvents,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#profiles = caches.use(profileCache);
    this.#roles = caches.use(rolesCache);
    this.#permissions = caches.use(permissionsCache);
    // Dropped by the request that changes it; once more here, should its process die in between.
    events.on(UserAccessChanged, ({ userId }) => caches.invalidateTags([byUser(userId)]));
    events.on(UserUpdated, ({ userId }) => caches.invalidateTags([accountTag(userId)]));
  }

  /** @throws AppError `users.email_taken` */
  async create(transaction: Transaction, { email, displayName, roles }: NewUser): Promise<Profile> {
    const now = new Date(this.clock.nowMs());
    const row: UserRow = {
      id: newId(),
      email: normaliseEmail(email),
      displayName,
      roles,
      settings: {},
      disabledAt: null,
      createdAt: now,
      updatedAt: now,
    };
    if (!(await this.users.insert(transaction.sql, row))) throw emailTaken();
    return toProfile(row);
  }

  /** @throws AppError `users.not_found` */
  getProfile(userId: string): Promise<Profile> {
    return this.#profiles.getOrSet({ userId }, async () => {
      const row = await this.users.find(userId);
      if (!row) throw userNotFound();
      return toProfile(row);
    });
  }

  /** @throws AppError `users.not_found` */
  async updateProfile(userId: string, { displayName }: UpdateProfile): Promise<Profile> {
    const row = await this.database.transaction(async (transaction) => {
      const now = new Date(this.clock.nowMs());
      const changed = await this.users.update(transaction.sql, userId, { displayName }, now);
      if (!changed) throw userNotFound();
      await this.outbox.publish(transaction, UserUpdated, { userId });
      return changed;
    });
    await this.caches.invalidateTags([accountTag(userId)]);
    return toProfile(row);
  }

  /** None for a user who does not exist or is disabled: who has no role may do nothing. */
  getRoles(userId: string): Promise<UserRole[]> {
    return this.#roles.getOrSet({ userId }, async () => {
      const row = await this.users.find(userId);
      return row === undefined || row.disabledAt !== null ? [] : row.roles;
    });
  }

  /** The roles, and what they allow (`kernel/permissions.ts`). */
  getPermissions(userId: string): Promise<Permissions> {
    return this.#permissions.getOrSet({ userId }, async () => {
      const roles = await this.getRoles(userId);
      return { roles, permissions: permissionsOf(roles) };
    });
  }

  findIdByEmail(email: string): Promise<string | undefined> {
    return this.users.findIdByEmail(normaliseEmail(email));
  }

  /** Who is not disabled, the first {@link MAX_IDS} by age: for telling all admins something, not for counting traders. */
  listIdsWithRole(role: UserRole): Promise<string[]> {
    return this.users.listIdsWithRole(role, MAX_IDS);
  }

  hasAnyAdmin(): Promise<boolean> {
    return this.users.hasAnyWithRole('admin');
  }
}

/** One form for every way to write an address. */
export function normaliseEmail(email: string): string {
  return email.trim().toLowerCase();
}

export function toProfile({ id, email, displayName, roles, createdAt }: UserRow): Profile {
  return { id, email, displayName, roles, createdAt: createdAt.toISOString() };
}
