/** HTTP as the pages use it: same origin, the cookie authenticates, errors have a type. */

import type { AnswerKind, CalloutKind, Here, Role, Severity, WireError } from '../board/protocol';

const ROOT = '/api/v1';
/** A request that takes longer has failed; the caller says so or tries again. */
const PATIENCE_MS = 10_000;

/** The server said no. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;
  readonly details: unknown;
  readonly retryAfterS: number | undefined;

  constructor(status: number, error: WireError, retryAfterS: number | undefined) {
    super(error.message);
    this.name = 'Refused';
    this.status = status;
    this.code = error.code;
    this.field = error.field;
    this.details = error.details;
    this.retryAfterS = retryAfterS;
  }
}

/** The server could not be reached, or not in time. */
export class Unreachable extends Error {
  constructor() {
    super('the server cannot be reached');
    this.name = 'Unreachable';
  }
}

export interface Answering {
  answer: AnswerKind;
  note?: string;
  on_behalf_of?: string;
  via?: string;
  /** With a spot check that asks for it. */
  here?: Here;
}

export interface NewWarning {
  event: string;
  event_code?: string;
  colour: Severity;
  headline: string;
  description?: string;
  instruction?: string;
  areas: string[];
  expires?: string;
  status: 'actual' | 'exercise';
}

/** A form for a hazard that no message comes for, with its stages in the field's own words. */
export interface WarningForm {
  id: string;
  zh: string;
  en: string;
  event: string;
  event_code: string;
  hours: number[];
  valid_h: number;
  /** The least grave first. */
  stages: { id: string; zh: string; en: string; colour: Severity; headline: string; description: string; instruction: string }[];
}

export interface FilledForm {
  form: string;
  stage: string;
  areas: string[];
  unit: string;
  document?: string;
  description?: string;
  instruction?: string;
  expires: string;
  status: 'actual' | 'exercise';
  kind?: 'update';
  references?: string[];
}

/** The end of a warning that stands. */
export interface EndedWarning {
  kind: 'cancel';
  references: string[];
  event: string;
  event_code?: string;
  headline: string;
  description: string;
  areas: string[];
  status: 'actual' | 'exercise';
}

/** Who would be called by a warning. */
export interface Preview {
  effect: 'opens' | 'changes' | 'ends' | 'nothing';
  posts: number;
  people: number;
  townships: number;
  areas: { area: string; name: string; posts: number }[];
  policies: { policy: string; title: string; posts: number }[];
  released: number;
  told: number;
  warning: { headline: string; description: string; instruction: string; notes: string[] };
}

export interface NewCallout {
  subject: string;
  text?: string;
  kind: 'manual' | 'spot_check';
  area: string;
  policy?: string;
  severity?: Severity;
  drill?: boolean;
}

export interface Policy {
  id: string;
  title: string;
  title_en: string;
  kinds: CalloutKind[];
  colours: Severity[];
}

export interface AreaItem {
  code: string;
  name: string;
  level: string;
}

export interface DemoLogin {
  login: string;
  role: Role;
  password: string;
}

/** An answer with its tag; without a body nothing is new since the tag that was asked with. */
export interface Tagged<T> {
  tag?: string | undefined;
  body?: T;
}

export interface Page<T> {
  items: T[];
  next?: string;
}

/** Every call by its name; a page carries only those that it makes. */
export * as api from './calls';

/** Returns a key under which a write is done once, however often it is sent. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function get<T>(path: string): Promise<T> {
  return request('GET', path);
}

export function post<T>(path: string, body: unknown, key?: string): Promise<T> {
  return request('POST', path, body, key);
}

/** Changes what is there already. */
export function put<T>(path: string, body: unknown, key?: string): Promise<T> {
  return request('PUT', path, body, key);
}

export async function request<T>(method: string, path: string, body?: unknown, key?: string, patience_ms = PATIENCE_MS): Promise<T> {
  const headers: Record<string, string> = {};
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (key !== undefined) headers['Idempotency-Key'] = key;
  const json = body === undefined ? {} : { body: JSON.stringify(body) };
  return send({ method, headers, ...json }, path, async (response) =>
    (response.status === 204 ? null : await response.json()) as T, patience_ms);
}

/** Sends a file as it is. */
export function upload<T>(path: string, file: Blob, type: string, key: string): Promise<T> {
  const headers = { 'Content-Type': type, 'Idempotency-Key': key };
  return send({ method: 'POST', headers, body: file }, path, async (response) => (await response.json()) as T);
}

/** Asks for what is new since `tag`. */
export function getTagged<T>(path: string, tag: string | undefined): Promise<Tagged<T>> {
  const headers: Record<string, string> = tag === undefined ? {} : { 'If-None-Match': tag };
  return send({ method: 'GET', headers }, path, async (response) => {
    const now = response.headers.get('ETag') ?? undefined;
    return response.status === 304 ? { tag: now } : { tag: now, body: (await response.json()) as T };
  });
}

async function send<T>(init: RequestInit, path: string, read: (response: Response) => Promise<T>, patience_ms = PATIENCE_MS): Promise<T> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience_ms);
  try {
    const response = await fetch(ROOT + path, { ...init, credentials: 'same-origin', signal: stop.signal });
    if (!response.ok && response.status !== 304) throw await refusal(response);
    return await read(response);
  } catch (cause) {
    throw cause instanceof Refused ? cause : new Unreachable();
  } finally {
    clearTimeout(timer);
  }
}

async function refusal(response: Response): Promise<Refused> {
  const retry = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
  const retryAfterS = Number.isNaN(retry) ? undefined : retry;
  const plain: WireError = { code: `http.${response.status}`, message: response.statusText };
  try {
    const body = (await response.json()) as { error?: WireError };
    return new Refused(response.status, body.error ?? plain, retryAfterS);
  } catch {
    return new Refused(response.status, plain, retryAfterS);
  }
}

export function search(query: Record<string, string | number | undefined>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
}
