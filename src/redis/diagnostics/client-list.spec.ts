import { parseClientList, toClientList } from './client-list.js';

const LIST = [
  'id=3 addr=127.0.0.1:5000 laddr=127.0.0.1:6379 fd=8 name=bourse-command age=10 idle=2 flags=N db=0 sub=0 tot-mem=1234 cmd=client|list user=default resp=2',
  'id=4 addr=127.0.0.1:5001 fd=9 name= age=20 idle=0 flags=N db=1 cmd=NULL user=ops',
  'id=5 addr=[::1]:5002 fd=9 name={bourse}:q:dHJhZGluZw== age=20 idle=7 flags=b db=0 cmd=bzpopmin user=default',
  'id=6 addr=127.0.0.1:5003 name=bourse2-command age=1 idle=9 db=0 cmd=get user=default',
  '',
].join('\n');

describe('the clients of a server', () => {
  it('are read from CLIENT LIST, telling ours from others', () => {
    expect(parseClientList(LIST, 'bourse')).toMatchObject([
      { id: 3, name: 'bourse-command', lastCommand: 'client|list', memoryBytes: 1_234, own: true },
      { id: 4, name: null, database: 1, user: 'ops', memoryBytes: null, own: false },
      { id: 5, address: '[::1]:5002', own: true },
      { id: 6, own: false },
    ]);
  });

  it('are listed the busiest first, up to a limit, with how many there are', () => {
    const { total, items } = toClientList(parseClientList(LIST, 'bourse'), 2);
    expect(total).toBe(4);
    expect(items.map(({ id }) => id)).toEqual([4, 3]);
  });
});
