import { expect, it } from 'vitest';

const files = import.meta.glob<string>('./{shared,screen,phone,desk,login,map,refusals,gauge,form,dossier,sources,incident,order,report,response,response_marks,round,supply,evacuation,units,hotspots,proposal,pick,roads,admin,roster,duty_import,day_sheet,holidays,duties,handover,flaw,roll_call,calendars,roster_changes,contacts,reinforcement}.ts', { query: '?raw', import: 'default', eager: true });
const COMMENT = /^\s*(\*|\/\*|\/\/)/;
const MIXED = /[\u4e00-\u9fff][,:;?!()]|[,:;?!(][\u4e00-\u9fff]/;

it('every dictionary is looked at', () => {
  expect(Object.keys(files)).toHaveLength(37);
});

it.each(Object.entries(files))('%s: Chinese text has Chinese punctuation', (_file, text) => {
  expect(text.split('\n').filter((line) => !COMMENT.test(line) && MIXED.test(line))).toEqual([]);
});
