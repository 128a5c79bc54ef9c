import { parseArgs } from 'node:util';
import { AppError } from '../../kernel/app-error.js';

export interface Command {
  /** As it is typed: `npm run seed`. */
  readonly name: string;
  /** What `--help` says. */
  readonly help: string;
  /** @returns what `--json` prints; `summary` is for people. What did not go well ends with exit code 1. */
  run(): Promise<{
    readonly summary: string;
    readonly ok?: boolean;
    readonly [field: string]: unknown;
  }>;
}

/** Runs a command of the project: `--help`, `--json`, exit code 0 or 1, errors as one line. */
export async function runCommand(command: Command): Promise<void> {
  try {
    const { values } = parseArgs({
      options: { help: { type: 'boolean', short: 'h' }, json: { type: 'boolean' } },
    });
    if (values.help) {
      process.stdout.write(
        `${command.name}\n\n${command.help}\n\n  --json  one JSON document\n  --help  this text\n`,
      );
      return;
    }
    const { summary, ...result } = await command.run();
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${summary}\n`);
    // What the command opened is closed by now; a straggling timer must not keep it.
    process.exit(result.ok === false ? 1 : 0);
  } catch (error) {
    const message =
      error instanceof AppError || isUsageError(error)
        ? error.message
        : String((error as Error).stack);
    process.stderr.write(`${command.name}: ${message}\n`);
    process.exit(1);
  }
}

function isUsageError(error: unknown): error is Error {
  return (
    error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  );
}
