import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { FileNews } from './file.providers.js';
import { readResearchFolder } from './research-folder.js';

describe('a research folder', () => {
  let folder: string;
  let sample: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bourse-research-'));
    sample = await readFile(resolve(__dirname, '../sample-data/KO.json'), 'utf8');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  const refused = (message: string) =>
    expect(readResearchFolder(folder)).rejects.toMatchObject({
      code: 'research.bad_file',
      message: `bad research data: ${message}`,
    });

  it('has a revision that follows its content alone', async () => {
    await write('KO.json', sample);
    await write('README.md', 'not read');
    const { contentHash, bySymbol } = await readResearchFolder(folder);
    expect([...bySymbol.keys()]).toEqual(['KO']);
    await write('README.md', 'still not read');
    expect((await readResearchFolder(folder)).contentHash).toBe(contentHash);
    await write('KO.json', sample.replace('"note": "', '"note": "Mind: '));
    expect((await readResearchFolder(folder)).contentHash).not.toBe(contentHash);
  });

  it('gives each story an id that it keeps', async () => {
    await write('KO.json', sample);
    const idsOf = async () => {
      const found = await new FileNews(await readResearchFolder(folder)).newsOf('KO');
      return found?.items.map(({ id }) => id);
    };
    const ids = await idsOf();
    expect(new Set(ids).size).toBe(6);
    expect(await idsOf()).toEqual(ids);
  });

  it('without a file stops the boot', () => refused(`${folder}: has no .json file`));

  it('that does not exist stops the boot', async () => {
    await rm(folder, { recursive: true });
    await refused(`${folder}: cannot be read as a folder`);
  });

  it.each([
    ['cut short', 'KO.json', '{"symbol": "KO"', 'is not JSON'],
    ['of another symbol', 'PEP.json', undefined, 'its symbol is not its name'],
  ])('with a file %s stops the boot', async (_, name, text, problem) => {
    await write(name, text ?? sample);
    await refused(`${name}: ${problem}`);
  });

  it('with a folder named like a file stops the boot', async () => {
    await mkdir(join(folder, 'KO.json'));
    await refused('KO.json: cannot be read');
  });

  it('with a file beyond all bounds stops the boot', async () => {
    await write('KO.json', ' '.repeat(4 * 1_024 * 1_024 + 1));
    await refused('KO.json: is larger than 4194304 bytes');
  });
});
