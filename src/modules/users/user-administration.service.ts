import { Inject, Injectable } from '@nestjs/common';
import { Database, Outbox } from '../../database/index.js';
import { Clock } from '../../kernel/clock.js';
import { isId } from '../../kernel/ids.js';
import { decodeCursor, toPage, type Page } from '../../kernel/page.js';
import { byUser, Caches } from '../../redis/index.js';
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
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Newest first. @throws AppError `request.bad_cursor` */
  async list({ q, cursor, limit }: ListUsers): Promise<Page<ManagedUser>> {
    const beforeId = cursor === undefined ? undefined : decodeCursor(cursor);
    const rows = await this.users.list({ q, beforeId, limit: limit + 1 });
    return toPage(rows.map(toManagedUser), limit);
  }

  /**
   * Holds from the next request on, on every instance. A disabled user's sessions end.
   * @throws AppError `users.not_found`; `users.last_admin` when nobody could undo the change
   */
  async update(id: string, { roles, disabled }: UpdateUser): Promise<ManagedUser> {
    if (!isId(id)) throw userNotFound();
    const changed = await this.database.transaction(async (transaction) => {
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
    });
    await this.caches.invalidateTags([byUser(id)]);
    return toManagedUser(changed);
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
