/**
 * What the server sends, as docs of the wire name it. Types only; `net/frames.ts` reads bytes into them.
 * Fields that a newer server adds are ignored, and an unknown kind of event is `unknown` (see event.ts).
 */

export type Severity = 'red' | 'orange' | 'yellow' | 'blue';
export type Channel = 'app' | 'sms' | 'voice';
export type StateName = 'ringing' | 'answered' | 'unreached' | 'withdrawn';
export type CalloutKind = 'warning' | 'manual' | 'spot_check' | 'errand' | 'alarm' | 'order' | 'task' | 'reminder' | 'swap' | 'handover' | 'notice' | 'roster' | 'contact_test' | 'duty_reminder';
export type Role = 'commander' | 'dispatcher' | 'leader' | 'screen' | 'gateway' | 'admin';
export type AnswerKind = 'acknowledged' | 'declined';
export type WithdrawReason =
  | 'cancelled' | 'expired' | 'superseded' | 'area_reduced' | 'downgraded' | 'upgraded' | 'by_hand' | 'settled';
export type SkipReason = 'no_post' | 'gap' | 'no_channel' | 'declined';
export type EscalateReason = 'timeout' | 'declined' | 'unreachable';
export type Progress = 'queued' | 'started' | 'ended' | 'dropped';

/** RFC 3339 text with an offset. */
export type Time = string;

export interface Named {
  id: string;
  name: string;
}

export interface Me {
  login: string;
  role: Role;
  area: string;
  area_name?: string;
  person?: Named;
}

export interface Jurisdiction {
  area: string;
  name: string;
  timezone: string;
  /** Whoever answers a spot check on the page is asked where he is. */
  asks_where?: boolean;
  /** Whose telephone rings so often and is not taken is off his post. */
  off_post_rings?: number;
}

export type WarningStatus = 'actual' | 'exercise' | 'system' | 'test' | 'draft';
export type LifeState = 'active' | 'superseded' | 'cancelled' | 'expired' | 'inert';

export interface WarningView {
  id: string;
  identifier: string;
  sender: string;
  event: string;
  event_code?: string;
  colour?: Severity;
  headline: string;
  description: string;
  instruction: string;
  sent: Time;
  effective: Time;
  expires?: Time;
  status: WarningStatus;
  state: LifeState;
  areas: string[];
  callout?: string;
  notes: string[];
  accepted_at: Time;
  /** Who tells of it, the first before its witnesses; missing where only events have told of it. */
  sources?: TellerView[];
}

export type MessageKind = 'alert' | 'update' | 'cancel' | 'ack' | 'error';

/** What a witness says otherwise than the first. */
export type Difference =
  | { what: 'kind'; first: MessageKind; also: MessageKind }
  | { what: 'colour'; first: Severity | null; also: Severity | null }
  | { what: 'hazard'; first: string; also: string }
  | { what: 'expires'; first: Time | null; also: Time | null }
  | { what: 'area' };

/** Who tells of a warning. */
export interface TellerView {
  /** A login; that of a source which this program asks itself is `source:` and its name. */
  source: string;
  at: Time;
  differs?: Difference[];
}

export interface Counts {
  total: number;
  answered: number;
  ringing: number;
  unreached: number;
  withdrawn: number;
}

export interface RollupRow extends Counts {
  area: string;
  name: string;
  /** Enough of the area's posts have answered. */
  manned?: boolean;
}

/** First telephone calls still to make, when the last of them will begin, and when it will have been made. */
export interface Forecast {
  queued: number;
  calling: number;
  lines: number;
  simulated: boolean;
  begun_at: Time;
  finish_at: Time;
  /** By when all must have begun. */
  target_at?: Time;
}

export interface CalloutView extends Counts {
  id: string;
  kind: CalloutKind;
  subject: string;
  text: string;
  severity: Severity;
  drill: boolean;
  opened_at: Time;
  closed_at?: Time;
  state: 'open' | 'closed';
  policy: string;
  policy_title: string;
  warning?: string;
  parent?: string;
  areas: string[];
  rollup: RollupRow[];
  forecast?: Forecast;
}

export type Outcome =
  | { result: 'sent' }
  | { result: 'delivered' }
  | { result: 'read' }
  | { result: 'no_answer' }
  | { result: 'busy' }
  | { result: 'rejected' }
  | { result: 'hung_up'; after_s: number }
  | { result: 'voicemail' }
  | { result: 'heard_in_full' }
  | { result: 'key_pressed'; key: string }
  | { result: 'replied'; text: string }
  | { result: 'rung_off' }
  | { result: 'failed'; reason: string };

export interface AttemptView {
  id: string;
  person: string;
  channel: Channel;
  rung: number;
  try: number;
  notice: boolean;
  state: Progress;
  started_at?: Time;
  ended_at?: Time;
  /** When a telephone began to ring. */
  rang_at?: Time;
  outcome?: Outcome;
  repeats: number;
}

export interface PersonView extends Named {
  title: string;
  /** Masked unless this login may dial it. */
  phone?: string;
}

export interface AskedView {
  person: PersonView;
  rung: number;
  at: Time;
  declined: boolean;
}

/** How an answer came: by a channel, or entered by an operator in the operator's words. */
export type Via = 'app' | 'sms' | 'voice' | { desk: string };

/** Where a telephone says that it is, and how far it may be wrong. */
export interface Here {
  lon: number;
  lat: number;
  accuracy_m: number;
}

/** Where somebody was when he answered a spot check. */
export interface Whereabouts {
  at: [number, number];
  accuracy_m: number;
  /** From his post; missing where the post's place is not known, or his own too badly. */
  away_m?: number;
  /** Too far away to be at his post, whatever the doubt. */
  elsewhere?: boolean;
}

export interface AnswerView {
  person?: Named;
  name?: string;
  entered_by?: string;
  via: Via;
  late: boolean;
  note: string;
  whereabouts?: Whereabouts;
}

export interface HandedView {
  person?: Named & { phone?: string };
  by: Time;
}

export interface SkippedView {
  rung: number;
  reason: SkipReason;
}

/** Whose door an errand sends somebody to. */
export interface AboutView {
  obligation: string;
  post: string;
  post_title: string;
  area: string;
  area_name: string;
  people: PersonView[];
}

export interface ObligationView {
  id: string;
  callout: string;
  subject: string;
  text: string;
  kind: CalloutKind;
  severity: Severity;
  drill: boolean;
  area: string;
  area_name: string;
  post: string;
  post_title: string;
  task: string;
  state: StateName;
  rung: number;
  /** 0 where only events have told of it. */
  rungs: number;
  opened_at: Time;
  due_at?: Time;
  answered_at?: Time;
  asked: AskedView[];
  attempts: AttemptView[];
  skipped: SkippedView[];
  answer?: AnswerView;
  handed_to?: HandedView;
  about?: AboutView;
  withdrawn?: WithdrawReason;
  replaces?: string;
}

export type DutySource = 'permanent' | 'rotation' | 'table' | 'override';

export interface DutyItem {
  area: string;
  area_name: string;
  post: string;
  post_title: string;
  duty: string;
  duty_name: string;
  person: string;
  name: string;
  phone?: string;
  from?: Time;
  to?: Time;
  source: DutySource;
  /** The shift has changed and nobody who came has signed for the post. */
  unsigned?: boolean;
}

export interface DutyGap {
  area: string;
  area_name: string;
  post: string;
  post_title: string;
  duty: string;
  duty_name: string;
  from?: Time;
  to?: Time;
}

export interface Duty {
  at: Time;
  items: DutyItem[];
  gaps: DutyGap[];
  /** What is wrong with the roster ahead. Missing in what a page of an older version has remembered. */
  flaws?: { total: number; items: FlawView[] };
}

/** Something wrong with a post ahead; those in haste come first. */
export interface FlawView {
  area: string;
  area_name: string;
  post: string;
  post_title: string;
  flaw: 'gap' | 'two_posts' | 'on_leave' | 'no_telephone' | 'dead_number' | 'unverified';
  from: Time;
  to: Time;
  times: number;
  person_name?: string;
  soon: boolean;
}

export interface Line {
  channel: Channel;
  name: string;
  simulated: boolean;
  lines: number;
  busy: number;
  queued: number;
}

export interface Degraded {
  what: string;
  since: Time;
}

/** Somebody who should be heard and is not. */
export interface SilenceView extends Named {
  area: string;
  /** When it was heard last. */
  heard_at: Time;
  callout?: string;
}

export interface Silences {
  /** Of warnings. */
  sources: SilenceView[];
  /** May hold fewer than `total`. */
  gauges: { total: number; items: SilenceView[] };
}

/** A warned area that has no unit near which could help there. */
export interface HoleView {
  area: string;
  name: string;
  ability: string;
  /** What units would have to be able to do, in words. */
  zh: string;
  en: string;
  drill: boolean;
  within_s: number;
  /** The nearest free unit when it was found; missing where none could get there. */
  nearest?: string;
  nearest_eta_s?: number;
  since: Time;
  callout?: string;
}

/** The board as a snapshot carries it. */
export interface WireBoard {
  now: Time;
  jurisdiction: Jurisdiction;
  me: Me;
  names: Record<string, string>;
  warnings: WarningView[];
  callouts: CalloutView[];
  open: { total: number; items: ObligationView[] };
  mine: ObligationView[];
  duty: Duty;
  lines: Line[];
  silences: Silences;
  /** Missing in what a page of an older version has remembered. */
  holes?: HoleView[];
  degraded: Degraded[];
}

/** The board as HTTP gives it, with where it stands in the journal. */
export interface FirstBoard {
  epoch: string;
  seq: number;
  board: WireBoard;
}

export interface WireError {
  code: string;
  message: string;
  field?: string;
  /** The numbers behind the words, of codes that have any. */
  details?: unknown;
}

export interface EventFrame {
  type: 'event';
  seq: number;
  at: Time;
  kind: string;
  data: unknown;
  names?: Record<string, string>;
}

export interface CallFrame {
  type: 'call';
  attempt: string;
  obligation: ObligationView;
  notice: boolean;
  title: string;
  body: string;
}

/** Where a unit was last seen, or that it is no more. */
export type PositionItem =
  | { unit: string; lon: number; lat: number; at: Time; heading?: number; speed?: number; stale?: true; lost?: true; jump?: true }
  | { unit: string; gone: true };

/** What changed in the part of the map that is looked at; with `full` all that is in it. */
export interface PositionsFrame {
  type: 'positions';
  at: Time;
  full?: true;
  items: PositionItem[];
}

export interface ClusterItem {
  lon: number;
  lat: number;
  count: number;
  lost?: number;
}

/** Comes instead of positions where too many units are in view. */
export interface ClustersFrame {
  type: 'clusters';
  at: Time;
  items: ClusterItem[];
}

/** Degrees of WGS-84: west, south, east, north. */
export type Box = [number, number, number, number];

/** What part of the map is looked at; without a box, everything. */
export interface MapView {
  bbox?: Box;
  zoom: number;
}

/** Positions from one login that were refused for one reason. */
export interface PositionRefusal {
  /** `redis` for whoever publishes there. */
  login: string;
  source: 'gateway' | 'socket' | 'redis';
  /** Never changes, such as `position.swapped`. */
  code: string;
  message: string;
  count: number;
  first_at: Time;
  last_at: Time;
  example: RefusedPosition;
}

/** What a refused position said, as it came. */
export interface RefusedPosition {
  /** Empty where `text` is all there is. */
  unit: string;
  /** `null` where it is no number. */
  lon: number | null;
  lat: number | null;
  at?: Time;
  /** What was wrong with a text that is no position, with its beginning; of a flood, how many came. */
  text?: string;
}

export type ServerFrame =
  | { type: 'welcome'; epoch: string; seq: number; resumed: boolean; now: Time }
  | { type: 'snapshot'; seq: number; board: WireBoard }
  | EventFrame
  | CallFrame
  | PositionsFrame
  | ClustersFrame
  | { type: 'ping'; at: Time }
  | { type: 'lines'; at: Time; items: Line[] }
  | { type: 'reply'; id: string; seq?: number; late?: boolean; error?: WireError }
  | { type: 'degraded'; what: string; since: Time };

export interface Resume {
  epoch: string;
  seq: number;
}

export type ClientFrame =
  | ({ type: 'hello'; topics: readonly string[]; resume?: Resume } & Partial<MapView>)
  | ({ type: 'view' } & MapView)
  | { type: 'answer'; id: string; obligation: string; answer: AnswerKind; note?: string; here?: Here }
  | { type: 'pong' }
  | { type: 'received'; attempt: string };
