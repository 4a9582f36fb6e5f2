/**
 * What is to be settled: what each annotator said, what stands, and a reviewer's word on it.
 */
import React, { ReactElement, useEffect, useMemo, useState } from 'react';

import { get, LabelingToReview, post } from '../api/client';
import { Fetched, useFetched } from '../shared/fetched';
import { number, percent } from '../shared/format';
import { Button, Card, Chip, Empty, StateView } from '../shared/parts';
import { __ } from '../shared/words';
import type { IStudio } from '../studio';
import type { Bench } from './bench';
import { Picture } from './picture';
import { clientId } from './transport';
import { inWords, ofClass } from './value';

const KINDS = ['all', 'disputed', 'flagged', 'audit'] as const;
type Kind = (typeof KINDS)[number];
type Decision = 'accept' | 'fix' | 'send_back';

export function Review({ studio, bench }: { studio: IStudio; bench: Bench }): ReactElement {
  const [kind, setKind] = useState<Kind>('all');
  const at = { project: bench.transport.project };
  const queue = useMemo(
    () =>
      new Fetched(
        signal =>
          get('/labstudio/api/labeling/{project}/review', { at, query: { kind, offset: 0, limit: 20 }, signal }),
        studio.changes
      ),
    [at.project, kind]
  );
  useEffect(() => () => queue.dispose(), [queue]);
  const state = useFetched(queue);
  const names: Record<Kind, string> = {
    all: __('all to settle'),
    disputed: __('disputed'),
    flagged: __('flagged'),
    audit: __('a model’s, to be audited')
  };
  const decide = async (one: LabelingToReview, decision: Decision, label?: string, note = '') => {
    try {
      const value = label ? ofClass(label) : null;
      const body = { client_id: clientId(), item: one.item.number, decision, value, note };
      await post('/labstudio/api/labeling/{project}/reviews', { at, body });
      await queue.refresh();
    } catch (error) {
      studio.fail(error);
    }
  };
  return (
    <div className="ls-Review">
      <div className="ls-Grid-bar">
        <select
          className="ls-input"
          aria-label={__('Which items')}
          value={kind}
          onChange={event => setKind(event.target.value as Kind)}
        >
          {KINDS.map(one => (
            <option key={one} value={one}>
              {names[one]}
            </option>
          ))}
        </select>
        {'value' in state && state.value && (
          <span className="ls-note">{__('%1 items, the least sure first', number(state.value.total))}</span>
        )}
      </div>
      <StateView state={state} retry={() => void queue.refresh()}>
        {found =>
          found.items.length === 0 ? (
            <Empty text={__('Nothing waits for a reviewer.')} />
          ) : (
            <>
              {found.items.map(one => (
                <ToReview
                  key={one.item.number}
                  bench={bench}
                  one={one}
                  decide={(...told) => void decide(one, ...told)}
                />
              ))}
            </>
          )
        }
      </StateView>
    </div>
  );
}

interface IToReview {
  bench: Bench;
  one: LabelingToReview;
  decide: (decision: Decision, label?: string, note?: string) => void;
}

function ToReview({ bench, one: { item, said, standing }, decide }: IToReview): ReactElement {
  const words = (value: Parameters<typeof inWords>[0]) => inWords(value, bench.labelById, __('nothing'));
  const isClass = bench.project?.task === 'class';
  return (
    <Card
      title={item.caption ?? item.key}
      note={standing && __('%1 sure: %2', percent(standing.sure), words(standing.value))}
      tone={standing?.disputed ? 'warn' : 'plain'}
    >
      <div className="ls-Review-item">
        <div className="ls-Review-shown">
          {item.media ? (
            <Picture bench={bench} item={item} size={512} />
          ) : (
            <p>
              {item.text ??
                Object.entries(item.row)
                  .map(([name, value]) => `${name}: ${String(value)}`)
                  .join(' · ')}
            </p>
          )}
        </div>
        <ul className="ls-Review-said">
          {said.map(({ number: id, annotator, action, value }) => (
            <li key={id} className="ls-head-line">
              <span>{annotator}</span>
              <span className="ls-grow" />
              <Chip tone="plain" label={action === 'skip' ? __('skipped') : words(value)} />
            </li>
          ))}
          {item.notes
            .filter(note => note.resolved === null)
            .map(note => (
              <li key={note.number} className="ls-note">
                {note.person}: {note.kind === 'flag' ? __('flagged it') : note.text}
              </li>
            ))}
        </ul>
        <div className="ls-Review-do">
          <Button main label={__('Accept')} disabled={!standing} onClick={() => decide('accept')} />
          {isClass && (
            <select
              className="ls-input"
              aria-label={__('It is rather')}
              value=""
              onChange={event => event.target.value && decide('fix', event.target.value)}
            >
              <option value="">{__('It is rather…')}</option>
              {bench.labels.map(label => (
                <option key={label.id} value={label.id}>
                  {label.name}
                </option>
              ))}
            </select>
          )}
          <Button label={__('Send back')} onClick={() => decide('send_back')} />
        </div>
      </div>
    </Card>
  );
}
