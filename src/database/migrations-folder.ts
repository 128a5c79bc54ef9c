import { fileURLToPath } from 'node:url';

/** The committed SQL migrations; copied beside the compiled code by the build. */
export const migrationsFolder = fileURLToPath(new URL('./migrations', import.meta.url));
