import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { loadConfig } from '../../config/load-environment.js';
import { AppError } from '../../kernel/app-error.js';
import { systemClock } from '../../kernel/clock.js';
import { Correlation } from '../../kernel/correlation.js';
import { RegistrationService } from '../../modules/auth/index.js';
import { QuotesService } from '../../modules/market-data/index.js';
import { OrdersService } from '../../modules/trading/index.js';
import { UsersService } from '../../modules/users/index.js';
import { createApp } from '../create-app.js';
import { createLogger } from '../logger.js';
import { runCommand } from './command.js';

const TRADER = 'trader@bourse.local';
const ORDERS = 5;
const FILL_DEADLINE_MS = 20_000;
const POLL_MS = 50;

await runCommand({
  name: 'seed',
  help: `Makes the trader ${TRADER} with a generated password and a few filled orders. Run it while no server uses
the embedded database. When the trader is there already, nothing is changed.`,
  run: async () => {
    const config = loadConfig({ BOURSE_ROLE: 'all', LOG_LEVEL: 'error' });
    const correlation = new Correlation();
    const app = await createApp(
      { config, clock: systemClock, correlation },
      createLogger(config, correlation, process.stderr),
    );
    try {
      if ((await app.get(UsersService).findIdByEmail(TRADER)) !== undefined) {
        return { summary: `${TRADER} is there already`, email: TRADER, created: false };
      }
      const password = randomBytes(15).toString('base64url');
      const user = await app
        .get(RegistrationService)
        .createUser({ email: TRADER, password, displayName: 'Sample Trader' }, ['trader']);
      // On standard error and at once: should an order fail now, the account is there all the same.
      process.stderr.write(`made ${TRADER}, password ${password}\n`);
      const symbols = app.get(QuotesService).instruments().slice(0, ORDERS);
      const orders = app.get(OrdersService);
      for (const { symbol } of symbols) {
        const order = await orders.place(user.id, {
          symbol,
          side: 'buy',
          type: 'market',
          quantity: '5',
          timeInForce: 'gtc',
        });
        await untilFilled(() => orders.get(user.id, order.id));
      }
      const summary = `${TRADER}  ${password}\n${symbols.length} orders filled`;
      return { summary, email: TRADER, password, created: true, orders: symbols.length };
    } finally {
      await app.close();
    }
  },
});

async function untilFilled(read: () => Promise<{ status: string }>): Promise<void> {
  const deadline = Date.now() + FILL_DEADLINE_MS;
  while (Date.now() < deadline) {
    if ((await read()).status === 'filled') return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new AppError(
    'timeout',
    'seed.not_filled',
    `an order was not filled within ${FILL_DEADLINE_MS} ms`,
  );
}
