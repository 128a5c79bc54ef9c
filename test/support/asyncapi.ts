import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';

const SCHEMA = resolve(
  import.meta.dirname,
  '../../node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json',
);

/** What the official JSON schema of AsyncAPI 3.0 has against a document. */
export function asyncApiFaults(document: unknown): readonly unknown[] {
  // Its own keywords are for people: `example`, `markdownDescription`.
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile(JSON.parse(readFileSync(SCHEMA, 'utf8')));
  return validate(document) ? [] : (validate.errors ?? []);
}

/** The references of a document that lead nowhere in it. */
export function danglingReferences(document: object): readonly string[] {
  const found: string[] = [];
  JSON.stringify(document, (key, value: unknown) => {
    if (key === '$ref' && typeof value === 'string') found.push(value);
    return value;
  });
  return found.filter((reference) => targetOf(document, reference) === undefined);
}

function targetOf(document: object, reference: string): unknown {
  if (!reference.startsWith('#/')) return undefined;
  const path = reference
    .slice(2)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return path.reduce<unknown>(
    (at, part) => (at as Record<string, unknown> | undefined)?.[part],
    document,
  );
}
