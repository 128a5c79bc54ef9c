import { loadConfig } from '../../config/load-environment.js';
import { openDatabase } from '../../database/index.js';
import { runCommand } from './command.js';

await runCommand({
  name: 'db:migrate',
  help: 'Applies the committed migrations to the database of DATABASE_URL, or to the embedded one in DATA_DIR.',
  run: async () => {
    const database = await openDatabase(loadConfig(), (error) =>
      process.stderr.write(`${error.message}\n`),
    );
    try {
      const applied = await database.migrate();
      return {
        summary: `${database.kind}: ${applied} migration(s) applied`,
        database: database.kind,
        applied,
      };
    } finally {
      await database.close();
    }
  },
});
