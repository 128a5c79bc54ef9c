const BATCH = 1_000;

/** Reads on from where the batch before ended, {@link BATCH} at a time. */
export async function inBatches<Row, Place>(
  start: Place,
  read: (place: Place, limit: number) => Promise<Row[]>,
  placeOf: (row: Row) => Place,
  take: (row: Row) => void,
): Promise<void> {
  for (let place = start; ;) {
    const rows = await read(place, BATCH);
    for (const row of rows) take(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH) return;
    place = placeOf(last);
  }
}
