/** Words of the map. */

import type { SiteLayer } from '../map/ground';
import type { UnitKind } from '../map/kinds';
import { bilingual } from './language.svelte';
import { coarse } from './time';

/** Ages are told by tens of seconds, so that they do not flicker; below the first there is no number to tell. */
const JUST_NOW_MS = 10_000;

interface MapWords {
  title: string;
  label: (county: string) => string;
  /** One character each, as it stands in a sign. */
  glyph: Record<UnitKind | SiteLayer, string>;
  kind: Record<UnitKind, string>;
  site: Record<SiteLayer, string>;
  unreached: (n: number) => string;
  ago: (ms: number) => string;
  expired: (n: number) => string;
  units: (n: number) => string;
  none: string;
  simulated: string;
  legend: string;
  fresh: string;
  late: string;
  lost: string;
  driving: string;
  gauges: string;
  answeredShare: string;
  degraded: string;
  missing: string;
  nearer: string;
  farther: string;
  whole: string;
  seenAt: string;
  speed: string;
  kmh: (speed: number) => string;
  place: string;
  datum: string;
  jumped: string;
  reportsEvery: (seconds: number) => string;
}

export const mapWords = bilingual<MapWords>(
  {
    title: '态势图',
    label: (county) => `${county}态势图`,
    glyph: {
      team: '队', boat: '舟', rubber_boat: '艇', pump_truck: '泵', fire_engine: '消', water_tanker: '水', ladder_truck: '梯',
      rescue_truck: '抢', ambulance: '救', command_vehicle: '指', radio_vehicle: '通', patrol_car: '巡', loudspeaker_van: '播',
      bus: '客', pickup: '皮', truck: '运', tipper: '卸', flatbed: '板', tow_truck: '清', excavator: '挖', loader: '装',
      bulldozer: '推', crane: '吊', generator: '电', lighting_truck: '照', drone: '飞', snow_plough: '雪', other: '其',
      bases: '驻', depots: '库', shelters: '安', risk_points: '险',
    },
    kind: {
      team: '救援队伍', boat: '冲锋舟', rubber_boat: '橡皮艇', pump_truck: '排涝泵车', fire_engine: '消防车', water_tanker: '水罐车',
      ladder_truck: '登高平台车', rescue_truck: '抢险救援车', ambulance: '救护车', command_vehicle: '应急指挥车',
      radio_vehicle: '应急通信车', patrol_car: '巡逻车', loudspeaker_van: '应急广播车', bus: '转移客车', pickup: '皮卡车',
      truck: '运输卡车', tipper: '自卸车', flatbed: '平板拖车', tow_truck: '清障车', excavator: '挖掘机', loader: '装载机',
      bulldozer: '推土机', crane: '汽车吊', generator: '发电车', lighting_truck: '照明车', drone: '无人机', snow_plough: '除雪车',
      other: '其他',
    },
    site: { bases: '驻地', depots: '物资库', shelters: '安置点', risk_points: '风险点' },
    unreached: (n) => `未叫应 ${n}`,
    ago: (ms) => {
      if (ms < JUST_NOW_MS) return '刚刚';
      const { count, unit } = coarse(ms);
      return `${count} ${['秒', '分钟', '小时', '天'][unit]}前`;
    },
    expired: (n) => `数据过期 ${n}`,
    units: (n) => `队伍车辆 ${n}`,
    none: '暂无位置上报',
    simulated: '演示车辆 · 模拟位置',
    legend: '图例',
    fresh: '位置正常',
    late: '迟报',
    lost: '失联',
    driving: '行驶方向',
    gauges: '雨量、河道、水库站',
    answeredShare: '越亮应答越多',
    degraded: '地图降级显示',
    missing: '地图底图暂缺',
    nearer: '放大',
    farther: '缩小',
    whole: '全县',
    seenAt: '位置时间',
    speed: '速度',
    kmh: (speed) => `${Math.round(speed)} 公里／小时`,
    place: '经纬度',
    datum: '坐标系：WGS-84',
    jumped: '位置跳变，待核实',
    reportsEvery: (seconds) => `每 ${seconds} 秒上报`,
  },
  {
    title: 'Map',
    label: (county) => `Map of ${county}`,
    glyph: {
      team: 'T', boat: 'B', rubber_boat: 'R', pump_truck: 'P', fire_engine: 'F', water_tanker: 'W', ladder_truck: 'L',
      rescue_truck: 'S', ambulance: '+', command_vehicle: 'C', radio_vehicle: 'V', patrol_car: 'K', loudspeaker_van: 'H',
      bus: 'U', pickup: 'I', truck: 'K', tipper: 'D', flatbed: 'A', tow_truck: 'O', excavator: 'E', loader: 'N',
      bulldozer: 'Z', crane: 'Y', generator: 'G', lighting_truck: 'J', drone: 'X', snow_plough: 'Q', other: '?',
      bases: 'B', depots: 'D', shelters: 'S', risk_points: 'R',
    },
    kind: {
      team: 'team', boat: 'assault boat', rubber_boat: 'rubber boat', pump_truck: 'pump truck', fire_engine: 'fire engine',
      water_tanker: 'water tanker', ladder_truck: 'ladder truck', rescue_truck: 'rescue truck', ambulance: 'ambulance',
      command_vehicle: 'command vehicle', radio_vehicle: 'radio vehicle', patrol_car: 'patrol car',
      loudspeaker_van: 'loudspeaker van', bus: 'bus', pickup: 'pickup', truck: 'truck', tipper: 'tipper', flatbed: 'flatbed',
      tow_truck: 'tow truck', excavator: 'excavator', loader: 'loader', bulldozer: 'bulldozer', crane: 'crane',
      generator: 'generator', lighting_truck: 'lighting truck', drone: 'drone', snow_plough: 'snow plough', other: 'other',
    },
    site: { bases: 'base', depots: 'depot', shelters: 'shelter', risk_points: 'point of risk' },
    unreached: (n) => `unreached ${n}`,
    ago: (ms) => {
      if (ms < JUST_NOW_MS) return 'just now';
      const { count, unit } = coarse(ms);
      return `${count} ${['s', 'min', 'h', 'd'][unit]} ago`;
    },
    expired: (n) => `${n} positions out of date`,
    units: (n) => `${n} units`,
    none: 'no positions reported',
    simulated: 'Demonstration vehicles, simulated positions',
    legend: 'Legend',
    fresh: 'up to date',
    late: 'late',
    lost: 'lost',
    driving: 'driving',
    gauges: 'rain, river, reservoir',
    answeredShare: 'brighter: more answered',
    degraded: 'Simplified map',
    missing: 'No base map yet',
    nearer: 'Zoom in',
    farther: 'Zoom out',
    whole: 'All',
    seenAt: 'Seen',
    speed: 'Speed',
    kmh: (speed) => `${Math.round(speed)} km/h`,
    place: 'Longitude, latitude',
    datum: 'Datum: WGS-84',
    jumped: 'position jumped, unconfirmed',
    reportsEvery: (seconds) => `reports every ${seconds} s`,
  },
);
