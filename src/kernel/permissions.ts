import type { UserRole } from './principal.js';

/** What a caller may do beyond its own account. Routes and the dashboard ask for these, never for roles. */
export const PERMISSIONS = [
  'account.use',
  'users.manage',
  'accounts.manage',
  'config.manage',
  'queues.manage',
  'schedules.run',
  'monitoring.read',
  'audit.read',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** The one table of who may what. */
export const PERMISSIONS_OF_ROLE: Readonly<Record<UserRole, readonly Permission[]>> = {
  trader: ['account.use'],
  admin: PERMISSIONS,
};

/** All that the roles allow together, in the order of {@link PERMISSIONS}. */
export function permissionsOf(roles: readonly UserRole[]): Permission[] {
  const allowed = new Set(roles.flatMap((role) => PERMISSIONS_OF_ROLE[role]));
  return PERMISSIONS.filter((permission) => allowed.has(permission));
}
