/**
 * The versions of a model side by side: what was measured in rows, a version a column, the best in bold.
 */
import React, { ReactNode, useState } from 'react';

import type { ModelDetail, RegisteredModel } from '../api/client';
import { bytes, power, score } from '../shared/format';
import { badIcon, okIcon } from '../shared/icons';
import { Ago, Card, Middle } from '../shared/parts';
import type { IStudio } from '../studio';
import { best } from './metrics';

const SHOWN = 5; // versions beside each other, before one has to ask for the others

export function Versions({ studio, model }: { studio: IStudio; model: ModelDetail }) {
  const { trans } = studio;
  const [all, setAll] = useState(false);
  const newest = model.versions.filter((one, at) => all || at < SHOWN || one.ref === model.ref);
  const shown = [...newest].reverse();
  const metrics = Object.keys(model.measures);
  const sameData = new Set(shown.map(one => one.data)).size === 1;
  const note =
    shown.length < 2
      ? undefined
      : sameData
        ? trans.__('all learned from %1; best in bold', model.data || model.source)
        : trans.__('best in bold; not all learned from the same data');
  return (
    <Card title={trans.__('Versions side by side')} note={note} className="ls-model-versions">
      <div className="ls-scroll" tabIndex={0} role="group" aria-label={trans.__('Versions side by side')}>
        <table className="ls-Table">
          <thead>
            <tr>
              <td />
              {shown.map(one => (
                <th key={one.ref} scope="col" className={mark(one, model)}>
                  <Head studio={studio} one={one} current={one.ref === model.ref} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {metrics.map(name => {
              const values = shown.map(one => one.metrics[name] as number | undefined);
              const { title, greater_is_better: up } = model.measures[name];
              const bold = best(up, values);
              return (
                <tr key={name}>
                  <th scope="row">{trans.__('%1, held out', title)}</th>
                  {shown.map((one, at) => (
                    <td key={one.ref} className={mark(one, model)}>
                      {bold.has(at) ? <b>{score(values[at])}</b> : score(values[at])}
                      {bold.has(at) && <span className="ls-hidden">{trans.__('(best)')}</span>}
                    </td>
                  ))}
                </tr>
              );
            })}
            {rows(studio).map(([label, cell]) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                {shown.map(one => (
                  <td key={one.ref} className={mark(one, model)}>
                    {cell(one)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {model.versions.length > shown.length && (
        <button className="ls-link" onClick={() => setAll(true)}>
          {trans.__('Show all %1 versions', model.versions.length)}
        </button>
      )}
    </Card>
  );
}

function Head({ studio, one, current }: { studio: IStudio; one: RegisteredModel; current: boolean }) {
  const name = [`@${one.version}`, ...one.aliases].join(' · ');
  return current ? (
    <span aria-current="true">{name}</span>
  ) : (
    <button className="ls-link" onClick={() => studio.open(one.subject)}>
      {name}
    </button>
  );
}

function rows(studio: IStudio): [string, (one: RegisteredModel) => ReactNode][] {
  const { trans } = studio;
  const link = (subject: string, label: string) => (
    <button className="ls-link" onClick={() => studio.open(subject)}>
      <Middle text={label} max={24} />
    </button>
  );
  return [
    [
      trans.__('Certificate'),
      ({ passed }) => {
        const Icon = passed ? okIcon : badIcon;
        return (
          <span className={`ls-icon-box ls-mod-${passed ? 'ok' : 'bad'}`}>
            <Icon.react tag="span" className="ls-icon" />
            <span>{passed ? trans.__('passed') : trans.__('not passed')}</span>
          </span>
        );
      }
    ],
    [trans.__('Largest difference'), ({ max_difference }) => power(max_difference)],
    [trans.__('Size'), ({ size }) => bytes(size)],
    [trans.__('Learned from'), ({ data }) => (data ? link(`data:${data}`, data) : '–')],
    [
      trans.__('Made by'),
      ({ source }) => (source.startsWith('run:') ? link(source, source.slice(4)) : trans.__('brought as a model'))
    ],
    [trans.__('Registered'), ({ created }) => <Ago time={created} />]
  ];
}

function mark(one: RegisteredModel, model: ModelDetail): string {
  return one.ref === model.ref ? 'ls-right ls-current' : 'ls-right';
}
