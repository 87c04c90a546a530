/** Words of gauges: what they show, how near that is to what, and who is silent. */

import type { Forecast, GaugeAge, GaugeView, Margin, Mark, Measure, RainHours } from '../board/gauge';
import type { HoleView } from '../board/protocol';
import { bilingual } from './language.svelte';
import { coarse } from './time';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Slower than this the water stands still. */
const STANDS_M_H = 0.01;

interface GaugeWords {
  title: string;
  watched: string;
  none: string;
  more: (n: number) => string;
  drill: string;
  measure: Record<Measure, string>;
  /** One character each, as it stands in a sign: what it is, or which threshold it has reached. */
  letter: Record<Measure | Mark, string>;
  mark: Record<Mark, string>;
  age: Record<GaugeAge, string>;
  level: (metres: number) => string;
  rate: (m_h: number) => string;
  rain: (mm: number, hours: RainHours) => string;
  /** The sums of rain over 1, 3, 6 and 24 hours. */
  rains: string;
  mm: (mm: number) => string;
  reached: (mark: Mark) => string;
  above: (mark: Mark, metres: number) => string;
  margin: (margin: Margin) => string;
  forecast: (next: Forecast, from: number) => string;
  silentFor: (ms: number) => string;
  ago: (ms: number) => string;
  silent: (n: number) => string;
  silentSources: string;
  source: (name: string, ms: number) => string;
  gauge: (name: string, ms: number) => string;
  others: (n: number) => string;
  strip: string;
  bare: (hole: HoleView) => string;
  bareArea: (hole: HoleView) => string;
  legend: string;
  heard: string;
  measured: string;
  period: (seconds: number) => string;
  water: string;
  datum: string;
  noDatum: string;
  thresholds: string;
  noThresholds: string;
  hydrograph: (name: string) => string;
  lastDay: string;
  noSeries: string;
  open: (n: number) => string;
  all: string;
  list: string;
  choose: string;
}

const MARK_ZH: Record<Mark, string> = {
  flood_limit: '汛限水位', warning: '警戒水位', high_water: '高水位', guarantee: '保证水位', historic: '历史最高水位',
  prepare: '准备转移雨量', leave: '立即转移雨量',
};

/** As people say it once it is exceeded. */
const SHORT_ZH: Record<Mark, string> = {
  flood_limit: '汛限', warning: '警戒', high_water: '高水位', guarantee: '保证', historic: '历史最高', prepare: '准备转移', leave: '立即转移',
};

const MARK_EN: Record<Mark, string> = {
  flood_limit: 'flood limit', warning: 'warning level', high_water: 'high water', guarantee: 'guarantee level',
  historic: 'highest ever', prepare: 'rain to get ready', leave: 'rain to leave',
};

function two(value: number): string {
  return value.toFixed(2);
}

/** Spans of a forecast, both ends in the unit that suits its middle. */
function spans(next: Forecast, from: number): { inHours: boolean; middle: number; least: number; most: number | undefined } {
  const until = (at: string): number => Math.max(0, Date.parse(at) - from);
  const inHours = until(next.at) >= 2 * HOUR_MS;
  const unit = inHours ? HOUR_MS : 10 * MINUTE_MS;
  const factor = inHours ? 1 : 10;
  return {
    inHours, middle: Math.max(1, Math.round(until(next.at) / unit)) * factor, least: Math.floor(until(next.earliest) / unit) * factor,
    most: next.latest === undefined ? undefined : Math.ceil(until(next.latest) / unit) * factor,
  };
}

export const gaugeWords = bilingual<GaugeWords>(
  {
    title: '水雨情',
    watched: '需关注的水雨情',
    none: '各站平稳',
    more: (n) => `另有 ${n} 站`,
    drill: '【演练】',
    measure: { rain: '雨量站', river: '河道站', reservoir: '水库站' },
    letter: {
      rain: '雨', river: '河', reservoir: '库', flood_limit: '汛', warning: '警', high_water: '高', guarantee: '保', historic: '史',
      prepare: '备', leave: '撤',
    },
    mark: MARK_ZH,
    age: { fresh: '正常', late: '迟报', lost: '失联', never: '尚未上报' },
    level: (metres) => `${two(metres)} m`,
    rate: (m_h) => (Math.abs(m_h) < STANDS_M_H ? '平' : `${m_h > 0 ? '↑' : '↓'}${two(Math.abs(m_h))} m/h`),
    rain: (mm, hours) => `${hours} 小时 ${mm.toFixed(1)} mm`,
    rains: '1／3／6／24 小时雨量',
    mm: (mm) => `${mm.toFixed(1)} mm`,
    reached: (mark) => `达到${SHORT_ZH[mark]}`,
    above: (mark, metres) => `超${SHORT_ZH[mark]} ${two(metres)} m`,
    margin: (margin) => ('metres' in margin
      ? `距${MARK_ZH[margin.mark]} ${two(margin.metres)} m`
      : `距${MARK_ZH[margin.mark]}（${margin.hours} 小时）${margin.mm.toFixed(1)} mm`),
    forecast: (next, from) => {
      const { inHours, middle, least, most } = spans(next, from);
      const unit = inHours ? '小时' : '分钟';
      const range = most === undefined ? `最早 ${least} ${unit}，也可能到不了` : `${least}–${most} ${unit}`;
      return Date.parse(next.at) <= from ? `按此前涨势应已到${MARK_ZH[next.mark]}` : `约 ${middle} ${unit}后到${MARK_ZH[next.mark]}（${range}）`;
    },
    silentFor: (ms) => `失联 ${gaugeSpan(ms)}`,
    ago: (ms) => (ms < 10_000 ? '刚刚' : `${gaugeSpan(ms)}前`),
    silent: (n) => `监测站失联 ${n}：`,
    silentSources: '预警信息源中断：',
    source: (name, ms) => `${name} · ${gaugeSpan(ms)}未收到`,
    gauge: (name, ms) => `${name}（${gaugeSpan(ms)}）`,
    others: (n) => `等 ${n} 个`,
    strip: '失联的和空白的',
    bare: ({ zh }) => `红色预警区缺${zh}力量：`,
    bareArea: ({ name, drill, nearest_eta_s }) =>
      `${drill ? '【演练】' : ''}${name}（${nearest_eta_s === undefined ? '无力量能到达' : `最近 ${Math.ceil(nearest_eta_s / 60)} 分钟`}）`,
    legend: '汛限、警戒、高水位、保证、史高；准备、立即撤离',
    heard: '收到',
    measured: '观测',
    period: (seconds) => (seconds % 60 === 0 ? `每 ${seconds / 60} 分钟上报` : `每 ${seconds} 秒上报`),
    water: '河流（水库）',
    datum: '高程基准',
    noDatum: '未登记',
    thresholds: '特征值',
    noThresholds: '未登记特征值：此站不会引发预警',
    hydrograph: (name) => `${name}过程线`,
    lastDay: '最近 24 小时',
    noSeries: '24 小时内没有足够的读数',
    open: (n) => (n > 0 ? `水雨情 ${n}` : '水雨情'),
    all: '全部监测站',
    list: '监测站列表',
    choose: '↑ ↓ 选择监测站',
  },
  {
    title: 'Rain and water',
    watched: 'Gauges to watch',
    none: 'All gauges are quiet',
    more: (n) => `${n} more`,
    drill: '[DRILL] ',
    measure: { rain: 'rain gauge', river: 'river gauge', reservoir: 'reservoir gauge' },
    letter: {
      rain: 'R', river: 'W', reservoir: 'D', flood_limit: 'F', warning: '1', high_water: '2', guarantee: '3', historic: '4', prepare: 'P',
      leave: 'L',
    },
    mark: MARK_EN,
    age: { fresh: 'up to date', late: 'late', lost: 'silent', never: 'not heard yet' },
    level: (metres) => `${two(metres)} m`,
    rate: (m_h) => (Math.abs(m_h) < STANDS_M_H ? 'steady' : `${m_h > 0 ? '↑' : '↓'}${two(Math.abs(m_h))} m/h`),
    rain: (mm, hours) => `${mm.toFixed(1)} mm in ${hours} h`,
    rains: 'Rain in 1 / 3 / 6 / 24 h',
    mm: (mm) => `${mm.toFixed(1)} mm`,
    reached: (mark) => `reached ${MARK_EN[mark]}`,
    above: (mark, metres) => `${two(metres)} m above ${MARK_EN[mark]}`,
    margin: (margin) => ('metres' in margin
      ? `${two(margin.metres)} m below ${MARK_EN[margin.mark]}`
      : `${margin.mm.toFixed(1)} mm below ${MARK_EN[margin.mark]} (${margin.hours} h)`),
    forecast: (next, from) => {
      const { inHours, middle, least, most } = spans(next, from);
      const unit = inHours ? 'h' : 'min';
      const range = most === undefined ? `${least} ${unit} at the earliest, maybe never` : `${least}–${most} ${unit}`;
      return Date.parse(next.at) <= from ? `should have reached ${MARK_EN[next.mark]}` : `${MARK_EN[next.mark]} in about ${middle} ${unit} (${range})`;
    },
    silentFor: (ms) => `silent for ${gaugeSpan(ms, 'en')}`,
    ago: (ms) => (ms < 10_000 ? 'just now' : `${gaugeSpan(ms, 'en')} ago`),
    silent: (n) => `Silent gauges ${n}: `,
    silentSources: 'No warnings are received from: ',
    source: (name, ms) => `${name} · nothing for ${gaugeSpan(ms, 'en')}`,
    gauge: (name, ms) => `${name} (${gaugeSpan(ms, 'en')})`,
    others: (n) => ` of ${n}`,
    strip: 'Who is silent, and what is bare',
    bare: ({ en }) => `Red-warned, nobody near for ${en}: `,
    bareArea: ({ name, drill, nearest_eta_s }) =>
      `${drill ? '[Drill] ' : ''}${name} (${nearest_eta_s === undefined ? 'nobody can get there' : `nearest ${Math.ceil(nearest_eta_s / 60)} min`})`,
    legend: 'flood limit, warning, high, guarantee, highest; ready, leave',
    heard: 'Heard',
    measured: 'Measured',
    period: (seconds) => (seconds % 60 === 0 ? `reports every ${seconds / 60} min` : `reports every ${seconds} s`),
    water: 'River or reservoir',
    datum: 'Datum',
    noDatum: 'not given',
    thresholds: 'Thresholds',
    noThresholds: 'No thresholds: this gauge raises no warning',
    hydrograph: (name) => `Hydrograph of ${name}`,
    lastDay: 'last 24 hours',
    noSeries: 'too few readings within 24 hours',
    open: (n) => (n > 0 ? `Gauges ${n}` : 'Gauges'),
    all: 'All gauges',
    list: 'Gauges',
    choose: '↑ ↓ choose a gauge',
  },
);

function gaugeSpan(ms: number, language: 'zh' | 'en' = 'zh'): string {
  const { count, unit } = coarse(ms);
  return `${count} ${(language === 'zh' ? ['秒', '分钟', '小时', '天'] : ['s', 'min', 'h', 'd'])[unit]}`;
}

/** Returns what a gauge shows, in one line; nothing where it has shown nothing yet. */
export function shows(gauge: GaugeView, t: GaugeWords): string {
  const { reading } = gauge;
  if (reading?.level_m !== undefined) {
    return [t.level(reading.level_m), ...(reading.trend === undefined ? [] : [t.rate(reading.trend.m_h)])].join(' ');
  }
  return reading?.rain_mm === undefined ? '' : t.rain(reading.rain_mm[0], 1);
}

/** Returns the lines beside a gauge on the map: `near` with its name. What is old is told with its age, never as if it were so. */
export function gaugeLabel(gauge: GaugeView, age: GaugeAge, isDrill: boolean, now: number, t: GaugeWords, near: boolean): string {
  const heard = gauge.reading === undefined ? 0 : now - Date.parse(gauge.reading.received_at);
  const old = age === 'late' ? t.ago(heard) : age === 'lost' ? t.silentFor(heard) : '';
  const shown = age === 'lost' ? '' : shows(gauge, t);
  const name = `${isDrill ? t.drill : ''}${gauge.name}`;
  const lines = near ? [name, shown, old] : [`${isDrill ? t.drill : ''}${age === 'lost' ? '' : shown}`, old];
  return lines.filter((line) => line !== '').join('\n');
}
