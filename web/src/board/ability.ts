/** What units can do, and what is needed in the words of people. Pure; what nobody knows stays as it was written. */

import { tidyNeeds } from './dispatch';

type Language = 'zh' | 'en';

/** One thing that units can do. */
export interface Ability {
  code: string;
  zh: string;
  en: string;
  counted: 'units' | 'people' | 'amount';
  /** What it is counted in, for people. */
  unit_zh: string;
  unit_en: string;
}

/** What names stand for codes. */
export interface Glossary {
  abilities: readonly Ability[];
  /** By the county's own code. */
  items: ReadonlyMap<string, { name: string; unit: string }>;
}

const ITEM = 'item/';

/** Returns what an ability is called; lists name it by its code or by a name of it. */
export function abilityName({ abilities }: Glossary, word: string, language: Language): string {
  return known(abilities, word)?.[language] ?? word;
}

/** Returns a need as people read it: 水域救援 ×2, 排涝 1000 m³/h, 编织袋 500 条. */
export function needInWords(glossary: Glossary, need: string, language: Language): string {
  const [word = '', amount] = need.split(':');
  const item = word.startsWith(ITEM) ? glossary.items.get(word.slice(ITEM.length)) : undefined;
  if (item !== undefined) return counted(item.name, amount, item.unit);
  const ability = known(glossary.abilities, word);
  if (ability === undefined) return need;
  return counted(ability[language], amount, ability.counted === 'units' ? '' : unitOf(ability, language));
}

/** Returns several needs as a hand would write them. */
export function needsInWords(glossary: Glossary, needs: string, language: Language): string {
  const pieces = needs.split(',').filter((one) => one !== '');
  return pieces.map((need) => needInWords(glossary, need, language)).join(language === 'zh' ? '，' : ', ');
}

/** Returns needs as the server keeps them: names that are known become codes, and what something is counted in goes without saying. */
export function needsInCodes({ abilities, items }: Glossary, text: string): string {
  const codes = new Map<string, string>();
  const units = new Set<string>();
  for (const one of abilities) {
    for (const name of [one.zh, one.en]) codes.set(name, one.code);
    for (const unit of [one.unit_zh, one.unit_en]) if (unit !== '') units.add(unit);
  }
  for (const [id, { name, unit }] of items) {
    if (!codes.has(name)) codes.set(name, `${ITEM}${id}`);
    if (unit !== '') units.add(unit);
  }
  const coded = codes.size === 0 ? text : text.replace(new RegExp(`(?<=${EDGE})(?:${either(codes.keys())})(?=[:：×*]|${END})`, 'g'), (name) => codes.get(name) ?? name);
  return tidyNeeds(units.size === 0 ? coded : coded.replace(new RegExp(`(?<=\\d)\\s*(?:${either(units)})(?=${END})`, 'g'), ''));
}

/** Where one need begins and where it ends. */
const EDGE = '^|[\\s,，、;；]';
const END = '$|[\\s,，、;；]';

/** The longer first: one name may begin another. */
function either(words: Iterable<string>): string {
  const plain = [...words].sort((a, b) => b.length - a.length).map((word) => word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return plain.join('|');
}

function known(abilities: readonly Ability[], word: string): Ability | undefined {
  return abilities.find(({ code, zh, en }) => word === code || word === zh || word === en);
}

function unitOf({ unit_zh, unit_en }: Ability, language: Language): string {
  return language === 'zh' ? unit_zh : unit_en;
}

/** Whole units have no word of their own: everybody knows what two boats are. */
function counted(name: string, amount: string | undefined, unit: string): string {
  if (amount === undefined) return name;
  return unit === '' ? `${name} ×${amount}` : `${name} ${amount} ${unit}`;
}
