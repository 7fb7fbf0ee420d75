import { describe, expect, it } from 'vitest';
import { chiSquareCdf, chiSquareSf } from './chi-square.js';
import { erf, erfc } from './erf.js';
import { gammaP, gammaQ } from './gamma.js';
import { kolmogorovSf } from './kolmogorov.js';
import { logGamma } from './log-gamma.js';
import { noncentralChiSquareIsf, noncentralChiSquareSf } from './noncentral-chi-square.js';
import { normalCdf, normalQuantile, normalSf, Z95 } from './normal.js';
import { poissonDensity } from './poisson.js';

// Reference values: mpmath 1.3 with 40 digits, unless another source is named.

function relative(got: number, want: number, tolerance: number, where: string): void {
  const error = Math.abs(got - want) / Math.max(Math.abs(want), Number.MIN_VALUE);
  if (got !== want && !(error <= tolerance)) expect.fail(`${where}: got ${got}, want ${want}, relative error ${error}`);
}

describe('gamma functions', () => {
  it('logGamma', () => {
    const known = [
      [1e-8, 18.42068073818021],
      [0.5, 0.5723649429247001],
      [1.5, -0.12078223763524522],
      [2.5, 0.2846828704729192],
      [3, Math.LN2],
      [10, 12.801827480081469],
      [100.5, 361.4355404677776],
      [1e6, 12815504.569147611],
      [1e12, 26631021115915.652],
    ] as const;
    for (const [x, want] of known) relative(logGamma(x), want, 2e-14, `logGamma(${x})`);
    expect(logGamma(1)).toBe(0);
    expect(Math.abs(logGamma(1.000001) - -5.772148423874147e-7)).toBeLessThan(1e-14);
    expect(() => logGamma(0)).toThrow(RangeError);
    expect(() => logGamma(Number.NaN)).toThrow(RangeError);
  });

  it('the upper incomplete gamma function, also far out and for large a', () => {
    const known = [
      [0.5, 0.1, 0.654720846018577],
      [0.5, 5, 0.0015654022580025497],
      [1, 1, 0.36787944117144233],
      [4.5, 2, 0.9114125268316792],
      [4.5, 50, 1.5735176303753944e-17],
      [19.5, 17.5, 0.652897227426409],
      [50, 80, 0.00013078397659141034],
      [1000, 1000, 0.4957947558197845],
      [1000, 1200, 1.2881606086281433e-9],
      [1e5, 1.01e5, 0.0008084215129255907],
      [1e6, 1e6, 0.4998670192391274],
    ] as const;
    for (const [a, x, want] of known) {
      relative(gammaQ(a, x), want, 1e-11, `Q(${a}, ${x})`);
      expect(gammaP(a, x) + gammaQ(a, x)).toBeCloseTo(1, 14);
    }
    expect(gammaQ(3, 0)).toBe(1);
    expect(gammaQ(3, 1e6)).toBe(0);
    expect(gammaQ(3, Number.POSITIVE_INFINITY)).toBe(0);
    expect(() => gammaQ(0, 1)).toThrow(RangeError);
    expect(() => gammaP(1, -1)).toThrow(RangeError);
  });

  it('the Poisson density keeps its digits where the naive form loses them', () => {
    const known = [
      [0, 0.5, 0.6065306597126334],
      [3, 2, 0.18044704431548358],
      [10.5, 10, 0.12065054133138245],
      [1e6, 1e6, 0.00039894224715624404],
      [5, 100, 3.1000633133506965e-36],
      [1e9, 1.0001e9, 8.503200317077975e-8],
    ] as const;
    for (const [k, lambda, want] of known) relative(poissonDensity(k, lambda), want, 1e-12, `Pois(${k}; ${lambda})`);
    expect(poissonDensity(0, 0)).toBe(1);
    expect(poissonDensity(2, 0)).toBe(0);
    expect(() => poissonDensity(-1, 1)).toThrow(RangeError);
  });
});

describe('the normal law', () => {
  it('erfc', () => {
    const known = [
      [-3, 1.9999779095030015],
      [-0.3, 1.3286267594591274],
      [0, 1],
      [0.3, 0.6713732405408726],
      [0.5, 0.4795001221869535],
      [1, 0.15729920705028513],
      [2, 0.004677734981047266],
      [3.9, 3.4792248597231765e-8],
      [4.1, 6.700027654084918e-9],
      [8, 1.1224297172982926e-29],
      [15, 7.212994172451207e-100],
      [26, 5.663192408856143e-296],
    ] as const;
    for (const [x, want] of known) {
      relative(erfc(x), want, 4e-15, `erfc(${x})`);
      expect(erf(x) + erfc(x)).toBeCloseTo(1, 14);
    }
    expect(erfc(40)).toBe(0);
  });

  it('distribution function to 1e-15, relative in the lower tail', () => {
    const known = [
      [-37, 5.725571222524577e-300],
      [-10, 7.619853024160525e-24],
      [-5, 2.866515718791939e-7],
      [-2, 0.02275013194817921],
      [-1, 0.15865525393145705],
      [-0.1, 0.460172162722971],
      [0, 0.5],
      [0.6, 0.7257468822499265],
      [1.96, 0.9750021048517795],
      [3, 0.9986501019683699],
      [6, 0.9999999990134123],
    ] as const;
    for (const [x, want] of known) {
      expect(Math.abs(normalCdf(x) - want)).toBeLessThan(1e-15);
      relative(normalCdf(x), want, 1e-12, `Φ(${x})`);
      expect(normalSf(-x)).toBe(normalCdf(x));
    }
  });

  it('quantile', () => {
    const known = [
      [1e-300, -37.0470962993612],
      [1e-20, -9.262340089798409],
      [1e-8, -5.612001244174789],
      [0.01, -2.326347874040841],
      [0.074, -1.4466320671589785],
      [0.0751, -1.43882539275254],
      [0.3, -0.5244005127080408],
      [0.5, 0],
      [0.8, 0.8416212335729144],
      [0.975, Z95],
      [0.999999, 4.753424308817087],
    ] as const;
    for (const [p, want] of known) relative(normalQuantile(p), want, 1e-14, `Φ⁻¹(${p})`);
    expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
    expect(() => normalQuantile(1.1)).toThrow(RangeError);
  });
});

describe('laws of test statistics', () => {
  it('chi-square', () => {
    expect(chiSquareSf(3.841458820694124, 1)).toBeCloseTo(0.05, 14);
    expect(chiSquareSf(16.918977604620448, 9)).toBeCloseTo(0.05, 14);
    relative(chiSquareSf(700, 3), 2.0991308534204087e-151, 1e-12, 'tail');
    expect(chiSquareSf(1e5, 1)).toBe(0);
    expect(chiSquareSf(-1, 4)).toBe(1);
    expect(chiSquareSf(0, 0)).toBe(1);
    expect(chiSquareCdf(5, 3) + chiSquareSf(5, 3)).toBeCloseTo(1, 14);
  });

  it('noncentral chi-square', () => {
    const known = [
      [30, 9, 5, 0.01623365911009553],
      [5, 1, 0.5, 0.06476135678283859],
      [60, 9, 50, 0.4470097691299271],
      [200, 9, 50, 1.2046331679726766e-11],
      [1, 3, 20, 0.9999568706084891],
      [600, 39, 500, 0.09299186844292075],
      [900, 9, 10, 4.481566555494948e-155],
    ] as const;
    for (const [x, dof, ncp, want] of known) {
      relative(noncentralChiSquareSf(x, dof, ncp), want, 1e-11, `sf(${x}, ${dof}, ${ncp})`);
    }
    expect(noncentralChiSquareSf(1e9, 9, 1e4)).toBe(0);
    expect(noncentralChiSquareSf(0, 9, 1e4)).toBe(1);
    expect(noncentralChiSquareSf(5, 3, 0)).toBe(chiSquareSf(5, 3));
    expect(() => noncentralChiSquareSf(1, 0, 1)).toThrow(RangeError);
    expect(() => noncentralChiSquareSf(1, 1, -1)).toThrow(RangeError);
  });

  it('critical values of the noncentral chi-square (scipy 1.17 ncx2.isf)', () => {
    const known = [
      [0.01, 9, 5, 31.87461735205064],
      [0.01, 9, 0, 21.665994333461928],
      [0.05, 1, 100, 135.60261599312486],
      [0.01, 39, 51.3, 133.36825120926633],
      [1e-6, 9, 5000, 5703.094027445746],
      [0.01, 9, 2.5e6, 2507369.9756891835],
      [0.99, 9, 5, 3.511534026300706],
    ] as const;
    for (const [p, dof, ncp, want] of known) {
      relative(noncentralChiSquareIsf(p, dof, ncp), want, 1e-9, `isf(${p}, ${dof}, ${ncp})`);
    }
    expect(() => noncentralChiSquareIsf(0, 1, 1)).toThrow(RangeError);
  });

  it('Kolmogorov', () => {
    const known = [
      [0.03, 1],
      [0.1, 1],
      [0.3, 0.9999906941986655],
      [0.5, 0.9639452436648751],
      [0.9, 0.39273070794065434],
      [1, 0.2699996716773545],
      [1.2, 0.11224966667072499],
      [1.6276, 0.010001537333060773],
      [3, 3.045995948942526e-8],
      [10, 2.767793053473475e-87],
    ] as const;
    for (const [x, want] of known) relative(kolmogorovSf(x), want, 1e-13, `Q(${x})`);
    expect(kolmogorovSf(-1)).toBe(1);
    expect(kolmogorovSf(1e3)).toBe(0);
    expect(() => kolmogorovSf(Number.NaN)).toThrow(RangeError);
  });
});
