import type { JsonObject, JsonValue } from '../../kernel/json.js';

/** Paths (`alerts.memoryPercent`) at which two groups of settings differ, in the order of the later one. */
export function changedSettings(before: JsonObject, after: JsonObject, prefix = ''): string[] {
  const names = new Set([...Object.keys(after), ...Object.keys(before)]);
  return [...names].flatMap((name) => {
    const [was, is] = [ownValue(before, name), ownValue(after, name)];
    if (isGroup(was) && isGroup(is)) return changedSettings(was, is, `${prefix}${name}.`);
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [`${prefix}${name}`];
  });
}

function ownValue(group: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(group, name) ? group[name] : undefined;
}

function isGroup(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
