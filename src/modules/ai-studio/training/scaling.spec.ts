import { designRow, measureScaling } from './scaling.js';

describe('scaling', () => {
  it('gives the rows it was measured on mean 0 and deviation 1, behind the constant', () => {
    const rows = [
      [1, 10],
      [3, 30],
      [5, 50],
    ];
    const scaling = measureScaling(rows);
    expect(scaling.means).toEqual([3, 30]);
    const design = rows.map((row) => designRow(scaling, row));
    expect(design.map(([constant]) => constant)).toEqual([1, 1, 1]);
    const deviation = Math.sqrt(8 / 3);
    expect(design[0]).toEqual([1, -2 / deviation, -20 / (10 * deviation)]);
  });

  it('makes 0 of a feature that never changes, whatever rounding leaves of its deviation', () => {
    const scaling = measureScaling([[0.1], [0.1], [0.1]]);
    expect(designRow(scaling, [0.1])[1]).toBeCloseTo(0, 12);
    expect(scaling.deviations).toEqual([1]);
  });
});
