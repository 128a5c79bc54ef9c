import { inspect } from 'node:util';
import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger } from 'pino';
import type { Config } from '../config/config.js';
import type { Correlation } from '../kernel/correlation.js';
import { withoutStatementValues } from '../kernel/error-text.js';
import { redacted } from './redacted.js';

/** JSON lines on standard output, each with the correlation id of the request or job it belongs to. */
export function createLogger(
  config: Config,
  correlation: Correlation,
  destination?: DestinationStream,
): Logger {
  return pino(
    {
      level: config.logLevel,
      base: { role: config.role, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: redacted },
      messageKey: 'message',
      serializers: { err: serializeError },
      mixin: () => {
        const correlationId = correlation.find();
        return correlationId === undefined ? {} : { correlationId };
      },
    },
    destination,
  );
}

/** An error and its causes, without the values of a failed statement. */
function serializeError(error: Error): object {
  const { type, message, stack, code } = pino.stdSerializers.err(error);
  return {
    type,
    message: withoutStatementValues(message),
    stack: withoutStatementValues(stack),
    code: code as unknown,
  };
}

/** Nest's own account of how it puts itself together: of use only to who debugs that. */
const FRAMEWORK_CONTEXTS = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'WebSocketsController',
  'NestApplication',
]);
/** Nest logs what ends a start and throws it as well: `run` reports it once, in one line. */
const STARTUP_FAILURE_CONTEXTS = new Set(['ExceptionHandler', 'NestApplication']);

/** Nest's logging calls, `(message, …parameters, context)`, as pino lines. */
export class NestLogger implements LoggerService {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  log(message: unknown, ...parameters: unknown[]): void {
    this.#write('info', message, parameters);
  }
  error(message: unknown, ...parameters: unknown[]): void {
    this.#write('error', message, parameters);
  }
  warn(message: unknown, ...parameters: unknown[]): void {
    this.#write('warn', message, parameters);
  }
  debug(message: unknown, ...parameters: unknown[]): void {
    this.#write('debug', message, parameters);
  }
  verbose(message: unknown, ...parameters: unknown[]): void {
    this.#write('trace', message, parameters);
  }
  fatal(message: unknown, ...parameters: unknown[]): void {
    this.#write('fatal', message, parameters);
  }

  #write(
    level: 'info' | 'error' | 'warn' | 'debug' | 'trace' | 'fatal',
    message: unknown,
    parameters: unknown[],
  ): void {
    if (!this.#logger.isLevelEnabled(level)) return;
    const line = toLogLine(message, parameters);
    const context = line['context'];
    if (level === 'error' && typeof context === 'string' && STARTUP_FAILURE_CONTEXTS.has(context))
      return;
    const isFramework =
      level === 'info' && typeof context === 'string' && FRAMEWORK_CONTEXTS.has(context);
    this.#logger[isFramework ? 'debug' : level](line);
  }
}

/**
 * Our code logs one object, `{ message, …fields }`; Nest's own code logs loose texts. Nest's `Logger` appends
 * its context to either as the last text.
 */
export function toLogLine(
  message: unknown,
  parameters: readonly unknown[],
): Record<string, unknown> {
  const line: Record<string, unknown> = {};
  const texts: string[] = [];
  for (const part of [message, ...parameters]) {
    if (part instanceof Error) line['err'] = part;
    else if (typeof part === 'object' && part !== null) Object.assign(line, part);
    else if (part !== undefined) texts.push(typeof part === 'string' ? part : inspect(part));
  }
  if (texts.length > 0 && parameters.length > 0) line['context'] = texts.pop();
  const stack = texts.findIndex((text) => /\n\s+at /.test(text));
  if (stack >= 0) line['stack'] = texts.splice(stack, 1)[0];
  if (texts.length > 0) line['message'] = texts.join(' ');
  return line;
}
