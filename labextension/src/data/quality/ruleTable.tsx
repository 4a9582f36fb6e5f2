/**
 * The rules of an asset: what each asks, whether the version keeps it, and how it was in the versions before.
 */
import { ellipsesIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { QualityCheck, Rule } from '../../api/client';
import { number, percent } from '../../shared/format';
import { below, openMenu } from '../../shared/menu';
import { Button, Chip } from '../../shared/parts';
import type { IStudio } from '../../studio';
import { IState, keyOf, over, placeIn, stateOf } from './rules';

const MOST_BEFORE = 12;

interface IProps {
  studio: IStudio;
  rules: readonly { rule: Rule; sentence: string }[];
  check: QualityCheck | undefined;
  history: readonly QualityCheck[];
  onChange: (at: number, part: Partial<Rule>) => void;
  onEdit: (at: number) => void;
  onDelete: (at: number) => void;
  onRows: (place: number) => void;
}

export function RuleTable({ studio, rules, check, history, onChange, onEdit, onDelete, onRows }: IProps) {
  const { trans } = studio;
  const words: Record<IState['word'], string> = {
    holds: trans.__('holds'),
    fails: trans.__('fails'),
    warns: trans.__('warns'),
    off: trans.__('off'),
    'not checked': trans.__('not checked')
  };
  const menu = (at: number, rule: Rule, node: Element) =>
    openMenu(
      [
        { label: trans.__('Edit…'), run: () => onEdit(at) },
        rule.severity === 'block'
          ? { label: trans.__('Only warn'), run: () => onChange(at, { severity: 'warn' }) }
          : { label: trans.__('Hold back what fails it'), run: () => onChange(at, { severity: 'block' }) },
        {
          label: rule.enabled ? trans.__('Switch off') : trans.__('Switch on'),
          run: () => onChange(at, { enabled: !rule.enabled })
        },
        null,
        { label: trans.__('Delete'), run: () => onDelete(at) }
      ],
      below(node)
    );
  return (
    <table className="ls-Table ls-quality-rules" aria-label={trans.__('Rules')}>
      <thead>
        <tr>
          <th scope="col">{trans.__('State')}</th>
          <th scope="col">{trans.__('Rule')}</th>
          <th scope="col">{trans.__('If it fails')}</th>
          <th scope="col" className="ls-right">
            {trans.__('Failing rows')}
          </th>
          <th scope="col">{trans.__('Versions')}</th>
          <th scope="col">
            <span className="ls-hidden">{trans.__('Actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rules.map(({ rule, sentence }, at) => {
          const place = placeIn(check, rule);
          const result = check?.results[place];
          const { tone, word } = stateOf(rule, result);
          const wrong = result && !result.passed && rule.enabled;
          return (
            <tr key={`${at} ${keyOf(rule)}`}>
              <td>
                <Chip tone={tone} label={words[word]} />
              </td>
              <td>
                <div>{sentence}</div>
                {wrong && <small className={`ls-quality-evidence ls-mod-${tone}`}>{result.evidence}</small>}
                {rule.note && <small className="ls-note">{rule.note}</small>}
              </td>
              <td>{rule.severity === 'block' ? trans.__('held back') : trans.__('a warning')}</td>
              <td className="ls-right">
                {wrong && result.failing > 0 ? (
                  <button
                    className="ls-link"
                    title={trans.__('Show the rows that fail')}
                    aria-label={trans.__('Show the %1 rows that fail: %2', number(result.failing), sentence)}
                    onClick={() => onRows(place)}
                  >
                    {`${number(result.failing)} (${percent(result.share)})`}
                  </button>
                ) : result && rule.enabled ? (
                  number(result.failing)
                ) : (
                  '–'
                )}
              </td>
              <td>
                <Before studio={studio} rule={rule} history={history} words={words} />
              </td>
              <td className="ls-right">
                <span data-rule={at}>
                  <Button
                    bare
                    label={trans.__('More for: %1', sentence)}
                    icon={ellipsesIcon}
                    onClick={() => menu(at, rule, document.querySelector(`[data-rule="${at}"]`)!)}
                  />
                </span>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

interface IBefore {
  studio: IStudio;
  rule: Rule;
  history: readonly QualityCheck[];
  words: Record<IState['word'], string>;
}

/** A mark for each version that was checked: full where the rule held, open where it did not. */
function Before({ studio: { trans }, rule, history, words }: IBefore) {
  const marks = over(history, rule).slice(-MOST_BEFORE);
  if (!marks.length) {
    return <>–</>;
  }
  const said = marks.map(({ check, result }) => `@${check.version} ${words[stateOf(rule, result).word]}`).join(', ');
  return (
    <span className="ls-quality-before" role="img" aria-label={trans.__('By version: %1', said)}>
      {marks.map(({ check, result }) => {
        const { tone, word } = stateOf(rule, result);
        const title = `${check.ref}: ${words[word]}. ${result.evidence}`;
        return <i key={check.number} className={`ls-mod-${tone}`} title={title} />;
      })}
    </span>
  );
}
