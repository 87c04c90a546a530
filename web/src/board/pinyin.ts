/** The initials by which people look for a Chinese name: qsz finds 青石镇. By the browser's own order of characters; no list of ours. */

/** The first character of each initial in the order of pinyin. */
const FIRSTS: readonly (readonly [string, string])[] = [
  ['阿', 'a'], ['八', 'b'], ['嚓', 'c'], ['哒', 'd'], ['妸', 'e'], ['发', 'f'], ['旮', 'g'], ['哈', 'h'], ['击', 'j'], ['喀', 'k'],
  ['垃', 'l'], ['妈', 'm'], ['拿', 'n'], ['哦', 'o'], ['啪', 'p'], ['期', 'q'], ['然', 'r'], ['撒', 's'], ['塌', 't'], ['挖', 'w'],
  ['昔', 'x'], ['压', 'y'], ['匝', 'z'],
];
/** A character with several readings is found by the commonest in names of places. */
const OTHERWISE: Readonly<Record<string, string>> = { 长: 'c', 重: 'c', 陂: 'b', 石: 's', 大: 'd', 乐: 'l', 单: 's', 曾: 'z', 解: 'x', 朝: 'c' };

let order: Intl.Collator | undefined;

/** Returns the initials of a name; what is no Chinese character stays as it is, in lower case. */
export function initials(name: string): string {
  order ??= new Intl.Collator('zh-CN-u-co-pinyin');
  const collator = order;
  return [...name].map((character) => {
    if (!/[\u4e00-\u9fff]/.test(character)) return character.toLowerCase();
    const found = FIRSTS.filter(([first]) => collator.compare(first, character) <= 0);
    return OTHERWISE[character] ?? found[found.length - 1]?.[1] ?? '';
  }).join('');
}

export interface Place {
  code: string;
  name: string;
  /** By which it is looked for. */
  initials: string;
}

/** Returns the places whose name, initials or code hold the text: those that begin with it first. */
export function find<P extends Place>(places: readonly P[], text: string, room: number): P[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const rank = ({ name, code, initials: short }: Place): number => {
    if (name.startsWith(wanted) || short.startsWith(wanted) || code.startsWith(wanted)) return 0;
    return name.includes(wanted) || short.includes(wanted) ? 1 : 2;
  };
  const found = places.map((place) => ({ place, rank: rank(place) })).filter((one) => one.rank < 2);
  return found.sort((a, b) => a.rank - b.rank || a.place.code.length - b.place.code.length || a.place.code.localeCompare(b.place.code))
    .slice(0, room).map((one) => one.place);
}
