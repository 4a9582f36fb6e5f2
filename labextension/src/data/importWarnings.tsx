/**
 * What is odd in a file, each with the button that would set it right.
 */
import React from 'react';

import type { Look } from '../api/client';
import { badIcon, warnIcon } from '../shared/icons';
import { Button } from '../shared/parts';
import type { IStudio } from '../studio';
import type { ImportState, Options } from './importState';

interface IProps {
  studio: IStudio;
  state: ImportState;
  look: Look;
}

export function Warnings({ studio: { trans }, state, look }: IProps) {
  const { warnings, error } = look;
  const place = error && [
    error.line !== null && trans.__('line %1', error.line),
    error.column !== null && trans.__('column %1', error.column)
  ];
  if (!error && !warnings.length) {
    return null;
  }
  return (
    <ul className="ls-import-warnings" aria-label={trans.__('To look at')}>
      {error && (
        <li className="ls-mod-bad">
          <badIcon.react tag="span" className="ls-icon" />
          <span role="alert">
            {place && place.some(Boolean) && !/\bline \d/.test(error.message) && (
              <b>{`${place.filter(Boolean).join(', ')}: `}</b>
            )}
            {error.message}
          </span>
        </li>
      )}
      {warnings.map(({ message, label, fix }) => (
        <li key={message} className="ls-mod-warn">
          <warnIcon.react tag="span" className="ls-icon" />
          <span>{message}</span>
          {label && Object.keys(fix).length > 0 && (
            <Button label={label} onClick={() => state.read(merged(state.options, fix))} />
          )}
        </li>
      ))}
    </ul>
  );
}

/** A fix beside what was said before: types of other columns stay. */
function merged(options: Options, fix: Options): Options {
  return fix.types ? { ...fix, types: { ...(options.types as object), ...(fix.types as object) } } : fix;
}
