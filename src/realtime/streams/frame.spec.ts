import { Frame } from './frame.js';

const frameOf = (text: string) => {
  const place = { channel: 'c', epoch: 'e', seq: 1, ts: 't' };
  return new Frame('message', { ...place, data: text }, false);
};
/** In bytes, with nothing in `data`. */
const EMPTY = Buffer.byteLength(`4${frameOf('').packet('/live')}`);

describe('a frame', () => {
  it('is the packet that socket.io sends for the event', () => {
    const body = '{"channel":"c","epoch":"e","seq":1,"ts":"t","data":"Zürich"}';
    expect(frameOf('Zürich').packet('/live')).toBe(`2/live,["message",${body}]`);
  });

  it.each([
    [125, [0x81, 125]],
    [126, [0x81, 126, 0x00, 0x7e]],
    [65_535, [0x81, 126, 0xff, 0xff]],
    [65_536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]],
  ])('has the head of a web socket text of %i bytes', (length, head) => {
    // Two bytes in UTF-8, one character.
    const text = `ü${'x'.repeat(length - EMPTY - 2)}`;
    const frame = frameOf(text).webSocketFrame('/live');
    expect([...frame.subarray(0, head.length)]).toEqual(head);
    expect(frame.subarray(head.length).toString()).toBe(`4${frameOf(text).packet('/live')}`);
    expect(frame).toHaveLength(head.length + length);
  });
});
