/** The signs of units and sites, drawn once for both faces: what it is by a character, how old by shape. */

import type { Severity } from '../board/protocol';
import type { Colours } from './colours';
import type { Freshness } from './fleet';
import type { GaugeMark } from './gauges';

/** Sides of the squares that signs are drawn in, at a scale of 1. */
export const UNIT_PX = 32;
export const SITE_PX = 24;
export const GAUGE_PX = 50;
export const INCIDENT_PX = 44;
export const HEADING_PX = 56;

/** The corners of each level's shape, as its mark has them: octagon, triangle, diamond, square. */
const CORNERS: Readonly<Record<Severity, readonly (readonly [number, number])[]>> = {
  red: [[-0.4, -1], [0.4, -1], [1, -0.4], [1, 0.4], [0.4, 1], [-0.4, 1], [-1, 0.4], [-1, -0.4]],
  orange: [[0, -1], [1.05, 0.85], [-1.05, 0.85]],
  yellow: [[0, -1.1], [1.1, 0], [0, 1.1], [-1.1, 0]],
  blue: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
};

/**
 * A unit: a solid disk where it is up to date, an outline where it is late, a dashed and struck outline where it is lost.
 * The middle of the sign is at 0, 0.
 */
export function drawUnit(to: CanvasRenderingContext2D, px: number, glyph: string, age: Freshness, colours: Colours): void {
  const radius = px * 0.42;
  const ink = { fresh: colours.bg, late: colours.text, lost: colours.faint }[age];
  to.beginPath();
  to.arc(0, 0, radius + px * 0.06, 0, 2 * Math.PI);
  to.fillStyle = colours.bg;
  to.fill();
  to.beginPath();
  to.arc(0, 0, radius, 0, 2 * Math.PI);
  to.fillStyle = age === 'fresh' ? colours.text : colours.panel;
  to.fill();
  if (age !== 'fresh') {
    to.lineWidth = px * 0.075;
    to.strokeStyle = colours.muted;
    to.setLineDash(age === 'late' ? [] : [px * 0.14, px * 0.1]);
    to.stroke();
    to.setLineDash([]);
  }
  write(to, glyph, px * 0.5, ink, colours);
  if (age === 'lost') strike(to, radius, px, colours);
}

/** A place that stands: a small square; hollow where nothing is to be feared or fetched there. */
export function drawSite(to: CanvasRenderingContext2D, px: number, glyph: string, isHollow: boolean, colours: Colours): void {
  const half = px * 0.42;
  to.beginPath();
  to.rect(-half, -half, 2 * half, 2 * half);
  to.fillStyle = isHollow ? colours.panel : colours.line;
  to.fill();
  to.lineWidth = px * 0.06;
  to.strokeStyle = isHollow ? colours.line : colours.faint;
  to.stroke();
  write(to, glyph, px * 0.54, isHollow ? colours.faint : colours.text, colours);
}

/**
 * A gauge: a drop for rain, a triangle on its tip for a river, a dam for a reservoir, in the colour of the threshold
 * it has reached. What is late is hatched, who is silent is dashed and struck: neither looks as if it were so.
 */
export function drawGauge(
  to: CanvasRenderingContext2D, px: number, look: Pick<GaugeMark, 'measures' | 'colour' | 'age' | 'isDrill'>, glyph: string, colours: Colours,
): void {
  const { measures, colour, age } = look;
  const isSure = age === 'fresh';
  outline(to, px, measures);
  to.lineJoin = 'round';
  to.lineWidth = px * 0.16;
  to.strokeStyle = colours.bg;
  to.stroke();
  to.fillStyle = !isSure ? colours.panel : colour === undefined ? colours.line : colours[colour];
  to.fill();
  if (age === 'late') hatch(to, px, colours);
  outline(to, px, measures);
  to.lineWidth = px * (colour === undefined ? 0.05 : 0.09);
  to.strokeStyle = colour !== undefined && !isSure ? colours[colour] : isSure ? colours.text : colours.muted;
  to.setLineDash(age === 'lost' || look.isDrill ? [px * 0.13, px * 0.09] : []);
  to.stroke();
  to.setLineDash([]);
  const ink = isSure && colour !== undefined && colour !== 'red' ? colours.bg : isSure ? colours.text : colours.muted;
  to.save();
  to.translate(0, measures === 'river' ? -px * 0.1 : px * 0.1);
  write(to, glyph, px * 0.42, ink, colours);
  to.restore();
  if (age === 'lost') strike(to, px * 0.42, px, colours);
}

/** An incident: the shape of its level in its colour, a circle while it has none; a drill's is only an outline. */
export function drawIncident(to: CanvasRenderingContext2D, px: number, colour: Severity | undefined, isDrill: boolean, colours: Colours): void {
  to.beginPath();
  if (colour === undefined) to.arc(0, 0, px * 0.4, 0, 2 * Math.PI);
  else for (const [x, y] of CORNERS[colour]) to.lineTo(x * px * 0.45, y * px * 0.45);
  to.closePath();
  to.lineJoin = 'round';
  to.lineWidth = px * 0.14;
  to.strokeStyle = colours.bg;
  to.stroke();
  to.fillStyle = isDrill ? colours.panel : colour === undefined ? colours.text : colours[colour];
  to.fill();
  to.lineWidth = px * 0.06;
  to.setLineDash(isDrill ? [px * 0.12, px * 0.08] : []);
  to.strokeStyle = isDrill && colour !== undefined ? colours[colour] : colours.text;
  to.stroke();
  to.setLineDash([]);
  to.save();
  to.translate(0, colour === 'orange' ? px * 0.1 : 0);
  write(to, '!', px * 0.55, isDrill || colour === 'red' ? colours.text : colours.bg, colours);
  to.restore();
}

/** Which way it drives: a tip beyond the disk. */
export function drawHeading(to: CanvasRenderingContext2D, px: number, colours: Colours): void {
  const tip = px * 0.46;
  const foot = px * 0.24;
  to.beginPath();
  to.moveTo(0, -tip);
  to.lineTo(foot * 0.85, -foot);
  to.lineTo(-foot * 0.85, -foot);
  to.closePath();
  to.fillStyle = colours.text;
  to.strokeStyle = colours.bg;
  to.lineWidth = px * 0.03;
  to.fill();
  to.stroke();
}

/** Returns a sign as pixels, for a map that takes pictures. */
export function picture(px: number, draw: (to: CanvasRenderingContext2D) => void): ImageData {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = Math.ceil(px);
  const to = canvas.getContext('2d', { willReadFrequently: true });
  if (to === null) throw new Error('the browser cannot draw');
  to.translate(canvas.width / 2, canvas.height / 2);
  draw(to);
  return to.getImageData(0, 0, canvas.width, canvas.height);
}

function outline(to: CanvasRenderingContext2D, px: number, measures: GaugeMark['measures']): void {
  const half = px * 0.42;
  to.beginPath();
  if (measures === 'rain') {
    to.moveTo(0, -half);
    to.bezierCurveTo(half * 0.3, -half * 0.55, half * 0.85, -half * 0.2, half * 0.85, half * 0.28);
    to.arc(0, half * 0.22, half * 0.85, 0.07, Math.PI - 0.07);
    to.bezierCurveTo(-half * 0.85, -half * 0.2, -half * 0.3, -half * 0.55, 0, -half);
  } else if (measures === 'river') {
    to.moveTo(-half, -half * 0.75);
    to.lineTo(half, -half * 0.75);
    to.lineTo(0, half);
  } else {
    to.moveTo(-half * 0.55, -half * 0.75);
    to.lineTo(half * 0.55, -half * 0.75);
    to.lineTo(half, half * 0.85);
    to.lineTo(-half, half * 0.85);
  }
  to.closePath();
}

function hatch(to: CanvasRenderingContext2D, px: number, colours: Colours): void {
  to.save();
  to.clip();
  to.beginPath();
  for (let x = -px; x < px; x += px * 0.17) {
    to.moveTo(x, px / 2);
    to.lineTo(x + px, -px / 2);
  }
  to.lineWidth = px * 0.035;
  to.strokeStyle = colours.faint;
  to.stroke();
  to.restore();
}

function write(to: CanvasRenderingContext2D, glyph: string, px: number, ink: string, colours: Colours): void {
  to.font = `700 ${px}px ${colours.sans}`;
  to.textAlign = 'center';
  to.textBaseline = 'middle';
  to.fillStyle = ink;
  to.fillText(glyph, 0, px * 0.06);
}

function strike(to: CanvasRenderingContext2D, radius: number, px: number, colours: Colours): void {
  to.beginPath();
  to.moveTo(-radius * 0.85, radius * 0.85);
  to.lineTo(radius * 0.85, -radius * 0.85);
  to.lineWidth = px * 0.08;
  to.strokeStyle = colours.text;
  to.stroke();
}
