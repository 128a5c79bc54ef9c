/** What is looked through: where it stood, and all of it. */
export type Place = readonly [where: string, text: string];

/** Which of the secrets stand in which places, in plain, URL-encoded, in base64 (also within more of it) or in hex. */
export function secretsIn(
  places: readonly Place[],
  secrets: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) => {
    const patterns = spellings(secret);
    return places
      .filter(([, text]) => patterns.some((pattern) => pattern.test(text)))
      .map(([where]) => `${name} in ${where}`);
  });
}

function spellings(secret: string): RegExp[] {
  if (secret.length < 6) throw new Error(`"${secret}" could stand anywhere by chance`);
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((offset) => base64Within(bytes, offset));
  const base64url = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  // A code of six digits stands within many longer numbers.
  const plain = /^\d+$/.test(secret) ? `(?<![\\w.-])${secret}(?![\\w-])` : escaped(secret);
  return [
    new RegExp(plain),
    new RegExp(bytes.toString('hex'), 'i'),
    ...[encodeURIComponent(secret), ...base64, ...base64url]
      .filter((text) => text !== secret)
      .map((text) => new RegExp(escaped(text))),
  ];
}

/** The characters that base64 has for these bytes, whatever follows on them, behind `offset` (mod 3) others. */
function base64Within(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
