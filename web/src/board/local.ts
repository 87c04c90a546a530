/** Dates and readings of clocks in the jurisdiction's time zone. A date is `2026-11-23`, a month `2026-11`, a reading `2026-11-23T08:00`. Pure. */

const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Returns what clocks in `zone` show at an instant. */
export function readingAt(at: number, zone: string): string {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone: zone });
    formats.set(zone, format);
  }
  return format.format(at).replace(' ', 'T');
}

export function dateAt(at: number, zone: string): string {
  return readingAt(at, zone).slice(0, 10);
}

/** Returns when clocks in `zone` show `reading`; nothing where it is none. */
export function instantOf(reading: string, zone: string): number | undefined {
  const wanted = Date.parse(`${reading}Z`);
  if (Number.isNaN(wanted)) return undefined;
  // Twice: the first guess may lie on the other side of a change of the clocks.
  let at = wanted;
  for (let n = 0; n < 2; n += 1) at += wanted - Date.parse(`${readingAt(at, zone)}Z`);
  return at;
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Returns the dates from the first to the last. */
export function datesOf(first: string, last: string): string[] {
  const count = Math.max(0, Math.round((Date.parse(last) - Date.parse(first)) / DAY_MS) + 1);
  return Array.from({ length: count }, (_, n) => addDays(first, n));
}

/** 0 is Monday. */
export function weekdayOf(date: string): number {
  return (new Date(date).getUTCDay() + 6) % 7;
}

export function monthOf(date: string): string {
  return date.slice(0, 7);
}

export function addMonths(month: string, months: number): string {
  const first = new Date(`${month}-01`);
  first.setUTCMonth(first.getUTCMonth() + months);
  return first.toISOString().slice(0, 7);
}

export function firstOf(month: string): string {
  return `${month}-01`;
}

export function lastOf(month: string): string {
  return addDays(firstOf(addMonths(month, 1)), -1);
}
