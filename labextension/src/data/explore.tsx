/**
 * The chart builder: charts worth looking at first, then the one a person puts together.
 */
import React, { useEffect, useMemo } from 'react';

import { AssetDetail, Form, get, Plot, post, Suggestion } from '../api/client';
import { Chart } from '../shared/chart';
import { Fetched, useFetched } from '../shared/fetched';
import { fitted } from '../shared/figure';
import { number } from '../shared/format';
import { SchemaForm } from '../shared/form';
import { useLatest } from '../shared/latest';
import { Card, Empty, Failed, Skeleton, StateView } from '../shared/parts';
import type { IStudio } from '../studio';
import type { AssetView, ChartSpec } from './view';

const SUGGESTED = 6;

interface IProps {
  studio: IStudio;
  asset: AssetDetail;
  view: AssetView;
}

export function Explore({ studio, asset, view }: IProps) {
  const { trans } = studio;
  const at = { ref: asset.ref };
  const [suggested, form] = useMemo(
    () =>
      [
        new Fetched(signal => get('/labstudio/api/data/{ref}/plots', { at, signal }), null),
        new Fetched(async signal => onlyChart(await get('/labstudio/api/forms/{name}', { at: FORM, signal })), null)
      ] as const,
    [asset.ref]
  );
  useEffect(
    () => () => {
      suggested.dispose();
      form.dispose();
    },
    [suggested]
  );
  const charts = useFetched(suggested);
  const drawn = useFetched(form);
  const plot = useLatest(view.plot);
  const spec = view.chart;
  const draw = (next: ChartSpec, pause?: number) => view.draw(asset.ref, next, pause);
  const choices = async () => asset.fields.map(field => field.name);
  useEffect(() => {
    if (spec && view.drawnOf !== asset.ref) {
      draw(spec, 0); // the same chart of another version
    }
  }, [asset.ref]);
  return (
    <div className="ls-explore">
      <StateView state={charts} skeleton={<Skeleton lines={3} />} retry={() => void suggested.refresh()}>
        {found =>
          found.length ? (
            <ul className="ls-suggested" aria-label={trans.__('Suggested charts')}>
              {found.slice(0, SUGGESTED).map(one => (
                <Suggested
                  key={one.title}
                  studio={studio}
                  reference={asset.ref}
                  suggestion={one}
                  chosen={same(one.chart, spec)}
                  onChoose={() => draw(one.chart, 0)}
                />
              ))}
            </ul>
          ) : (
            <Empty text={trans.__('Nothing stands out in this table. Put a chart together below.')} />
          )
        }
      </StateView>
      <div className="ls-explore-builder">
        <Card title={trans.__('Chart')} className="ls-explore-form">
          <StateView state={drawn} retry={() => void form.refresh()}>
            {found => (
              <SchemaForm
                studio={studio}
                form={found}
                value={spec ?? {}}
                onChange={value => draw(value)}
                choices={choices}
              />
            )}
          </StateView>
        </Card>
        <Drawing studio={studio} plot={plot.value} pending={plot.pending} error={plot.error} />
      </div>
    </div>
  );
}

function Drawing({ studio, plot, pending, error }: { studio: IStudio; plot?: Plot } & IAsked) {
  const { trans } = studio;
  const shown = useMemo(() => plot && fitted(plot.figure), [plot]);
  return (
    <Card
      title={shown?.title || trans.__('Figure')}
      note={pending ? trans.__('drawing…') : plot && said(studio, plot)}
      className="ls-explore-figure"
    >
      {error && <Failed error={error} />}
      {shown ? (
        <>
          <Chart studio={studio} figure={shown.bare} title={shown.title} height={420} />
          {plot!.notes.map(note => (
            <p key={note} className="ls-note">
              {note}
            </p>
          ))}
        </>
      ) : pending ? (
        <Skeleton lines={8} />
      ) : (
        !error && <Empty text={trans.__('Choose one of the charts above, or a kind and its columns at the left.')} />
      )}
    </Card>
  );
}

interface IAsked {
  pending: boolean;
  error: import('../api/client').StudioError | null;
}

interface ISuggested {
  studio: IStudio;
  reference: string;
  suggestion: Suggestion;
  chosen: boolean;
  onChoose: () => void;
}

function Suggested({ studio, reference, suggestion: { title, why, chart }, chosen, onChoose }: ISuggested) {
  const plot = useMemo(() => {
    const told = { at: { ref: reference }, body: chart as never };
    return new Fetched(signal => post('/labstudio/api/data/{ref}/plot', { ...told, signal }), null);
  }, [reference, title]);
  useEffect(() => () => plot.dispose(), [plot]);
  const state = useFetched(plot);
  const value = 'value' in state ? state.value : undefined;
  const figure = useMemo(() => value && small(value.figure), [value]);
  return (
    <li className={`ls-suggestion ${chosen ? 'ls-mod-chosen' : ''}`}>
      <button aria-pressed={chosen} title={why} onClick={onChoose}>
        {title}
      </button>
      {figure ? (
        <Chart studio={studio} figure={figure} title={title} height={104} />
      ) : state.kind === 'failed' ? (
        <p className="ls-note">{state.error.message}</p>
      ) : (
        <div className="ls-suggestion-coming" />
      )}
      <p className="ls-note ls-cut">{why}</p>
    </li>
  );
}

const FORM = { name: 'data.plot' };

/** The form without the fields that the document has itself. */
function onlyChart(form: Form): Form {
  const properties = { ...(form.form.properties as Record<string, unknown>) };
  delete properties.data;
  const keep = (names: string[]) => names.filter(name => name in properties);
  const required = keep((form.form.required ?? []) as string[]);
  const groups = form.groups.map(group => ({ ...group, fields: keep(group.fields) }));
  return { ...form, form: { ...form.form, properties, required }, first: keep(form.first), groups };
}

/** A figure without what is too small to be read. */
function small(figure: Record<string, unknown>): Record<string, unknown> {
  const layout = (figure.layout ?? {}) as Record<string, any>;
  const axis = (name: string) => ({ ...layout[name], showticklabels: false, title: undefined, showgrid: false });
  const bare = { ...layout, title: undefined, showlegend: false, xaxis: axis('xaxis'), yaxis: axis('yaxis') };
  const data = ((figure.data ?? []) as object[]).map(trace => ({ ...trace, showscale: false, hoverinfo: 'skip' }));
  const margin = { l: 2, r: 2, t: 2, b: 2 };
  return { data, layout: { ...bare, margin }, config: { staticPlot: true } };
}

function said({ trans }: IStudio, { rows, drawn, sampled }: Plot): string {
  return sampled
    ? trans.__('%1 of %2 rows, a sample', number(drawn), number(rows))
    : trans._n('%2 row', '%2 rows', rows, number(rows));
}

function same(a: unknown, b: unknown): boolean {
  const told = (value: unknown) => JSON.stringify(Object.entries((value ?? {}) as object).sort());
  return told(a) === told(b);
}
