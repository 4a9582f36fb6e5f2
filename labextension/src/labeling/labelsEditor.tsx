/**
 * The labels of a project, changed while people work: added, renamed, coloured, nested, merged, retired.
 */
import React, { ReactElement, useState } from 'react';

import { LabelingLabel, post } from '../api/client';
import { ask } from '../shared/dialogs';
import { Button, Card, Chip } from '../shared/parts';
import { __ } from '../shared/words';
import type { IStudio } from '../studio';
import type { Bench } from './bench';
import { nested } from './side';
import { useBench } from './useBench';

type Change = { op: string; label?: string } & Record<string, unknown>;

export function LabelsEditor({ studio, bench }: { studio: IStudio; bench: Bench }): ReactElement {
  useBench(bench);
  const [name, setName] = useState('');
  const { project } = bench;
  const change = async (change: Change): Promise<boolean> => {
    try {
      const at = { project: bench.transport.project };
      await post('/labstudio/api/labeling/{project}/labels', { at, body: { changes: [change as any] } });
      await bench.again();
      return true;
    } catch (error) {
      studio.fail(error);
      return false;
    }
  };
  const add = async () => {
    if (name.trim() && (await change({ op: 'add', name: name.trim() }))) {
      setName('');
    }
  };
  const away = (project?.labels.labels ?? []).filter(label => label.retired || label.merged !== null);
  return (
    <div className="ls-LabelsEditor">
      <Card
        title={__('Labels')}
        note={__(
          'version %1; what was labeled under another one is read through the changes',
          project?.labels.version ?? 1
        )}
      >
        <table className="ls-Table" aria-label={__('Labels')}>
          <thead>
            <tr>
              <th>{__('Name')}</th>
              <th>{__('Colour')}</th>
              <th>{__('Key')}</th>
              <th>{__('A kind of')}</th>
              <th>{__('Merge into')}</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {nested(bench.labels).map(({ label, depth }) => (
              <Row
                key={`${label.id} ${label.name} ${label.key}`}
                studio={studio}
                label={label}
                depth={depth}
                others={bench.labels.filter(one => one.id !== label.id)}
                change={change}
              />
            ))}
          </tbody>
        </table>
        <form
          className="ls-head-line"
          onSubmit={event => {
            event.preventDefault();
            void add();
          }}
        >
          <input
            className="ls-input"
            aria-label={__('Name of a new label')}
            placeholder={__('New label')}
            value={name}
            onChange={event => setName(event.target.value)}
          />
          <Button main label={__('Add a label')} disabled={!name.trim()} onClick={() => void add()} />
        </form>
      </Card>
      {away.length > 0 && (
        <Card title={__('No longer offered')}>
          <ul>
            {away.map(label => (
              <li key={label.id} className="ls-head-line">
                <span>{label.name}</span>
                <Chip
                  tone="plain"
                  label={
                    label.merged ? __('merged into %1', bench.labelById.get(label.merged)?.name ?? '') : __('retired')
                  }
                />
                <span className="ls-grow" />
                {!label.merged && (
                  <Button
                    plain
                    label={__('Offer again')}
                    onClick={() => void change({ op: 'restore', label: label.id })}
                  />
                )}
              </li>
            ))}
          </ul>
        </Card>
      )}
    </div>
  );
}

interface IRow {
  studio: IStudio;
  label: LabelingLabel;
  depth: number;
  others: LabelingLabel[];
  change: (change: Change) => Promise<boolean>;
}

function Row({ studio, label, depth, others, change }: IRow): ReactElement {
  const [name, setName] = useState(label.name);
  const of = { label: label.id };
  const rename = async () => {
    if (name.trim() && name !== label.name && !(await change({ op: 'rename', ...of, name: name.trim() }))) {
      setName(label.name);
    }
  };
  const merge = async (into: string) => {
    const other = others.find(one => one.id === into)!;
    const text = __('What is labeled %1 counts as %2 from now on. This cannot be undone.', label.name, other.name);
    if (await ask(studio, __('Merge %1 into %2', label.name, other.name), text, __('Merge'))) {
      await change({ op: 'merge', ...of, into });
    }
  };
  return (
    <tr>
      <td style={{ paddingLeft: 8 + 14 * depth }}>
        <input
          className="ls-input"
          aria-label={__('Name of %1', label.name)}
          value={name}
          onChange={event => setName(event.target.value)}
          onBlur={() => void rename()}
          onKeyDown={event => event.key === 'Enter' && void rename()}
        />
      </td>
      <td>
        <input
          type="color"
          aria-label={__('Colour of %1', label.name)}
          defaultValue={label.color}
          onBlur={event =>
            event.target.value !== label.color && void change({ op: 'color', ...of, color: event.target.value })
          }
        />
      </td>
      <td>
        <input
          className="ls-input ls-LabelsEditor-key"
          aria-label={__('Key of %1', label.name)}
          maxLength={1}
          defaultValue={label.key ?? ''}
          onBlur={event =>
            event.target.value !== (label.key ?? '') && void change({ op: 'key', ...of, key: event.target.value })
          }
        />
      </td>
      <td>
        <Choice
          label={__('%1 is a kind of', label.name)}
          none={__('nothing')}
          value={label.parent ?? ''}
          others={others}
          onChange={parent => void change({ op: 'parent', ...of, parent })}
        />
      </td>
      <td>
        <Choice
          label={__('Merge %1 into', label.name)}
          none="–"
          value=""
          others={others}
          onChange={into => into && void merge(into)}
        />
      </td>
      <td className="ls-right">
        <Button
          plain
          label={__('Retire')}
          title={__('It stays where it was given, and is offered no more')}
          onClick={() => void change({ op: 'retire', ...of })}
        />
      </td>
    </tr>
  );
}

interface IChoice {
  label: string;
  none: string;
  value: string;
  others: LabelingLabel[];
  onChange: (id: string) => void;
}

function Choice({ label, none, value, others, onChange }: IChoice): ReactElement {
  return (
    <select className="ls-input" aria-label={label} value={value} onChange={event => onChange(event.target.value)}>
      <option value="">{none}</option>
      {others.map(one => (
        <option key={one.id} value={one.id}>
          {one.name}
        </option>
      ))}
    </select>
  );
}
