import { defineConfig } from 'drizzle-kit';

/** `npm run db:generate` compares the tables with the committed migrations and writes the missing one. */
export default defineConfig({
  dialect: 'postgresql',
  // The compiled tables: drizzle-kit's own loader does not resolve TypeScript's `.js` imports.
  schema: './dist/**/*.table.js',
  out: './src/database/migrations',
});
