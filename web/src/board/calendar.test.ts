import { expect, it } from 'vitest';
import { addressesOf, wasRead } from './calendar';

const PATH = '/api/v1/calendars/jy_abc/duties.ics';

it('a telephone opens the address by a scheme of its own, at the same host', () => {
  expect(addressesOf('https://yj.example.gov.cn:8443', PATH)).toEqual({
    plain: `https://yj.example.gov.cn:8443${PATH}`, subscribe: `webcal://yj.example.gov.cn:8443${PATH}`,
  });
});

it('a post is named in the address, whatever stands in its name', () => {
  expect(addressesOf('http://127.0.0.1:8080', PATH, '990101000000/duty_officer').plain)
    .toBe(`http://127.0.0.1:8080${PATH}?post=990101000000%2Fduty_officer`);
});

it('what was only made was not read', () => {
  expect(wasRead({ created_at: '2026-11-23T08:00:20+08:00', seen_at: '2026-11-23T08:00:00+08:00' })).toBe(false);
  expect(wasRead({ created_at: '2026-11-23T08:00:20+08:00', seen_at: '2026-11-23T09:00:00+08:00' })).toBe(true);
});
