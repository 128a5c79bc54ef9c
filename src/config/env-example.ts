import type { z } from 'zod';
import { environmentSchema } from './environment.js';

const HEADER = `# Every variable of Bourse with its meaning and default. All are optional: without any, everything runs in one
# process on an embedded database. Copy to .env and uncomment what you change; real variables win over .env.
# This file is written by \`npm run config:example\`.
`;

/** The text of `.env.example`, from the schema itself. */
export function renderEnvExample(): string {
  const lines = Object.entries(environmentSchema.shape).flatMap(([name, schema]) => {
    const fallback = defaultOf(schema);
    return [`# ${schema.description ?? ''}`, `# ${name}=${fallback ?? ''}`, ''];
  });
  return [HEADER, ...lines].join('\n').trimEnd() + '\n';
}

function defaultOf(schema: z.ZodType): string | undefined {
  const { success, data } = schema.safeParse(undefined);
  if (!success || data === undefined) return undefined;
  return typeof data === 'string' ? data : JSON.stringify(data);
}
