import { z, type ZodType } from 'zod';

/** Also where they end a longer word without a sign of that, as in `smtppassword`. */
const LONG =
  /(password|passphrase|passcode|secret|token|authorization|cookie|credential|(api|private|secret|signing|access|encryption)key)$/;
/** Words of their own alone: `pin`, and not `spin`. */
const SHORT = /(^| )(otp|totp|pin|pwd|passwd|pass|jwt|cvv|cvc|bearer|mnemonic)$/;
/** What is harmless by itself, as a key or a code of something else is. */
const QUALIFIED =
  /(^| )((session|master|auth|hmac|signature) key|(verification|confirmation|activation|recovery|backup|reset|login|security|sms|phone|auth|one time) (code|link|url)|magic link)$/;
/** Says only how the secret is written. */
const WRITTEN = / (value|text|header|hash|plain|string|raw|hex|base|pem)$/;

/** Whether something is called like a secret: `signingKey`, `SMTP_PASSWORD`, `user.PIN`; not `publicKey`, `pinned`. */
function isSecretName(name: string): boolean {
  let words = name
    .replace(/([a-z])([A-Z])|([A-Z])([A-Z][a-z])/g, '$1$3 $2$4')
    .toLowerCase()
    .replace(/[^a-z]+/g, ' ')
    .trim();
  while (WRITTEN.test(words)) words = words.replace(WRITTEN, '');
  // Plurals mean the same; `pass` is none.
  const one = words.endsWith('ss') ? words : words.replace(/s$/, '');
  return LONG.test(one.replaceAll(' ', '')) || SHORT.test(one) || QUALIFIED.test(one);
}

/**
 * The fields of a payload that are called like a secret and would stand in the clear, as `account.password`; those
 * within a field of `encrypted` do not.
 */
export function clearSecrets(schema: ZodType, encrypted: readonly string[]): string[] {
  // As it stands in the queue: before the schema makes something else of it.
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return fieldsOf(json, []).flatMap((path) => {
    const [top = '', name = ''] = [path[0], path.at(-1)];
    return isSecretName(name) && !encrypted.includes(top) ? [path.join('.')] : [];
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
