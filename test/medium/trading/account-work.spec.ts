import '../../support/quiet.js';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import type { Database } from '../../../src/database/index.js';
import { AppError } from '../../../src/kernel/app-error.js';
import { newId } from '../../../src/kernel/ids.js';
import {
  AccountWork,
  type AccountTask,
} from '../../../src/modules/trading/accounts/account-work.js';
import type { ActionApplication } from '../../../src/modules/trading/corporate-actions/action-application.js';
import { CurrentAccounts } from '../../../src/modules/trading/accounts/current-accounts.js';
import { AccountsRepository } from '../../../src/modules/trading/accounts/accounts.repository.js';
import { accountsTable } from '../../../src/modules/trading/accounts/accounts.table.js';
import { usersTable } from '../../../src/modules/users/users.table.js';
import type { HeldLock } from '../../../src/redis/lock/held-lock.js';
import { unavailable, waitTimedOut } from '../../../src/redis/lock/lock-errors.js';
import { LockManager } from '../../../src/redis/lock/lock-manager.js';
import { RedisLockManager } from '../../../src/redis/lock/redis.lock-manager.js';
import { DATABASES, openTestDatabase, type TestDatabaseHandle } from '../../support/databases.js';
import { Deferred } from '../../support/deferred.js';
import { leaseOf } from '../../support/leases.js';
import { openRedisInstance } from '../../support/redis-instance.js';
import { createTestRedisPrefix } from '../../support/servers/index.js';

/** Gives the tokens it is told to, or refuses; each one that it gives can be kept waiting first. */
class ScriptedLocks extends LockManager {
  asked = 0;
  readonly #answers: (bigint | AppError)[];
  beforeWork: () => Promise<void> = async () => undefined;

  constructor(...answers: (bigint | AppError)[]) {
    super();
    this.#answers = answers;
  }

  protected override async acquire(resource: string): Promise<HeldLock> {
    this.asked += 1;
    const answer = this.#answers.shift();
    if (answer === undefined) throw new Error('asked too often');
    if (answer instanceof AppError) throw answer;
    const lease = leaseOf(resource, answer);
    await this.beforeWork();
    return { lease, release: async () => undefined };
  }
}

describe.each(DATABASES)('work on an account in $name', ({ open }) => {
  let handle: TestDatabaseHandle;
  let accountId: string;
  beforeAll(async () => {
    handle = await open();
  }, 30_000);
  afterAll(() => handle?.close());
  beforeEach(async () => {
    accountId = await openAccount(handle.database);
  });

  const workWith = (locks: LockManager): AccountWork =>
    new AccountWork(handle.database, accountsOf(handle.database), locks);
  const seqOf = (id: string): Promise<number> => ledgerSeqOf(handle.database, id);

  it('is refused a holder that stood still until another one had written, and is done again after it', async () => {
    const frozen = new ScriptedLocks(5n, 7n);
    // It wakes after the other has had the account.
    frozen.beforeWork = async () => {
      frozen.beforeWork = async () => undefined;
      await workWith(new ScriptedLocks(6n)).run(accountId, countUp);
    };
    const seen: number[] = [];
    await workWith(frozen).run(accountId, async (transaction, account) => {
      seen.push(account.ledgerSeq);
      await countUp(transaction, account);
    });
    // With its older token it has not even begun.
    expect(seen).toEqual([1]);
    expect(frozen.asked).toBe(2);
    expect(await seqOf(accountId)).toBe(2);
  });

  it('is given up when every lock is overtaken, with nothing written', async () => {
    await workWith(new ScriptedLocks(9n)).run(accountId, countUp);
    const work = workWith(new ScriptedLocks(1n, 2n, 3n));
    await expect(work.run(accountId, countUp)).rejects.toMatchObject({
      kind: 'conflict',
      code: 'trading.account_busy',
    });
    expect(await seqOf(accountId)).toBe(1);
  });

  it('is refused who has waited too long, with nothing written', async () => {
    const work = workWith(new ScriptedLocks(waitTimedOut('it')));
    await expect(work.run(accountId, countUp)).rejects.toMatchObject({
      code: 'trading.account_busy',
    });
    expect(await seqOf(accountId)).toBe(0);
  });

  it('is done under the row lock alone while Redis is away, and asks it for nothing meanwhile', async () => {
    const locks = new ScriptedLocks(unavailable('it', new Error('away')));
    const work = workWith(locks);
    await work.run(accountId, countUp);
    await Promise.all(Array.from({ length: 8 }, () => work.run(accountId, countUp)));
    expect(await seqOf(accountId)).toBe(9);
    expect(locks.asked).toBe(1);
  });

  it('leaves the error of the task as it is, and undoes what it did', async () => {
    const locks = new ScriptedLocks(1n);
    const failing: AccountTask<void> = async (transaction, account) => {
      await countUp(transaction, account);
      throw unavailable('something else', new Error('away'));
    };
    await expect(workWith(locks).run(accountId, failing)).rejects.toMatchObject({
      code: 'lock.unavailable',
    });
    expect(await seqOf(accountId)).toBe(0);
    expect(locks.asked).toBe(1);
  });
});

describe('work of two processes', () => {
  let handle: TestDatabaseHandle;
  let works: AccountWork[];
  beforeAll(async () => {
    handle = await openTestDatabase('postgres');
  }, 30_000);
  afterAll(() => handle?.close());
  beforeEach(async () => {
    const prefix = createTestRedisPrefix();
    const instances = await Promise.all([openRedisInstance(prefix), openRedisInstance(prefix)]);
    works = instances.map(
      ({ connections, keys }) =>
        new AccountWork(
          handle.database,
          accountsOf(handle.database),
          new RedisLockManager(connections, keys),
        ),
    );
  });
  const at = (index: number): AccountWork => works[index % 2] as AccountWork;

  it('never interleaves on one account', async () => {
    const accountId = await openAccount(handle.database);
    let inside = 0;
    const task: AccountTask<void> = async (transaction, account) => {
      inside += 1;
      expect(inside).toBe(1);
      await nextTurn();
      await countUp(transaction, account);
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 60 }, (_, i) => at(i).run(accountId, task)));
    expect(await ledgerSeqOf(handle.database, accountId)).toBe(60);
  });

  it('goes on for other accounts, however many wait for a busy one', async () => {
    const [busy, other] = [await openAccount(handle.database), await openAccount(handle.database)];
    const begun = new Deferred<void>();
    const end = new Deferred<void>();
    const long = at(0).run(busy, async () => {
      begun.resolve();
      await end.promise;
    });
    await begun.promise;
    // Far more than the pool has connections: each would keep one if it waited in the database.
    const waiting = Array.from({ length: 40 }, (_, i) => at(i).run(busy, countUp));
    for (let i = 0; i < 20; i += 1) await at(i).run(other, countUp);
    expect(await ledgerSeqOf(handle.database, other)).toBe(20);
    expect(await ledgerSeqOf(handle.database, busy)).toBe(0);
    end.resolve();
    await Promise.all([long, ...waiting]);
    expect(await ledgerSeqOf(handle.database, busy)).toBe(40);
  });
});

/** From what it has read: one that another has overtaken loses a count. */
const countUp: AccountTask<void> = async ({ sql }, { id, ledgerSeq }) => {
  await sql
    .update(accountsTable)
    .set({ ledgerSeq: ledgerSeq + 1 })
    .where(eq(accountsTable.id, id));
};

/** No corporate action is announced here. */
const nothingPending = {
  applyPending: () => Promise.resolve(false),
} as unknown as ActionApplication;

function accountsOf(database: Database): CurrentAccounts {
  return new CurrentAccounts(new AccountsRepository(database), nothingPending);
}

async function openAccount(database: Database): Promise<string> {
  const [id, userId] = [newId(), newId()];
  await database.sql.insert(usersTable).values({
    ...{ id: userId, email: `${userId}@example.com`, displayName: 'Ada', roles: ['trader'] },
    ...{ createdAt: new Date(), updatedAt: new Date() },
  });
  await new AccountsRepository(database).insert(database.sql, {
    ...{ id, userId, currency: 'USD', startingCash: '0', cash: '0', reservedCash: '0' },
    ...{
      contributed: '0',
      feesPaid: '0',
      ledgerSeq: 0,
      lotMethod: 'fifo',
      shortSelling: false,
      collateral: '0',
      pendingActions: 0,
      createdAt: new Date(),
    },
  });
  return id;
}

async function ledgerSeqOf(database: Database, id: string): Promise<number> {
  return (await new AccountsRepository(database).get(database.sql, id)).ledgerSeq;
}
