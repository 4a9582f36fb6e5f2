/**
 * All items of a project: how far each is, what was said of it; one label for all that are meant.
 */
import React, { ReactElement, useEffect, useMemo, useState } from 'react';

import { get, LabelingListed, post } from '../api/client';
import { Fetched, useFetched } from '../shared/fetched';
import { number, percent } from '../shared/format';
import { Button, Chip, Empty, StateView } from '../shared/parts';
import { ask } from '../shared/dialogs';
import { SortableTable } from '../shared/table';
import { __ } from '../shared/words';
import type { IStudio, Tone } from '../studio';
import type { Bench } from './bench';
import { Picture } from './picture';
import { clientId } from './transport';
import { inWords, ofClass } from './value';
import { stateName } from './words';

const PAGE = 100;
const STATES = [
  'all',
  'open',
  'labeled',
  'auto',
  'skipped',
  'flagged',
  'disputed',
  'decided',
  'mine',
  'retired'
] as const;
const TONES: Record<string, Tone> = { labeled: 'ok', decided: 'ok', auto: 'run', flagged: 'warn', disputed: 'warn' };

interface IWhich {
  state: (typeof STATES)[number];
  label: string;
  filter: string;
}

export function Items({ studio, bench, onOpen }: { studio: IStudio; bench: Bench; onOpen: (item: number) => void }) {
  const [which, setWhich] = useState<IWhich>({ state: 'all', label: '', filter: '' });
  const [offset, setOffset] = useState(0);
  const [typed, setTyped] = useState('');
  const { project } = bench.transport;
  const at = { project };
  const page = useMemo(
    () =>
      new Fetched(
        signal =>
          get('/labstudio/api/labeling/{project}/items', { at, query: { ...which, offset, limit: PAGE }, signal }),
        studio.changes
      ),
    [project, which, offset]
  );
  useEffect(() => () => page.dispose(), [page]);
  const state = useFetched(page);
  const choose = (part: Partial<IWhich>) => {
    setOffset(0);
    setWhich({ ...which, ...part });
  };
  const { trans } = studio;
  return (
    <div className="ls-Items">
      <div className="ls-Grid-bar">
        <select
          className="ls-input"
          aria-label={__('State')}
          value={which.state}
          onChange={event => choose({ state: event.target.value as IWhich['state'] })}
        >
          {STATES.map(one => (
            <option key={one} value={one}>
              {one === 'all' ? __('all items') : stateName(trans, one)}
            </option>
          ))}
        </select>
        <select
          className="ls-input"
          aria-label={__('Label')}
          value={which.label}
          onChange={event => choose({ label: event.target.value })}
        >
          <option value="">{__('any label')}</option>
          {bench.labels.map(one => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
        <form
          onSubmit={event => {
            event.preventDefault();
            choose({ filter: typed.trim() });
          }}
        >
          <input
            className="ls-input"
            type="search"
            spellCheck={false}
            aria-label={__('Filter')}
            placeholder={__('Filter, such as price > 3')}
            value={typed}
            onChange={event => setTyped(event.target.value)}
          />
        </form>
        <span className="ls-grow" />
        {bench.project?.task === 'class' && (
          <Bulk studio={studio} bench={bench} which={which} total={'value' in state ? (state.value?.total ?? 0) : 0} />
        )}
      </div>
      <StateView state={state} retry={() => void page.refresh()}>
        {found =>
          found.total === 0 ? (
            <Empty text={__('No item is like that.')} />
          ) : (
            <>
              <SortableTable<LabelingListed>
                label={__('Items')}
                rows={found.items}
                rowKey={one => one.number}
                onOpen={one => onOpen(one.number)}
                columns={columns(studio, bench)}
              />
              <div className="ls-head-line">
                <span className="ls-note">
                  {__('%1 to %2 of %3', number(offset + 1), number(offset + found.items.length), number(found.total))}
                </span>
                <span className="ls-grow" />
                <Button label={__('Before')} disabled={offset === 0} onClick={() => setOffset(offset - PAGE)} />
                <Button
                  label={__('After')}
                  disabled={offset + PAGE >= found.total}
                  onClick={() => setOffset(offset + PAGE)}
                />
              </div>
            </>
          )
        }
      </StateView>
    </div>
  );
}

function columns({ trans }: IStudio, bench: Bench) {
  const said = (one: LabelingListed) => inWords(one.value, bench.labelById, '');
  const told = (one: LabelingListed) => one.text ?? (Object.values(one.row).map(String).join(' · ') || one.key);
  return [
    {
      id: 'item',
      label: __('Item'),
      value: (one: LabelingListed) => one.place,
      render: (one: LabelingListed) => (
        <span className="ls-Items-item">
          {one.media && <Picture bench={bench} item={one} size={64} />}
          <span className="ls-cut" title={told(one)}>
            {told(one)}
          </span>
          {one.alike > 0 && (
            <span className="ls-note" title={__('%1 others are nearly the same', one.alike)}>
              ≈&nbsp;{one.alike}
            </span>
          )}
        </span>
      )
    },
    {
      id: 'state',
      label: __('State'),
      value: (one: LabelingListed) => one.state,
      render: (one: LabelingListed) => (
        <>
          <Chip tone={TONES[one.state] ?? 'plain'} label={stateName(trans, one.state)} />
          {one.flagged && <Chip tone="warn" label={stateName(trans, 'flagged')} />}
        </>
      )
    },
    { id: 'value', label: __('Label'), value: said, render: said },
    { id: 'by', label: __('By'), value: (one: LabelingListed) => one.by, render: (one: LabelingListed) => one.by },
    {
      id: 'suggestion',
      label: __('Suggested'),
      value: (one: LabelingListed) => one.suggestion?.score,
      render: (one: LabelingListed) =>
        one.suggestion &&
        `${inWords(one.suggestion.value, bench.labelById, __('nothing'))}${
          one.suggestion.score === null ? '' : ` · ${percent(one.suggestion.score)}`
        }`
    }
  ];
}

interface IBulk {
  studio: IStudio;
  bench: Bench;
  which: IWhich;
  total: number;
}

function Bulk({ studio, bench, which, total }: IBulk): ReactElement {
  const label = async (id: string) => {
    const name = bench.labelById.get(id)!.name;
    const text = __('All items that this list shows get the label %1. One Undo takes it back.', name);
    if (await ask(studio, __('Label %1 items', number(total)), text, __('Label them'))) {
      const all = { suggested: '', annotator: '', cluster: null, duplicates: null, least: 0, without: [] };
      const body = { ...which, ...all, client_id: clientId(), value: ofClass(id) };
      try {
        const at = { project: bench.transport.project };
        const { changed } = await post('/labstudio/api/labeling/{project}/bulk', { at, body });
        studio.tell(__('%1 items are labeled.', number(changed)), {
          label: __('Undo'),
          callback: () => void bench.transport.undo(clientId()).catch(studio.fail)
        });
      } catch (error) {
        studio.fail(error);
      }
    }
  };
  return (
    <select
      className="ls-input"
      aria-label={__('Label all of them')}
      value=""
      disabled={total === 0}
      onChange={event => event.target.value && void label(event.target.value)}
    >
      <option value="">{__('Label all %1 as…', number(total))}</option>
      {bench.labels.map(one => (
        <option key={one.id} value={one.id}>
          {one.name}
        </option>
      ))}
    </select>
  );
}
