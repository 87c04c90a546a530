/** The gauges as the desk lists them: those to look at first, then the rest by name, a drill's at the end. */

import { notable, type GaugeView } from '../../board/gauge';
import { gauges } from '../../gauges.svelte';
import type { Course } from '../../net/gauges';

export interface Row {
  key: string;
  gauge: GaugeView;
  course: Course;
}

export function listedGauges(now: number): Row[] {
  const row = (course: Course) => (gauge: GaugeView): Row => ({ key: `${course}-${gauge.id}`, gauge, course });
  const first = notable(gauges.all.real, now);
  const known = new Set(first.map((gauge) => gauge.id));
  const rest = gauges.all.real.filter((gauge) => !known.has(gauge.id)).sort((a, b) => a.name.localeCompare(b.name, 'zh-CN'));
  return [...[...first, ...rest].map(row('real')), ...gauges.drills.map(row('drill'))];
}
