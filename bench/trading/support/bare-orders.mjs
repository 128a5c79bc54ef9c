// @ts-check
import { randomUUID } from 'node:crypto';
import pg from 'pg';

/**
 * The rows that the application writes for an order, by table, as it wrote them for one of the same kind.
 * @typedef {Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>} Template
 */

const { Pool } = pg;

/**
 * Orders as a program writes them that knows nothing else: one transaction, in as few round trips as the work can be put
 * into. It locks the account, asks for the order of that id and for the working ones, and writes the rows of the order, its
 * step, the entry of the ledger with its lines, the account's new figures and what is to follow, in one statement.
 */
export class BareOrders {
  #pool;
  #template;
  /** @type {{ text: string, values: (ids: Ids) => unknown[] }} */
  #write;

  /** @param {string} url @param {number} poolSize @param {Template} template */
  constructor(url, poolSize, template) {
    this.#pool = new Pool({ connectionString: url, max: poolSize });
    this.#template = template;
    this.#write = this.#compose();
  }

  /** @param {string} accountId @param {string} clientOrderId */
  async place(accountId, clientOrderId) {
    const client = await this.#pool.connect();
    try {
      await client.query('begin');
      const { rows } = await client.query({
        name: 'lock',
        text: 'select * from accounts where id = $1 for update',
        values: [accountId],
      });
      const account = rows[0];
      const known = await client.query({
        name: 'known',
        text: `select (select id from orders where account_id = $1 and client_order_id = $2) as id,
          (select count(*) from orders where account_id = $1 and status in ('accepted', 'open', 'partially_filled')) as working`,
        values: [accountId, clientOrderId],
      });
      if (known.rows[0].id !== null) throw new Error('the same order twice');
      const seq = account.ledger_seq + 1;
      const values = this.#write.values({
        ...{ accountId, clientOrderId, seq, orderId: randomUUID(), entryId: randomUUID() },
      });
      await client.query({ name: 'write', text: this.#write.text, values });
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  }

  end() {
    return this.#pool.end();
  }

  /** @typedef {{ accountId: string, clientOrderId: string, seq: number, orderId: string, entryId: string }} Ids */

  #compose() {
    /** @type {((ids: Ids) => unknown)[]} */
    const values = [];
    const parts = Object.entries(this.#template).map(([table, rows]) => {
      const columns = Object.keys(rows[0] ?? {});
      const tuples = rows.map((row) => {
        const places = columns.map((column) => {
          values.push(valueOf(table, column, row[column]));
          return `$${values.length}`;
        });
        return `(${places.join(', ')})`;
      });
      return `${table}_rows as (insert into ${table} (${columns.join(', ')}) values ${tuples.join(', ')})`;
    });
    const amount = this.#template['orders']?.[0]?.['reserved_cash'];
    values.push(
      () => amount,
      ({ accountId }) => accountId,
    );
    const n = values.length;
    const text = `with ${parts.join(', ')} update accounts set
      reserved_cash = reserved_cash + $${n - 1}::numeric, ledger_seq = ledger_seq + 1 where id = $${n}`;
    return { text, values: (/** @type {Ids} */ ids) => values.map((value) => value(ids)) };
  }
}

/**
 * What is new with every order; all else is as in the template.
 * @param {string} table @param {string} column @param {unknown} value
 * @returns {(ids: Ids) => unknown}
 */
function valueOf(table, column, value) {
  const own = `${table}.${column}`;
  if (column === 'account_id') return ({ accountId }) => accountId;
  if (column === 'order_id' || own === 'orders.id') return ({ orderId }) => orderId;
  if (column === 'entry_id' || own === 'ledger_entries.id') return ({ entryId }) => entryId;
  if (column === 'client_order_id') return ({ clientOrderId }) => clientOrderId;
  if (own === 'ledger_entries.seq') return ({ seq }) => seq;
  if (own === 'outbox.id') return () => randomUUID();
  if (own === 'outbox.stream') return ({ accountId }) => `account:${accountId}`;
  return () => value;
}
