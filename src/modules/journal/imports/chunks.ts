/**
 * The same bytes in chunks of `size`, the last one smaller; nothing for no bytes. Holds one chunk.
 * @param pieces of any size
 */
export async function* inChunks(
  pieces: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    waiting.push(piece);
    length += piece.length;
    while (length >= size) {
      const bytes = Buffer.concat(waiting);
      yield bytes.subarray(0, size);
      waiting = [bytes.subarray(size)];
      length -= size;
    }
  }
  if (length > 0) yield Buffer.concat(waiting);
}
