/** The calls that several pages make, each by its own name so that no page carries another's. */

import { get, getTagged, post, request, search } from './api';
import type {
  Answering, NewWarning, WarningForm, FilledForm, EndedWarning, Preview, NewCallout, Policy, AreaItem, DemoLogin, Page,
} from './api';
import type { CalloutView, Duty, Me, ObligationView, PositionRefusal, StateName, WarningView } from '../board/protocol';
import type { BulletinView, Texts, TextView } from '../board/bulletin';
import type { GaugeView, Point } from '../board/gauge';
import type { SourceView } from '../board/source';
import type { Part, SuggestionView } from '../board/suggestion';
import type { GroundCollection, LayerName } from '../map/ground';

export const session = () => get<Me>('/sessions/current');
export const login = (name: string, password: string) => post<Me>('/sessions', { login: name, password });
/** Makes the first administrator, by the secret of the link that the first start printed. */
export const setUp = (secret: string, name: string, password: string) => post<{ login: string }>('/setup', { secret, login: name, password });
export const logout = () => request<null>('DELETE', '/sessions/current');
export const demo = () => get<{ logins: DemoLogin[] }>('/demo');
export const callout = (id: string) => get<CalloutView>(`/callouts/${id}`);
export const obligations = (id: string, query: { state?: StateName; limit: number; after?: string }) =>
  get<Page<ObligationView>>(`/callouts/${id}/obligations?${search(query)}`);
export const obligation = (id: string) => get<ObligationView>(`/obligations/${id}`);
export const mine = () => get<Page<ObligationView>>('/obligations/mine');
export const duty = () => get<Duty>('/duty');
export const policies = () => get<Page<Policy>>('/policies');
/** Everything of these layers that the caller may see, as GeoJSON. */
export const map = (layers: readonly LayerName[]) => get<GroundCollection>(`/map?${search({ layers: layers.join(',') })}`);
/** What gauges show; of a drill those that have shown something in it. */
export const gauges = (exercise: boolean, tag: string | undefined) =>
  getTagged<Page<GaugeView>>(`/gauges?${search({ exercise: String(exercise), limit: 10_000 })}`, tag);
export const readings = (gauge: string, query: { from: string; to: string; exercise: string; limit: number }) =>
  get<Page<Point>>(`/gauges/${gauge}/readings?${search(query)}`);
/** What was refused lately by the node that answers; at most a hundred rows. */
export const positionRefusals = () => get<Page<PositionRefusal>>('/positions/refusals');
export const areas = (parent: string) => get<Page<AreaItem>>(`/areas?${search({ parent })}`);
/** Says `key` again when it is tried again, so that the server counts it once. */
export const answer = (id: string, answering: Answering, key: string) =>
  post<{ seq: number; late: boolean }>(`/obligations/${id}/answer`, answering, key);
export const issueWarning = (sent: NewWarning, key: string) => post<{ id: string; callouts: string[] }>('/warnings', sent, key);
export const warningForms = () => get<Page<WarningForm>>('/warning-forms');
/** Who would be called, and nobody is. */
export const previewWarning = (filled: FilledForm | EndedWarning) => post<Preview>('/warnings/preview', filled);
export const issueForm = (filled: FilledForm | EndedWarning, key: string) => post<{ id: string; callouts: string[] }>('/warnings', filled, key);
export const warning = (id: string) => get<WarningView>(`/warnings/${id}`);
export const suggestion = (id: string) => get<SuggestionView>(`/warnings/${id}/suggestion`);
/** None taken turns it down; the first decision stands. */
export const decide = (id: string, taken: readonly Part[], note: string, key: string) =>
  post<SuggestionView>(`/warnings/${id}/suggestion`, { taken, note }, key);
/** What the public would be told by the county's templates. */
export const texts = (id: string) => get<{ texts: TextView[] }>(`/warnings/${id}/texts`);
/** The newest first. */
export const bulletins = (query: { drafted?: 'true'; limit: number }) => get<Page<BulletinView>>(`/bulletins?${search(query)}`);
export const draft = (id: string, words: Texts, key: string) => post<BulletinView>(`/warnings/${id}/bulletins`, { texts: words }, key);
/** Lets it go out, under the next number or a higher one. */
export const approve = (bulletin: string, ordinal: number | undefined, key: string) =>
  post<BulletinView>(`/bulletins/${bulletin}/approve`, ordinal === undefined ? {} : { ordinal }, key);
export const refuse = (bulletin: string, reason: string, key: string) => post<BulletinView>(`/bulletins/${bulletin}/refuse`, { reason }, key);
export const sources = () => get<Page<SourceView>>('/sources');
export const openCallout = (opened: NewCallout, key: string) => post<{ id: string }>('/callouts', opened, key);
export const withdraw = (id: string, reason: string, key: string) =>
  post<{ seq: number }>(`/callouts/${id}/withdraw`, { reason }, key);
