import { writeFileSync } from 'node:fs';
import { renderEnvExample } from '../../config/env-example.js';
import { runCommand } from './command.js';

await runCommand({
  name: 'config:example',
  help: 'Writes .env.example from the schema of the environment.',
  run: () => {
    writeFileSync('.env.example', renderEnvExample());
    return Promise.resolve({ summary: 'wrote .env.example', file: '.env.example' });
  },
});
