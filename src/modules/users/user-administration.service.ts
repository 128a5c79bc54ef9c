import { Inject, Injectable } from '@nestjs/common';
import { Database, Outbox, type Transaction } from '../../database/index.js';
import { Clock } from '../../kernel/clock.js';
import { isId } from '../../kernel/ids.js';
import { decodeCursor, toPage, type Page } from '../../kernel/page.js';
import { byUser, Caches, SessionStore } from '../../redis/index.js';
import type { ListUsers, ManagedUser, UpdateUser } from './users.dto.js';
import { lastAdmin, userNotFound } from './users.errors.js';
import { UserAccessChanged } from './users.events.js';
import { UsersRepository } from './users.repository.js';
import { toProfile } from './users.service.js';
import type { UserRow } from './users.table.js';

/** What admins see and change of other users. */
@Injectable()
export class UserAdministrationService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersRepository,
    private readonly caches: Caches,
    private readonly outbox: Outbox,
    private readonly sessions: SessionStore,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Newest first. @throws AppError `request.bad_cursor` */
  async list({ q, cursor, limit }: ListUsers): Promise<Page<ManagedUser>> {
    const beforeId = cursor === undefined ? undefined : decodeCursor(cursor);
    const rows = await this.users.list({ q, beforeId, limit: limit + 1 });
    return toPage(rows.map(toManagedUser), limit);
  }

  /**
   * Holds from the next request on, on every instance. The sessions of a user who is disabled or gets a role end.
   * @throws AppError `users.not_found`; `users.last_admin` when nobody could undo the change
   */
  async update(id: string, { roles, disabled }: UpdateUser): Promise<ManagedUser> {
    if (!isId(id)) throw userNotFound();
    // A token that somebody took from a trader must not become an admin's, not even for a moment: who gets a role
    // signs in anew. An event would come too late for that.
    const gains = await this.#wouldGain(id, { roles, disabled });
    if (gains) await this.sessions.revokeAll(id);
    const change = (transaction: Transaction) => this.#change(transaction, id, { roles, disabled });
    const changed = gains
      ? await this.#changeAndEndSessions(id, change)
      : await this.database.transaction(change);
    await this.caches.invalidateTags([byUser(id)]);
    return toManagedUser(changed);
  }

  /** Also what was opened since the first end: a session of before is never worth more than it was. */
  async #changeAndEndSessions(
    id: string,
    change: (transaction: Transaction) => Promise<UserRow>,
  ): Promise<UserRow> {
    let changed: UserRow | undefined;
    await this.sessions.revokeAll(id, {
      apply: async (transaction: Transaction) => {
        changed = await change(transaction);
      },
    });
    if (changed === undefined) throw userNotFound();
    return changed;
  }

  async #change(
    transaction: Transaction,
    id: string,
    { roles, disabled }: UpdateUser,
  ): Promise<UserRow> {
    const { sql } = transaction;
    const admins = await this.users.lockActiveAdmins(sql);
    const before = await this.users.findForUpdate(sql, id);
    if (!before) throw userNotFound();
    const now = new Date(this.clock.nowMs());
    const after = {
      roles: roles ?? before.roles,
      disabledAt: disabled === undefined ? before.disabledAt : disabledAt(disabled, before, now),
    };
    const staysAdmin = after.roles.includes('admin') && after.disabledAt === null;
    if (!staysAdmin && admins.length === 1 && admins[0] === id) throw lastAdmin();
    const row = await this.users.update(sql, id, after, now);
    if (!row) throw userNotFound();
    await this.outbox.publish(transaction, UserAccessChanged, {
      userId: id,
      roles: row.roles,
      disabled: row.disabledAt !== null,
    });
    return row;
  }

  async #wouldGain(id: string, { roles, disabled }: UpdateUser): Promise<boolean> {
    const before = await this.users.find(id);
    if (before === undefined) return false;
    const isEnabled = disabled === false && before.disabledAt !== null;
    return isEnabled || (roles?.some((role) => !before.roles.includes(role)) ?? false);
  }
}

/** Disabled twice, it stays disabled since the first time. */
function disabledAt(disabled: boolean, before: UserRow, now: Date): Date | null {
  return disabled ? (before.disabledAt ?? now) : null;
}

function toManagedUser(row: UserRow): ManagedUser {
  return {
    ...toProfile(row),
    disabledAt: row.disabledAt?.toISOString() ?? null,
    updatedAt: row.updatedAt.toISOString(),
  };
}
