/**
 * All keys, and how to change them: press the new one beside its action.
 */
import React, { ReactElement, useEffect, useRef, useState } from 'react';

import { Button } from '../shared/parts';
import { __ } from '../shared/words';
import type { IStudio } from '../studio';
import type { Bench } from './bench';
import { Action, ACTIONS, keyOf } from './keys';
import { Key } from './side';
import { actionName } from './words';

interface IKeyHelp {
  studio: IStudio;
  bench: Bench;
  onClose: () => void;
}

export function KeyHelp({ studio: { trans }, bench, onClose }: IKeyHelp): ReactElement {
  const [changing, setChanging] = useState<Action | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => root.current?.focus(), []);
  const name = (action: Action) => actionName(trans, action);
  const onKeyDown = (event: React.KeyboardEvent) => {
    event.stopPropagation();
    if (!changing) {
      if (event.key === 'Escape') {
        event.preventDefault();
        onClose();
      }
      return;
    }
    event.preventDefault();
    if (['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) {
      return;
    }
    const said = event.key === 'Escape' ? null : bench.keys.change(changing, keyOf(event.nativeEvent), name);
    setProblem(said);
    said === null && setChanging(null);
  };
  return (
    <div className="ls-KeyHelp" role="dialog" aria-label={__('Keys')} tabIndex={-1} ref={root} onKeyDown={onKeyDown}>
      <h2>{__('Keys')}</h2>
      <table className="ls-Table">
        <tbody>
          {bench.labels
            .filter(label => label.key)
            .map(label => (
              <tr key={label.id}>
                <td>
                  <Key of={label.key!} />
                </td>
                <td>{label.name}</td>
                <td className="ls-note">{__('changed under Labels')}</td>
              </tr>
            ))}
          {(Object.keys(ACTIONS) as Action[]).map(action => (
            <tr key={action}>
              <td>
                <Key of={bench.keys.of(action)} />
              </td>
              <td>{name(action)}</td>
              <td>
                <button className="ls-link" onClick={() => (setChanging(action), setProblem(null))}>
                  {changing === action ? __('press the new key…') : __('Change')}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {bench.keys.filters && (
        <p className="ls-note">
          {__('There are more labels than keys: type the beginning of a name, Enter takes it.')}
        </p>
      )}
      {problem && (
        <p className="ls-mod-bad" role="alert">
          {problem}
        </p>
      )}
      <div className="ls-head-line">
        <Button label={__('As at first')} onClick={() => (bench.keys.reset(), setChanging(null), bench.tell(null))} />
        <span className="ls-grow" />
        <Button main label={__('Close')} onClick={onClose} />
      </div>
    </div>
  );
}
