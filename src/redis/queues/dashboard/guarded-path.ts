/** Decodes at most so often: `%252561` is `%2561` is `%61` is `a`. What is deeper than that is nobody's link. */
const MAX_DECODINGS = 8;

/**
 * Whether a request target means `basePath` or something below it, in whatever spelling: percent-encoded,
 * also repeatedly, with `//`, `.`, `..`, `\`, other case, a query, `;parameters` or a scheme and host before it.
 * Wrong in one direction only: a target that the router would send elsewhere may be taken for it.
 */
export function isBelow(basePath: string, target: string): boolean {
  // Asked of every request: without an escape, nothing can be read as the base's last word but that word.
  const lastWord = basePath.slice(basePath.lastIndexOf('/') + 1).toLowerCase();
  if (!target.includes('%') && !target.toLowerCase().includes(lastWord)) return false;
  const path = normalise(target);
  const base = normalise(basePath);
  return path === base || path.startsWith(`${base}/`);
}

function normalise(target: string): string {
  let text = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  for (let round = 0; round < MAX_DECODINGS; round += 1) {
    const decoded = decode(text);
    if (decoded === text) break;
    text = decoded;
  }
  const [path = ''] = text.split(/[?#]/, 1);
  const segments: string[] = [];
  for (const part of path.split(/[/\\]+/)) {
    const [segment = ''] = part.split(';', 1);
    if (segment === '' || segment === '.') continue;
    if (segment === '..') segments.pop();
    else segments.push(segment.toLowerCase());
  }
  return `/${segments.join('/')}`;
}

/** Every escape that can be decoded, also beside one that cannot. */
function decode(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes.replace(/%([0-7][0-9a-f])/gi, (_escape, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
    }
  });
}
