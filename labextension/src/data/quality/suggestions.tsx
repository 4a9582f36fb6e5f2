/**
 * Rules that the version keeps already, each with what speaks for it: taken with a click, or put aside.
 */
import { addIcon, closeIcon } from '@jupyterlab/ui-components';
import React, { useEffect, useMemo, useState } from 'react';

import { post, Rule } from '../../api/client';
import { Fetched, useFetched } from '../../shared/fetched';
import { Button, Card, StateView } from '../../shared/parts';
import type { IStudio } from '../../studio';
import { keyOf } from './rules';

const FIRST = 6;

interface IProps {
  studio: IStudio;
  reference: string;
  rules: readonly Rule[];
  onAdd: (rules: Rule[]) => Promise<string | null>;
}

export function Suggestions({ studio, reference, rules, onAdd }: IProps) {
  const { trans } = studio;
  const suggested = useMemo(
    () =>
      new Fetched(signal => post('/labstudio/api/quality/{asset}/suggest', { at: { asset: reference }, signal }), null),
    [reference]
  );
  useEffect(() => () => suggested.dispose(), [suggested]);
  const state = useFetched(suggested);
  const [aside, setAside] = useState<ReadonlySet<string>>(new Set());
  const [all, setAll] = useState(false);
  const known = new Set(rules.map(keyOf));
  const left = ('value' in state ? (state.value ?? []) : []).filter(({ rule }) => {
    const key = keyOf(rule);
    return !known.has(key) && !aside.has(key);
  });
  const add = (chosen: Rule[]) => void onAdd(chosen).then(problem => problem && studio.fail(problem));
  if (state.kind === 'ready' && !left.length) {
    return null;
  }
  return (
    <Card title={trans.__('Suggested')} note={trans.__('they hold in this version; nothing is added by itself')}>
      <StateView state={state} retry={() => void suggested.refresh()}>
        {() => (
          <>
            <ul className="ls-quality-suggested" aria-label={trans.__('Suggested rules')}>
              {left.slice(0, all ? undefined : FIRST).map(({ rule, sentence, reason }) => (
                <li key={keyOf(rule)}>
                  <span>
                    <b>{sentence}</b>
                    <small className="ls-note">{reason}</small>
                  </span>
                  <Button
                    label={trans.__('Add')}
                    icon={addIcon}
                    title={trans.__('Add: %1', sentence)}
                    onClick={() => add([rule])}
                  />
                  <Button
                    bare
                    label={trans.__('Put aside: %1', sentence)}
                    icon={closeIcon}
                    onClick={() => setAside(new Set([...aside, keyOf(rule)]))}
                  />
                </li>
              ))}
            </ul>
            <div className="ls-quality-do">
              <Button
                label={trans._n('Add %1 rule', 'Add all %1 rules', left.length)}
                onClick={() => add(left.map(one => one.rule))}
              />
              {left.length > FIRST && (
                <button className="ls-link" aria-expanded={all} onClick={() => setAll(!all)}>
                  {all ? trans.__('Show fewer') : trans.__('Show %1 more', left.length - FIRST)}
                </button>
              )}
            </div>
          </>
        )}
      </StateView>
    </Card>
  );
}
