/** The map on a plain canvas, for browsers without WebGL: the same things, without fading, turning or tilting. */

import type { ClusterItem } from '../board/protocol';
import { FARTHER, NAMES_FROM, SITES_FROM, VIEW_REST_MS, ZOOM_RANGE, type Face, type FaceOptions } from './face';
import type { GaugeMark } from './gauges';
import type { Ground, Place, TownshipLabel } from './ground';
import type { UnitMark } from './marks';
import { drawGround, drawMoving, type Scene } from './paint';
import { boxOf, fitted, project, scaled, unproject, type Camera } from './projection';

const REACH_PX = 16;
/** A press that moves less is a click. */
const SLACK_PX = 4;
const WHEEL_LEVEL = 300;

export class CanvasFace implements Face {
  #options: FaceOptions;
  #canvas = document.createElement('canvas');
  /** What stands still, drawn once for each view. */
  #still = document.createElement('canvas');
  #isStillOld = true;
  #camera: Camera;
  #whole: Camera;
  #scene: Scene = { ground: [], townships: [], gauges: [], marks: new Map(), clusters: [], chosen: undefined };
  #frame = 0;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(options: FaceOptions) {
    this.#options = options;
    this.#canvas.setAttribute('role', 'img');
    this.#canvas.setAttribute('aria-label', options.words.label);
    this.#canvas.className = 'plain';
    options.container.append(this.#canvas);
    this.#whole = this.#camera = this.#fitted();
    this.#listen();
    this.resize();
  }

  setGround(ground: Ground): void {
    this.#change({ ground });
  }

  setTownships(townships: readonly TownshipLabel[]): void {
    if (JSON.stringify(townships) !== JSON.stringify(this.#scene.townships)) this.#change({ townships });
  }

  setFleet(marks: ReadonlyMap<string, UnitMark>, clusters: readonly ClusterItem[]): void {
    this.#scene = { ...this.#scene, marks, clusters };
    this.#redraw();
  }

  setGauges(gauges: readonly GaugeMark[]): void {
    this.#scene = { ...this.#scene, gauges };
    this.#redraw();
  }

  choose(chosen: string | undefined): void {
    this.#scene = { ...this.#scene, chosen };
    this.#redraw();
  }

  zoomBy(levels: number): void {
    this.#zoomAt(levels, [this.#camera.width / 2, this.#camera.height / 2]);
  }

  fit(): void {
    this.#look(this.#whole);
  }

  centre(): Place {
    return unproject(this.#camera, [this.#camera.width / 2, this.#camera.height / 2]);
  }

  resize(): void {
    const ratio = Math.min(2, window.devicePixelRatio);
    const wasWhole = this.#camera.zoom === this.#whole.zoom;
    this.#whole = this.#fitted();
    const { width, height } = this.#whole;
    for (const canvas of [this.#canvas, this.#still]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    this.#look(wasWhole ? this.#whole : { ...this.#camera, width, height });
  }

  remove(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#rest);
    this.#canvas.remove();
  }

  #fitted(): Camera {
    const { container, bounds, margin, scale } = this.#options;
    return fitted(bounds, Math.max(1, container.clientWidth), Math.max(1, container.clientHeight), scaled(margin, scale));
  }

  #change(part: Partial<Scene>): void {
    this.#scene = { ...this.#scene, ...part };
    this.#isStillOld = true;
    this.#redraw();
  }

  #look(camera: Camera): void {
    this.#camera = camera;
    this.#isStillOld = true;
    this.#redraw();
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#options.onView({ bbox: boxOf(camera), zoom: Math.round(camera.zoom * 100) / 100 }), VIEW_REST_MS);
  }

  #zoomAt(levels: number, at: [number, number]): void {
    const zoom = Math.min(this.#whole.zoom + ZOOM_RANGE, Math.max(this.#whole.zoom - FARTHER, this.#camera.zoom + levels));
    const held = unproject(this.#camera, at);
    const [left, top] = project({ ...this.#camera, zoom }, held);
    const { width, height } = this.#camera;
    this.#look({ ...this.#camera, zoom, centre: unproject({ ...this.#camera, zoom }, [width / 2 + left - at[0], height / 2 + top - at[1]]) });
  }

  #redraw(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    const { scale, colours, words } = this.#options;
    const nearer = this.#camera.zoom - this.#whole.zoom;
    const pen = { camera: this.#camera, scale, colours, words, hasSites: nearer >= SITES_FROM, hasNames: nearer >= NAMES_FROM };
    const ratio = this.#canvas.width / this.#camera.width;
    const still = this.#still.getContext('2d');
    const to = this.#canvas.getContext('2d');
    if (still === null || to === null) return;
    if (this.#isStillOld) {
      still.setTransform(ratio, 0, 0, ratio, 0, 0);
      drawGround(still, this.#scene, pen);
      this.#isStillOld = false;
    }
    to.setTransform(1, 0, 0, 1, 0, 0);
    to.drawImage(this.#still, 0, 0);
    to.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawMoving(to, this.#scene, pen);
  }

  #listen(): void {
    const canvas = this.#canvas;
    let from: { x: number; y: number; camera: Camera; isDrag: boolean } | undefined;
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      from = { x: event.offsetX, y: event.offsetY, camera: this.#camera, isDrag: false };
    });
    canvas.addEventListener('pointermove', (event) => {
      if (from === undefined) return;
      const [right, down] = [event.offsetX - from.x, event.offsetY - from.y];
      from.isDrag ||= Math.hypot(right, down) > SLACK_PX;
      const { width, height } = from.camera;
      if (from.isDrag) this.#look({ ...from.camera, centre: unproject(from.camera, [width / 2 - right, height / 2 - down]) });
    });
    canvas.addEventListener('pointerup', (event) => {
      if (from !== undefined && !from.isDrag) {
        this.#options.onPick(this.#unitAt(event.offsetX, event.offsetY));
        this.#options.onPlace(unproject(this.#camera, [event.offsetX, event.offsetY]));
      }
      from = undefined;
    });
    canvas.addEventListener('wheel', (event) => {
      event.preventDefault();
      this.#zoomAt(-event.deltaY / WHEEL_LEVEL, [event.offsetX, event.offsetY]);
    }, { passive: false });
  }

  #unitAt(x: number, y: number): string | undefined {
    let nearest: string | undefined;
    let distance = REACH_PX * this.#options.scale;
    for (const { unit, lon, lat } of this.#scene.marks.values()) {
      const [left, top] = project(this.#camera, [lon, lat]);
      if (Math.hypot(left - x, top - y) >= distance) continue;
      distance = Math.hypot(left - x, top - y);
      nearest = unit;
    }
    return nearest;
  }
}
