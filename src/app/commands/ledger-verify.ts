import 'reflect-metadata';
import { loadConfig } from '../../config/load-environment.js';
import { systemClock } from '../../kernel/clock.js';
import { Correlation } from '../../kernel/correlation.js';
import { LedgerVerifier, type AccountVerdict } from '../../modules/trading/index.js';
import { createApp } from '../create-app.js';
import { createLogger } from '../logger.js';
import { runCommand } from './command.js';

const PROGRESS_EVERY = 1_000;

await runCommand({
  name: 'ledger:verify',
  help: `Rebuilds every account from its journal and compares cash, reservations, orders, executions, positions, lots and
profits with what is kept. Changes nothing, and may run beside a server on PostgreSQL. Exit code 1 on any difference.`,
  run: async () => {
    const config = loadConfig({ BOURSE_ROLE: 'api', LOG_LEVEL: 'error' });
    const correlation = new Correlation();
    const app = await createApp(
      { config, clock: systemClock, correlation },
      createLogger(config, correlation, process.stderr),
    );
    try {
      const wrong: AccountVerdict[] = [];
      let accounts = 0;
      let entries = 0;
      for await (const verdict of app.get(LedgerVerifier).verifyAll()) {
        accounts += 1;
        entries += verdict.entries;
        if (verdict.differences.length > 0) wrong.push(verdict);
        if (accounts % PROGRESS_EVERY === 0) process.stderr.write(`${accounts} accounts\n`);
      }
      const ok = wrong.length === 0;
      return { summary: summarise(accounts, entries, wrong), ok, accounts, entries, wrong };
    } finally {
      await app.close();
    }
  },
});

function summarise(accounts: number, entries: number, wrong: readonly AccountVerdict[]): string {
  if (wrong.length === 0) return `${accounts} account(s), ${entries} entries: everything agrees`;
  const lines = wrong.flatMap(({ accountId, differences }) =>
    differences.map(
      ({ what, kept, derived }) => `${accountId}  ${what}: kept ${kept}, derived ${derived}`,
    ),
  );
  return [...lines, `${wrong.length} of ${accounts} account(s) differ`].join('\n');
}
