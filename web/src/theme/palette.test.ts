import { expect, it } from 'vitest';

import css from './tokens.css?raw';

/** Colours by the names that `tokens.css` gives them. */
const tokens = new Map(
  [...css.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1] ?? '', match[2] ?? '']),
);
const LEVELS = ['red', 'orange', 'yellow', 'blue'];

it('level colours are the ones that the law and eyes need', () => {
  expect(LEVELS.map(colour)).toEqual(['#ca0814', '#f87800', '#ffee63', '#54aaf6']);
});

it('levels and the alarm for the unreached stay apart for every kind of colour vision', () => {
  const signs = [...LEVELS, 'unreached'];
  for (const vision of Object.keys(VISIONS)) {
    for (const [index, one] of signs.entries()) {
      for (const other of signs.slice(index + 1)) {
        const difference = deltaE(seen(colour(one), vision), seen(colour(other), vision));
        expect(difference, `${one} and ${other} for ${vision}`).toBeGreaterThanOrEqual(16);
      }
    }
  }
});

it('each level is seen on the ground, and its text on it', () => {
  for (const level of LEVELS) {
    expect(contrast(colour(level), colour('bg')), level).toBeGreaterThanOrEqual(3);
    expect(contrast(colour(`${level}-ink`), colour(level)), level).toBeGreaterThanOrEqual(4.5);
  }
});

it('text is readable wherever it stands', () => {
  const grounds = ['bg', 'panel', 'raised', 'wait-1', 'wait-2', 'wait-3'];
  for (const ground of grounds) {
    expect(contrast(colour('text'), colour(ground)), ground).toBeGreaterThanOrEqual(7);
    expect(contrast(colour('muted'), colour(ground)), ground).toBeGreaterThanOrEqual(4.5);
  }
  expect(contrast(colour('unreached'), colour('panel'))).toBeGreaterThanOrEqual(7);
  expect(contrast(colour('unreached-ink'), colour('unreached'))).toBeGreaterThanOrEqual(7);
  expect(contrast(colour('action-ink'), colour('action'))).toBeGreaterThanOrEqual(7);
  expect(contrast(colour('faint'), colour('raised'))).toBeGreaterThanOrEqual(4.5);
});

type Triple = [number, number, number];

/** Colour-vision deficiencies as matrices on linear light (Machado, Oliveira, Fernandes 2009, severity 1). */
const VISIONS: Record<string, Triple[]> = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritan: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

function colour(name: string): string {
  const found = tokens.get(name);
  if (found === undefined) throw new Error(`tokens.css has no --${name}`);
  return found;
}

function linear(hex: string): Triple {
  return [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as Triple;
}

function contrast(one: string, other: string): number {
  const luminance = (hex: string): number => dot([0.2126, 0.7152, 0.0722], linear(hex));
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function dot(a: Triple, b: Triple): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** Returns CIE L*a*b* (D65) as somebody with this vision sees the colour. */
function seen(hex: string, vision: string): Triple {
  const light = linear(hex);
  const rgb = (VISIONS[vision] ?? []).map((row) => Math.min(1, Math.max(0, dot(row, light)))) as Triple;
  const xyz = [
    dot([0.4124564, 0.3575761, 0.1804375], rgb) / 0.95047,
    dot([0.2126729, 0.7151522, 0.072175], rgb),
    dot([0.0193339, 0.119192, 0.9503041], rgb) / 1.08883,
  ];
  const [x = 0, y = 0, z = 0] = xyz.map((t) => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 * t + 16) / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** CIEDE2000 (Sharma, Wu, Dalal 2005). */
function deltaE([l1, a1, b1]: Triple, [l2, a2, b2]: Triple): number {
  const rad = Math.PI / 180;
  const mean = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const g = 0.5 * (1 - Math.sqrt(mean ** 7 / (mean ** 7 + 25 ** 7)));
  const [c1, c2] = [Math.hypot(a1 * (1 + g), b1), Math.hypot(a2 * (1 + g), b2)];
  const hue = (a: number, b: number): number => (Math.atan2(b, a * (1 + g)) / rad + 360) % 360;
  const [h1, h2] = [hue(a1, b1), hue(a2, b2)];
  const turn = Math.abs(h2 - h1) > 180 ? Math.sign(h1 - h2) * 360 : 0;
  const dH = 2 * Math.sqrt(c1 * c2) * Math.sin(((h2 - h1 + turn) / 2) * rad);
  const h = Math.abs(h1 - h2) > 180 ? (h1 + h2 + 360) / 2 : (h1 + h2) / 2;
  const [l, c] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const t = 1 - 0.17 * Math.cos((h - 30) * rad) + 0.24 * Math.cos(2 * h * rad)
    + 0.32 * Math.cos((3 * h + 6) * rad) - 0.2 * Math.cos((4 * h - 63) * rad);
  const [sL, sC, sH] = [1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2), 1 + 0.045 * c, 1 + 0.015 * c * t];
  const rT = -2 * Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7)) * Math.sin(60 * Math.exp(-(((h - 275) / 25) ** 2)) * rad);
  const [x, y, z] = [(l2 - l1) / sL, (c2 - c1) / sC, dH / sH];
  return Math.sqrt(x * x + y * y + z * z + rT * y * z);
}
