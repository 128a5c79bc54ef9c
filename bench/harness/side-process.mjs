// @ts-check
/**
 * The process of one side: `side-process.mjs <module> <name> <context as JSON>` calls `sides[name](context, emit)`
 * of the module, and then the methods of what that answered as it is told to.
 */
const [module = '', name = '', context = '{}'] = process.argv.slice(2);

/** @typedef {Record<string, (argument: unknown) => unknown>} Methods */

/** @param {object} message */
function tell(message) {
  if (process.connected) process.send?.(message, () => undefined);
}

/** @param {number} id @param {() => unknown} work */
async function answer(id, work) {
  try {
    tell({ id, value: await work() });
  } catch (error) {
    tell({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

// Also when the other process was killed.
process.on('disconnect', () => process.exit());

/** @type {Methods} */
let methods = {};
await answer(0, async () => {
  const { sides } = await import(module);
  methods = await sides[name](JSON.parse(context), (/** @type {unknown} */ event) =>
    tell({ event }),
  );
});
process.on('message', (message) => {
  const { id, method, argument } =
    /** @type {{ id: number, method: string, argument: unknown }} */ (message);
  void answer(id, () => methods[method]?.(argument));
});
