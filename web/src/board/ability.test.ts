import { expect, it } from 'vitest';

import { abilityName, needInWords, needsInCodes, needsInWords, type Glossary } from './ability';

const GLOSSARY: Glossary = {
  abilities: [
    { code: 'boat_rescue', zh: '水域救援', en: 'boat rescue', counted: 'units', unit_zh: '支', unit_en: 'units' },
    { code: 'pump', zh: '排涝', en: 'pumping', counted: 'amount', unit_zh: 'm³/h', unit_en: 'm³/h' },
    { code: 'evacuation', zh: '转移安置', en: 'evacuation', counted: 'people', unit_zh: '人', unit_en: 'people' },
    { code: 'structural_rescue', zh: '破拆', en: 'structural rescue', counted: 'units', unit_zh: '支', unit_en: 'units' },
  ],
  items: new Map([['sandbag', { name: '编织袋', unit: '条' }]]),
};

it('a need is read by its name with what it is counted in', () => {
  const zh = (need: string): string => needInWords(GLOSSARY, need, 'zh');
  expect(zh('boat_rescue:2')).toBe('水域救援 ×2');
  expect(zh('boat_rescue')).toBe('水域救援');
  expect(zh('pump:1000')).toBe('排涝 1000 m³/h');
  expect(zh('evacuation:200')).toBe('转移安置 200 人');
  expect(zh('item/sandbag:500')).toBe('编织袋 500 条');
  expect(needInWords(GLOSSARY, 'evacuation:200', 'en')).toBe('evacuation 200 people');
  expect(needsInWords(GLOSSARY, 'boat_rescue:2,pump:1000', 'zh')).toBe('水域救援 ×2，排涝 1000 m³/h');
});

it('what nobody knows stays as it was written', () => {
  expect(needInWords(GLOSSARY, 'item/moon:5', 'zh')).toBe('item/moon:5');
  expect(needInWords({ abilities: [], items: new Map() }, 'boat_rescue:2', 'zh')).toBe('boat_rescue:2');
  expect(abilityName(GLOSSARY, 'boat_rescue', 'zh')).toBe('水域救援');
  expect(abilityName(GLOSSARY, '冲锋舟救援', 'zh')).toBe('冲锋舟救援');
});

it('what is read can be typed: names become codes, whatever is between them', () => {
  const coded = (text: string): string => needsInCodes(GLOSSARY, text);
  for (const needs of ['boat_rescue:2', 'pump:1000', 'boat_rescue:2,pump:1000', 'evacuation:200', 'item/sandbag:500']) {
    for (const language of ['zh', 'en'] as const) expect(coded(needsInWords(GLOSSARY, needs, language))).toBe(needs);
    expect(coded(needs)).toBe(needs);
  }
  expect(coded('水域救援 ×2，破拆 1 排涝*1000；转移安置：30人')).toBe('boat_rescue:2,structural_rescue:1,pump:1000,evacuation:30');
  expect(coded('水域救援2支')).toBe('水域救援2');
  expect(coded('破拆救援 ×1')).toBe('破拆救援:1');
});
