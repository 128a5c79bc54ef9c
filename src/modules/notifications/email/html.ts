const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup: only {@link html} makes it, so none of it is somebody's text unescaped. */
export class Html {
  /** @internal */
  constructor(readonly markup: string) {}
}

/** A template whose values are escaped, for element content and quoted attributes; markup goes in as it is. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | Html)[]): Html {
  const markup = parts.map((part, i) => {
    const value = values[i];
    if (value === undefined) return part;
    return part + (value instanceof Html ? value.markup : escapeHtml(value));
  });
  return new Html(markup.join(''));
}

/** Text for element content and quoted attributes (HTML Living Standard, 13.3, "Escaping a string"). */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** One after the other. */
export function join(parts: readonly Html[]): Html {
  return new Html(parts.map(({ markup }) => markup).join(''));
}
