import { z, type ZodType } from 'zod';

const SECRET =
  /(password|passphrase|passcode|secret|token|authorization|cookie|credential|apikey|privatekey)s?$/;

/**
 * The fields of a payload that are called like a secret and would stand in the clear, as `account.password`; those
 * within a field of `encrypted` do not.
 */
export function clearSecrets(schema: ZodType, encrypted: readonly string[]): string[] {
  // As it stands in the queue: before the schema makes something else of it.
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return fieldsOf(json, []).flatMap((path) => {
    const [top = '', name = ''] = [path[0], path.at(-1)];
    const isSecret = SECRET.test(name.toLowerCase().replace(/[^a-z]/g, ''));
    return isSecret && !encrypted.includes(top) ? [path.join('.')] : [];
  });
}

/** The paths of all named fields, at any depth, in every branch. */
function fieldsOf(node: unknown, path: readonly string[]): string[][] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([keyword, value]) => {
    if (keyword !== 'properties') return fieldsOf(value, path);
    return Object.entries(value as object).flatMap(([name, field]) => {
      const inside = [...path, name];
      return [inside, ...fieldsOf(field, inside)];
    });
  });
}
