import fc from 'fast-check';
import { escapeHtml, html } from './html.js';

/** Any text, with what means something in markup more often than by chance. */
const anything = fc
  .array(fc.oneof(fc.string({ unit: 'binary', maxLength: 3 }), fc.constantFrom(...'&<>"\'/;')))
  .map((parts) => parts.join(''));

describe('markup', () => {
  it('holds no tag, quote or entity but its own, whatever text goes in', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const { markup } = html`<p title="${text}">${text}</p>`;
        const inside = markup.slice('<p title="'.length, -'</p>'.length);
        expect(inside.replace('">', '')).not.toMatch(/[<>"']/);
        expect(inside).not.toMatch(/&(?!amp;|lt;|gt;|quot;|#39;)/);
      }),
    );
  });

  it('shows the text as it was', () => {
    const shown = (escaped: string) =>
      escaped
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&quot;', '"')
        .replaceAll('&#39;', "'")
        .replaceAll('&amp;', '&');
    fc.assert(
      fc.property(anything, (text) => {
        expect(shown(escapeHtml(text))).toBe(text);
      }),
    );
  });

  it('takes markup in markup as it is', () => {
    const inner = html`<i>${'a < b'}</i>`;
    expect(html`<b>${inner}</b>`.markup).toBe('<b><i>a &lt; b</i></b>');
  });
});
