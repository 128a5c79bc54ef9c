import { PERMISSIONS, permissionsOf } from './permissions.js';

describe('permissions', () => {
  it('lets a trader use its account and nothing of others', () => {
    expect(permissionsOf(['trader'])).toEqual(['account.use']);
  });

  it('lets an admin do all there is, once each however many roles say so', () => {
    expect(permissionsOf(['trader', 'admin'])).toEqual([...PERMISSIONS]);
  });

  it('allows nothing without a role', () => {
    expect(permissionsOf([])).toEqual([]);
  });
});
