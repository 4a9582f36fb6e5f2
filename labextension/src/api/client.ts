/**
 * The one way to the server: requests typed by the route table, failures as sentences.
 *
 * It knows no panel. Base URL, token and XSRF come from Lab's own `ServerConnection`.
 */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type { components, paths } from './schema';

type Schemas = components['schemas'];
export type Added = Schemas['Added'];
export type Asset = Schemas['Asset'];
export type Said = Schemas['Said'];
export type AssetDetail = Schemas['AssetDetail'];
export type Associations = Schemas['Associations'];
export type Certificate = Schemas['Certificate'];
export type Check = Schemas['Check'];
export type Column = Schemas['Column'];
export type ColumnProfile = Schemas['ColumnProfile'];
export type Comparison = Schemas['Comparison'];
export type Datastore = Schemas['Datastore'];
export type Drift = Schemas['Drift'];
export type Entries = Schemas['Entries'];
export type Entry = Schemas['Entry'];
export type FileChanges = Schemas['FileChanges'];
export type FileOf = Schemas['FileOf'];
export type Figures = Schemas['Figures'];
export type Finding = Schemas['Finding'];
export type Form = Schemas['Form'];
export type Guardrail = Schemas['Guardrail'];
export type Input = Schemas['Input'];
export type Job = Schemas['Job'];
export type Labeling = Schemas['LabelingProjectDetail'];
export type LabelingAnswer = Schemas['LabelingAnswer'];
export type LabelingBatch = Schemas['LabelingBatch'];
export type LabelingDashboard = Schemas['LabelingDashboard'];
export type LabelingExport = Schemas['LabelingExport'];
export type LabelingExports = Schemas['LabelingExports'];
export type LabelingGroup = Schemas['LabelingGroup'];
export type LabelingImported = Schemas['LabelingImported'];
export type LabelingItem = Schemas['LabelingItem'];
export type LabelingLabel = Schemas['Label'];
export type LabelingListed = Schemas['LabelingListed'];
export type LabelingModelRun = Schemas['LabelingModelRun'];
export type LabelingModels = Schemas['LabelingModels'];
export type LabelingProgress = Schemas['LabelingProgress'];
export type LabelingProject = Schemas['LabelingProject'];
export type LabelingReceipts = Schemas['LabelingReceipts'];
export type LabelingShape = Schemas['Shape-Output'];
export type LabelingSpan = Schemas['Span-Output'];
export type LabelingDoubt = Schemas['LabelingDoubt'];
export type LabelingToReview = Schemas['LabelingToReview'];
export type LabelingUndone = Schemas['LabelingUndone'];
export type Endpoint = Schemas['Endpoint'];
export type LabelingValue = Schemas['Value-Output'];
export type Lineage = Schemas['Lineage'];
export type Look = Schemas['Look'];
export type LookContent = Schemas['LookContent'];
export type ModelDetail = Schemas['ModelDetail'];
export type Overview = Schemas['Overview'];
export type Plot = Schemas['Plot'];
export type Predictions = Schemas['Predictions'];
export type Profile = Schemas['Profile'];
export type QualityCheck = Schemas['QualityCheck'];
export type QualityKind = Schemas['QualityKind'];
export type QualityRules = Schemas['QualityRules'];
export type Recipe = Schemas['Recipe'];
export type RecipeCode = Schemas['RecipeCode-Output'];
export type RecipePreview = Schemas['RecipePreview'];
export type RegisteredModel = Schemas['RegisteredModel'];
export type Relation = Schemas['Relation'];
export type RowChanges = Schemas['RowChanges'];
export type Rule = Schemas['Rule'];
export type Rows = Schemas['Rows'];
export type RuleResult = Schemas['RuleResult'];
export type Run = Schemas['Run'];
export type RunDetail = Schemas['RunDetail'];
export type StepPreview = Schemas['StepPreview'];
export type SuggestedRule = Schemas['SuggestedRule'];
export type Suggestion = Schemas['Suggestion'];
export type Trial = Schemas['Trial'];
export type Upload = Schemas['Upload'];

type Method = 'get' | 'post' | 'put' | 'delete';
type With<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof paths];
type Operation<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer O> ? O : never;
type Answer<O> = O extends { responses: { 200: { content: { 'application/json': infer T } } } } ? T : never;
type At<O> = O extends { parameters: { path: infer T } } ? T : undefined;
type Query<O> = O extends { parameters: { query?: infer T } } ? T : undefined;
type Body<O> = O extends { requestBody: { content: { 'application/json': infer T } } } ? T : undefined;

/** What a request says beside its path; `bytes` is a chunk of a file. */
export interface ITold<O> {
  at?: At<O>;
  query?: Partial<Query<O>>;
  body?: Body<O>;
  bytes?: Blob;
  signal?: AbortSignal;
}

/** What went wrong, in a sentence from the server (or about it). */
export class StudioError extends Error {
  constructor(
    readonly kind: string,
    message: string,
    readonly status: number
  ) {
    super(message);
  }

  /** Whether there is no Labstudio on the server. */
  get missing(): boolean {
    return this.kind === 'Missing';
  }
}

// Lab's own 'no-store' would put the time into every query, as an option that no route knows
const settings = ServerConnection.makeSettings({ init: { cache: 'no-cache', credentials: 'same-origin' } });

export function get<P extends With<'get'>>(path: P, told: ITold<Operation<P, 'get'>> = {}) {
  return send<Answer<Operation<P, 'get'>>>('GET', path, told);
}

export function post<P extends With<'post'>>(path: P, told: ITold<Operation<P, 'post'>> = {}) {
  return send<Answer<Operation<P, 'post'>>>('POST', path, told);
}

export function put<P extends With<'put'>>(path: P, told: ITold<Operation<P, 'put'>> = {}) {
  return send<Answer<Operation<P, 'put'>>>('PUT', path, told);
}

export function remove<P extends With<'delete'>>(path: P, told: ITold<Operation<P, 'delete'>> = {}) {
  return send<Answer<Operation<P, 'delete'>>>('DELETE', path, told);
}

/** The address of a route, such as of a file to be saved. */
export function address(path: string, at: Record<string, string> = {}, query: object = {}): string {
  const filled = path.replace(/{(\w+)}/g, (_, name: string) => encodeURIComponent(at[name]));
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter(one => one !== undefined && one !== null)
      .map(one => [name, String(one)])
  );
  const search = pairs.length ? `?${new URLSearchParams(pairs)}` : '';
  return URLExt.join(settings.baseUrl, filled) + search;
}

async function send<T>(method: string, path: string, told: ITold<any>): Promise<T> {
  const url = address(path, told.at as Record<string, string>, told.query);
  const body = told.bytes ?? (method === 'GET' || method === 'DELETE' ? undefined : JSON.stringify(told.body ?? {}));
  let response: Response;
  try {
    response = await ServerConnection.makeRequest(url, { method, body, signal: told.signal }, settings);
  } catch (error) {
    if (told.signal?.aborted) {
      throw error;
    }
    throw new StudioError('Offline', 'The server does not answer; what is shown is as it was last seen.', 0);
  }
  const type = response.headers.get('Content-Type') ?? '';
  const answer = type.includes('json') ? await response.json() : null;
  if (response.ok && answer !== null) {
    return answer as T;
  }
  if (answer?.error) {
    throw new StudioError(answer.error, answer.message, response.status);
  }
  if (response.status === 404) {
    throw new StudioError('Missing', 'The Labstudio server extension is not there.', 404);
  }
  const reason = response.status === 403 ? 'You may not do this here.' : `The server answered ${response.status}.`;
  throw new StudioError('Unexpected', answer?.message || reason, response.status);
}
