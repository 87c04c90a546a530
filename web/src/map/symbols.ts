/** The signs of units and sites, drawn once for both faces: what it is by a character, how old by shape. */

import type { Colours } from './colours';
import type { Freshness } from './fleet';

/** Sides of the squares that signs are drawn in, at a scale of 1. */
export const UNIT_PX = 32;
export const SITE_PX = 24;
export const HEADING_PX = 56;

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
