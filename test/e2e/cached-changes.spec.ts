import { Database, Outbox } from '../../src/database/index.js';
import type { PortfolioSummary } from '../../src/modules/portfolio/portfolio.dto.js';
import { UserAccessChanged, UserUpdated } from '../../src/modules/users/users.events.js';
import { UsersRepository } from '../../src/modules/users/users.repository.js';
import type { Profile, Settings } from '../../src/modules/users/users.dto.js';
import { eventually } from '../support/eventually.js';
import { newTrader, type ApiClient } from './support/api-client.js';
import { BACKENDS, type Backend } from './support/backends.js';
import { startOn, type Bourse } from './support/bourse.js';

const [, services] = BACKENDS;

describe('a change that one instance makes', () => {
  let backend: Backend;
  let here: Bourse;
  let there: Bourse;
  beforeAll(async () => {
    if (!services) throw new Error('no backend with services');
    backend = await services.create();
    here = await startOn(backend);
    there = await startOn(backend);
  });
  afterAll(async () => {
    await Promise.all([here.close(), there.close()]);
    await backend.remove();
  });

  /** The same trader on both instances. */
  async function traderOnBoth(): Promise<{ onHere: ApiClient; onThere: ApiClient }> {
    const onHere = await here.trader();
    const onThere = there.client();
    onThere.token = onHere.token;
    return { onHere, onThere };
  }

  /** Whatever of a user's row is changed by a process that ends before it could drop what is cached. */
  async function changeAndDie(userId: string, displayName: string): Promise<void> {
    const { app } = here;
    await app.get(Database).transaction(async (transaction) => {
      const change = { displayName };
      await app.get(UsersRepository).update(transaction.sql, userId, change, new Date());
      await app.get(Outbox).publish(transaction, UserUpdated, { userId });
    });
  }

  it('of a profile or of settings is seen on the other, whatever that one had cached', async () => {
    const { onHere, onThere } = await traderOnBoth();
    await onThere.get('/api/users/me');
    await onThere.get('/api/users/me/settings');
    await onHere.patch('/api/users/me', { displayName: 'Somebody Else' });
    await onHere.patch('/api/users/me/settings', { theme: 'dark' });
    await eventually(async () => {
      const { body: profile } = await onThere.get<Profile>('/api/users/me');
      expect(profile.displayName).toBe('Somebody Else');
      const { body: settings } = await onThere.get<Settings>('/api/users/me/settings');
      expect(settings.theme).toBe('dark');
    });
  });

  it('of a profile is seen on both even if its process died before it could say so', async () => {
    const { onHere, onThere } = await traderOnBoth();
    for (const client of [onHere, onThere]) await client.get('/api/users/me');
    await changeAndDie(onHere.user.id, 'Told By The Outbox');
    for (const client of [onHere, onThere]) {
      await eventually(async () => {
        const { body } = await client.get<Profile>('/api/users/me');
        expect(body.displayName).toBe('Told By The Outbox');
      });
    }
  });

  it('of a profile leaves the rest of what is cached of the user as it is', async () => {
    const { onHere } = await traderOnBoth();
    const { body: before } = await onHere.get<PortfolioSummary>('/api/portfolio/summary');
    await onHere.patch('/api/users/me', { displayName: 'Somebody Else' });
    const { body: after } = await onHere.get<PortfolioSummary>('/api/portfolio/summary');
    expect(after.asOf).toBe(before.asOf);
  });

  it('of what a user may do drops all that is cached of the user, in every module', async () => {
    const input = newTrader();
    await here.client().post('/api/auth/register', input);
    const asOf = async (bourse: Bourse): Promise<readonly string[]> => {
      const client = await bourse.client().login(input);
      const paths = ['/api/portfolio/summary', '/api/studio/dashboard'];
      const answers = await Promise.all(paths.map((path) => client.get<{ asOf: string }>(path)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      return answers.map(({ body }) => body.asOf);
    };
    const { user } = await here.client().login(input);
    const before = await asOf(here);
    // From what the first one cached.
    expect(await asOf(there)).toEqual(before);
    const admin = await here.admin();
    await admin.patch(`/api/admin/users/${user.id}`, { disabled: true });
    await admin.patch(`/api/admin/users/${user.id}`, { disabled: false });
    for (const bourse of [here, there]) {
      await eventually(async () => {
        const after = await asOf(bourse);
        after.forEach((time, i) => expect(time).not.toBe(before[i]));
      });
    }
  });

  it('of what a user may do is dropped by its news, too', async () => {
    const { onHere, onThere } = await traderOnBoth();
    const { body: before } = await onThere.get<PortfolioSummary>('/api/portfolio/summary');
    await here.app.get(Database).transaction((transaction) =>
      here.app.get(Outbox).publish(transaction, UserAccessChanged, {
        userId: onHere.user.id,
        roles: ['trader'],
        disabled: false,
      }),
    );
    await eventually(async () => {
      const { body } = await onThere.get<PortfolioSummary>('/api/portfolio/summary');
      expect(body.asOf).not.toBe(before.asOf);
    });
  });
});
