import { isStorableJson, toStorableJson } from './json-text.js';

describe('JSON text', () => {
  it.each(['\0', 'a\0b', '\ud800', '\udfff', 'a\udc00b', '\\\0', '\\\\\ud800'])(
    'finds what cannot be stored in %j, and replaces it alone',
    (value) => {
      const text = JSON.stringify({ value });
      expect(isStorableJson(text)).toBe(false);
      const replaced = JSON.parse(toStorableJson(text)) as { value: string };
      expect(replaced.value).toBe(value.replace(/\0|[\ud800-\udfff]/, '\uFFFD'));
      expect(isStorableJson(toStorableJson(text))).toBe(true);
    },
  );

  it.each(['', 'plain', 'é €', '😀', '\\u0000', '\\\\u0000', '\u0001', '\ud83d\ude00'])(
    'leaves %j as it is',
    (value) => {
      const text = JSON.stringify({ value });
      expect(isStorableJson(text)).toBe(true);
      expect(toStorableJson(text)).toBe(text);
    },
  );
});
