/** An incident as it stands in a form: text and choices, read into what is sent and back. Pure: `now` is an argument. */

import { ACCOUNTS, type Account, type Casualties, type IncidentInput, type Point, type Way } from './incident';
import type { Severity } from './protocol';
import { SEVERITIES } from './select';

export type People = keyof Casualties;
export const PEOPLE: readonly People[] = ['dead', 'injured', 'missing', 'trapped'];

export interface Fields {
  kind: string;
  address: string;
  /** The last one counts; none where the address says it. */
  areas: string[];
  level: Severity | '';
  /** Minutes before now; nothing leaves the time as it is, or to the server. */
  ago: number | undefined;
  people: Record<People, string>;
  accounts: Record<Account, string>;
  name: string;
  phone: string;
  way: Way;
  point: string;
  drill: boolean;
}

const MINUTE_MS = 60_000;

/** Returns a form that nobody has filled in. */
export function blankFields(): Fields {
  return {
    kind: '', address: '', areas: [], level: '', ago: 0, name: '', phone: '', way: 'phone', point: '', drill: false,
    people: { dead: '', injured: '', missing: '', trapped: '' },
    accounts: Object.fromEntries(ACCOUNTS.map((one) => [one, ''])) as Record<Account, string>,
  };
}

/** Returns the form of what is known. */
export function fieldsOf(input: IncidentInput): Fields {
  const blank = blankFields();
  const count = (one: People): string => input.casualties[one]?.toString() ?? '';
  return {
    ...blank, kind: input.kind, address: input.address, areas: input.area === undefined ? [] : [input.area],
    level: input.level === undefined ? '' : SEVERITIES[input.level - 1] ?? '',
    people: { dead: count('dead'), injured: count('injured'), missing: count('missing'), trapped: count('trapped') },
    accounts: Object.fromEntries(ACCOUNTS.map((one) => [one, input[one] ?? ''])) as Record<Account, string>,
    name: input.source.name ?? '', phone: input.source.phone ?? '', way: input.source.way,
    point: input.point === undefined ? '' : input.point.join(', '), ago: undefined, drill: input.drill ?? false,
  };
}

/** Returns a longitude and a latitude; nothing where the text is none. */
export function pointOf(text: string): Point | undefined {
  const parts = text.trim().split(/[\s,，;；]+/).map(Number);
  const [lon, lat] = parts;
  return parts.length === 2 && lon !== undefined && lat !== undefined && Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? [lon, lat] : undefined;
}

/** Returns what a form says; `base` is what it was opened on, whose other parts stay. */
export function inputFrom(fields: Fields, base: IncidentInput | undefined, now: number): IncidentInput {
  const point = pointOf(fields.point);
  const area = fields.areas[fields.areas.length - 1];
  const level = SEVERITIES.indexOf(fields.level as Severity) + 1;
  const { level: _level, point: _point, area: _area, ...kept }: Partial<IncidentInput> = base ?? {};
  return {
    ...kept, ...trimmed(fields.accounts), kind: fields.kind, address: fields.address.trim(),
    casualties: counted(fields.people),
    source: { ...base?.source, way: fields.way, ...said('name', fields.name, base), ...said('phone', fields.phone, base) },
    ...(level === 0 ? {} : { level }), ...(area === undefined ? {} : { area }), ...(point === undefined ? {} : { point }),
    // Now is for the server to say: no two clocks agree to the second.
    ...(fields.ago === undefined || (fields.ago === 0 && base === undefined) ? {}
      : { occurred_at: new Date(now - fields.ago * MINUTE_MS).toISOString(), occurred_about: true }),
    ...(base === undefined ? { drill: fields.drill } : {}),
  };
}

/** What was and is empty is left out, as the server leaves it out: it is no change. */
function said(field: 'name' | 'phone', text: string, base: IncidentInput | undefined): Record<string, string> {
  return text.trim() === '' && base?.source[field] === undefined ? {} : { [field]: text.trim() };
}

function trimmed(accounts: Record<Account, string>): Record<Account, string> {
  return Object.fromEntries(ACCOUNTS.map((one) => [one, accounts[one].trim()])) as Record<Account, string>;
}

/** None of a kind is not the same as nobody knows. */
function counted(people: Record<People, string>): Casualties {
  const known = PEOPLE.filter((one) => /^\d+$/.test(people[one].trim()));
  return Object.fromEntries(known.map((one) => [one, Number(people[one])]));
}
