/** How the plain map is painted, in the order of `zorder.ts`. */

import { levelOf } from '../board/area';
import type { ClusterItem, Severity } from '../board/protocol';
import type { Colours } from './colours';
import { FAR_SIZE, type FaceWords } from './face';
import type { GaugeMark } from './gauges';
import { centreOf, layerOf, warningsOf, type Geometry, type Ground, type Place, type TownshipLabel } from './ground';
import { incidentSigns } from './incidents';
import { shortLabel, type UnitMark } from './marks';
import { project, type Camera } from './projection';
import { siteSigns } from './sites';
import { drawGauge, drawHeading, drawIncident, drawSite, drawUnit, GAUGE_PX, HEADING_PX, INCIDENT_PX, SITE_PX, UNIT_PX } from './symbols';

export interface Scene {
  ground: Ground;
  townships: readonly TownshipLabel[];
  gauges: readonly GaugeMark[];
  marks: ReadonlyMap<string, UnitMark>;
  clusters: readonly ClusterItem[];
  chosen: string | undefined;
}

export interface Pen {
  camera: Camera;
  scale: number;
  colours: Colours;
  words: FaceWords;
  hasSites: boolean;
  hasNames: boolean;
}

type Canvas = CanvasRenderingContext2D;

/** Paints what stands still. */
export function drawGround(to: Canvas, scene: Scene, pen: Pen): void {
  const { camera, colours } = pen;
  to.fillStyle = colours['map-around'];
  to.fillRect(0, 0, camera.width, camera.height);
  const outlines = (level: string): Geometry[] => layerOf(scene.ground, 'areas')
    .filter((one) => one.geometry?.type === 'MultiPolygon' && levelOf(one.properties.id) === level)
    .flatMap((one) => one.geometry ?? []);
  for (const county of outlines('county')) fill(to, pen, county, colours['map-land'], 1);
  drawAnswered(to, scene, pen);
  drawWarnings(to, scene, pen, 'fill');
  lines(to, pen, layerOf(scene.ground, 'rivers').map((one) => one.geometry), colours['map-river'], 3);
  for (const [level, width] of [['township', 0.6], ['county', 1.3]] as const) {
    const roads = layerOf(scene.ground, 'roads').filter((one) => one.properties.class === level);
    lines(to, pen, roads.map((one) => one.geometry), colours['map-road'], width);
  }
  lines(to, pen, outlines('township'), colours['map-border'], 1.5);
  lines(to, pen, outlines('county'), colours['map-border'], 3.5);
  drawWarnings(to, scene, pen, 'edge');
  if (pen.hasNames) drawVillages(to, scene, pen);
  if (pen.hasSites) drawSites(to, scene, pen);
}

/** Paints what moves over what `drawGround` left, and the names over that. */
export function drawMoving(to: Canvas, scene: Scene, pen: Pen): void {
  const { camera, colours, scale } = pen;
  for (const mark of scene.gauges) if (pen.hasSites || !mark.isQuiet) drawGaugeMark(to, mark, pen);
  for (const cluster of scene.clusters) drawCluster(to, cluster, pen);
  const px = UNIT_PX * scale * (pen.hasNames ? 1 : FAR_SIZE);
  // Those that are where they are drawn lie on top.
  const order = { lost: 0, late: 1, fresh: 2 };
  for (const mark of [...scene.marks.values()].sort((a, b) => order[a.age] - order[b.age])) {
    const [x, y] = project(camera, [mark.lon, mark.lat]);
    to.save();
    to.translate(x, y);
    if (mark.heading !== undefined) {
      to.rotate((mark.heading * Math.PI) / 180);
      drawHeading(to, (HEADING_PX / UNIT_PX) * px, colours);
      to.rotate((-mark.heading * Math.PI) / 180);
    }
    drawUnit(to, px, pen.words.glyph(mark.kind), mark.age, colours);
    const label = pen.hasNames ? [mark.name, mark.since] : [shortLabel(mark)];
    write(to, pen, label.filter((line) => line !== ''), [0, px * 0.75], 15 * scale, colours.text);
    if (mark.unit === scene.chosen) ring(to, 22 * scale, colours.focus, 3 * scale);
    to.restore();
  }
  for (const label of scene.townships) drawTownship(to, label, pen, 22 * scale);
  drawIncidents(to, scene, pen);
}

function drawAnswered(to: Canvas, scene: Scene, pen: Pen): void {
  const rows = new Map(scene.townships.map((label) => [label.code, label.row]));
  for (const { geometry, properties } of layerOf(scene.ground, 'areas')) {
    const row = rows.get(properties.id);
    const demanded = row === undefined ? 0 : row.total - row.withdrawn;
    if (geometry?.type !== 'MultiPolygon' || row === undefined || demanded === 0) continue;
    fill(to, pen, geometry, pen.colours.muted, (0.3 * row.answered) / demanded);
    if (row.unreached > 0) lines(to, pen, [geometry], pen.colours.unreached, 2.5);
  }
}

function drawWarnings(to: Canvas, scene: Scene, pen: Pen, part: 'fill' | 'edge'): void {
  for (const { geometry, properties } of warningsOf(scene.ground)) {
    if (properties.layer !== 'warnings' || geometry === null) continue;
    const colour = pen.colours[properties.colour as Severity];
    if (part === 'fill') fill(to, pen, geometry, colour, 0.16);
    else {
      to.setLineDash(properties.status === 'actual' ? [] : [6 * pen.scale, 6 * pen.scale]);
      lines(to, pen, [geometry], colour, 3);
      to.setLineDash([]);
    }
  }
}

function drawVillages(to: Canvas, scene: Scene, pen: Pen): void {
  for (const { geometry, properties } of layerOf(scene.ground, 'areas')) {
    if (geometry === null || levelOf(properties.id) !== 'village') continue;
    write(to, pen, [properties.name], project(pen.camera, centreOf(geometry)), 14 * pen.scale, pen.colours.faint);
  }
}

function drawSites(to: Canvas, scene: Scene, pen: Pen): void {
  const px = SITE_PX * pen.scale * (pen.hasNames ? 1 : 0.75);
  for (const sign of siteSigns(scene.ground).reverse()) {
    const [x, y] = project(pen.camera, sign.at);
    to.save();
    to.translate(x, y);
    drawSite(to, px, pen.words.glyph(sign.layer), sign.isHollow, pen.colours);
    if (pen.hasNames) write(to, pen, [sign.name], [0, px], 14 * pen.scale, pen.colours.muted);
    to.restore();
  }
}

function drawIncidents(to: Canvas, scene: Scene, pen: Pen): void {
  const px = INCIDENT_PX * pen.scale;
  for (const sign of incidentSigns(scene.ground)) {
    const [x, y] = project(pen.camera, sign.at);
    to.save();
    to.translate(x, y);
    drawIncident(to, px, sign.colour, sign.isDrill, pen.colours);
    write(to, pen, [sign.title, pen.words.sent(sign.units, sign.on_scene)], [0, px * 0.7], 17 * pen.scale, pen.colours.text);
    to.restore();
  }
}

function drawGaugeMark(to: Canvas, mark: GaugeMark, pen: Pen): void {
  const px = GAUGE_PX * pen.scale * (pen.hasNames ? 1 : 0.75);
  const [x, y] = project(pen.camera, [mark.lon, mark.lat]);
  to.save();
  // A drill's lies beside what is so, never over it.
  to.translate(mark.isDrill ? x + px : x, y);
  drawGauge(to, px, mark, pen.words.glyph(mark.mark ?? mark.measures), pen.colours);
  const label = (pen.hasNames ? mark.label : mark.short).split('\n');
  write(to, pen, label, [0, px * 0.8], 15 * pen.scale, mark.isQuiet ? pen.colours.muted : pen.colours.text);
  to.restore();
}

function drawTownship(to: Canvas, { name, at, row }: TownshipLabel, pen: Pen, size: number): void {
  const [x, y] = project(pen.camera, at);
  write(to, pen, [name], [x, y - size], size, pen.colours.muted);
  if (row === undefined) return;
  write(to, pen, [`${row.answered}/${row.total - row.withdrawn}`], [x, y + size * 0.3], size * 1.2, pen.colours.text);
  if (row.unreached > 0) write(to, pen, [pen.words.unreached(row.unreached)], [x, y + size * 1.6], size, pen.colours.unreached);
}

function drawCluster(to: Canvas, { lon, lat, count }: ClusterItem, pen: Pen): void {
  const radius = (12 + 6 * Math.log10(Math.max(1, count))) * pen.scale;
  const [x, y] = project(pen.camera, [lon, lat]);
  to.beginPath();
  to.arc(x, y, radius, 0, 2 * Math.PI);
  to.fillStyle = pen.colours.raised;
  to.fill();
  to.lineWidth = 2 * pen.scale;
  to.strokeStyle = pen.colours.text;
  to.stroke();
  write(to, pen, [String(count)], [x, y], 18 * pen.scale, pen.colours.text);
}

function ring(to: Canvas, radius: number, colour: string, width: number): void {
  to.beginPath();
  to.arc(0, 0, radius, 0, 2 * Math.PI);
  to.strokeStyle = colour;
  to.lineWidth = width;
  to.stroke();
}

function fill(to: Canvas, pen: Pen, geometry: Geometry, colour: string, opacity: number): void {
  to.beginPath();
  for (const line of linesOf(geometry)) trace(to, pen.camera, line);
  to.globalAlpha = opacity;
  to.fillStyle = colour;
  to.fill('evenodd');
  to.globalAlpha = 1;
}

function lines(to: Canvas, pen: Pen, geometries: readonly (Geometry | null)[], colour: string, width: number): void {
  to.beginPath();
  for (const geometry of geometries) {
    for (const line of geometry === null ? [] : linesOf(geometry)) trace(to, pen.camera, line);
  }
  to.lineWidth = width * pen.scale;
  to.lineJoin = 'round';
  to.strokeStyle = colour;
  to.stroke();
}

function trace(to: Canvas, camera: Camera, line: readonly Place[]): void {
  line.forEach((place, index) => {
    const [x, y] = project(camera, place);
    if (index === 0) to.moveTo(x, y);
    else to.lineTo(x, y);
  });
}

function linesOf(geometry: Geometry): readonly Place[][] {
  if (geometry.type === 'Point') return [];
  return geometry.type === 'MultiLineString' ? geometry.coordinates : geometry.coordinates.flat();
}

function write(to: Canvas, pen: Pen, text: readonly string[], [x, y]: readonly [number, number], px: number, colour: string): void {
  to.font = `500 ${px}px ${pen.colours.sans}`;
  to.textAlign = 'center';
  to.textBaseline = 'middle';
  to.lineJoin = 'round';
  to.lineWidth = px * 0.2;
  to.strokeStyle = pen.colours.bg;
  to.fillStyle = colour;
  text.forEach((line, index) => {
    to.strokeText(line, x, y + index * px * 1.25);
    to.fillText(line, x, y + index * px * 1.25);
  });
}
