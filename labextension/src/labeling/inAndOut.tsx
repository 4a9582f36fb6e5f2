/**
 * Labels out, in the formats of the field, and in: both say what was left out and why.
 */
import React, { ReactElement, useEffect, useMemo, useRef, useState } from 'react';

import { address, get, LabelingExport, LabelingExports, LabelingImported, post, StudioError } from '../api/client';
import { Fetched, useFetched } from '../shared/fetched';
import { ago, exact, number } from '../shared/format';
import { Button, Card, Empty, Failed, StateView } from '../shared/parts';
import { upload } from '../shared/upload';
import { __ } from '../shared/words';
import type { IStudio } from '../studio';
import type { Bench } from './bench';

interface IProps {
  studio: IStudio;
  bench: Bench;
}

export function InAndOut({ studio, bench }: IProps): ReactElement {
  const at = { project: bench.transport.project };
  const found = useMemo(
    () => new Fetched(signal => get('/labstudio/api/labeling/{project}/exports', { at, signal }), studio.changes),
    [at.project]
  );
  useEffect(() => () => found.dispose(), [found]);
  const state = useFetched(found);
  return (
    <StateView state={state} retry={() => void found.refresh()}>
      {told => (
        <div className="ls-Exports">
          <Out bench={bench} told={told} again={() => void found.refresh()} />
          <In bench={bench} formats={told.readable} />
        </div>
      )}
    </StateView>
  );
}

interface IOut {
  bench: Bench;
  told: LabelingExports;
  again: () => void;
}

function Out({ bench, told, again }: IOut): ReactElement {
  const [format, setFormat] = useState(told.formats[0]);
  const [also, setAlso] = useState({ models: false, each: false, unlabeled: false });
  const [error, setError] = useState<StudioError | null>(null);
  const [busy, setBusy] = useState(false);
  const write = async () => {
    setBusy(true);
    setError(null);
    try {
      await bench.outbox.flush(); // what was said a moment ago is in it
      const body = { format, ...also, sequence: null };
      await post('/labstudio/api/labeling/{project}/exports', { at: { project: bench.transport.project }, body });
      again();
    } catch (reason) {
      setError(asError(reason));
    }
    setBusy(false);
  };
  const check = (name: keyof typeof also, label: string) => (
    <label>
      <input
        type="checkbox"
        checked={also[name]}
        onChange={event => setAlso({ ...also, [name]: event.target.checked })}
      />{' '}
      {label}
    </label>
  );
  return (
    <>
      <Card title={__('Export')} note={__('the same number gives the same bytes, whatever is said later')}>
        <div className="ls-Exports-form">
          <label>
            {__('Format')}{' '}
            <select className="ls-input" value={format} onChange={event => setFormat(event.target.value)}>
              {told.formats.map(one => (
                <option key={one} value={one}>
                  {formatName(one)}
                </option>
              ))}
            </select>
          </label>
          {check('models', __('what a model alone has labeled'))}
          {check('each', __('every person’s answer'))}
          {check('unlabeled', __('items without an answer'))}
          <span className="ls-grow" />
          <Button main disabled={busy} label={__('Export')} onClick={() => void write()} />
        </div>
        {error && <Failed error={error} />}
      </Card>
      <Card title={__('Exports')}>
        {told.exports.length === 0 ? (
          <Empty text={__('Nothing was exported yet.')} />
        ) : (
          <ul className="ls-Exports-list">
            {told.exports.map(one => (
              <Written key={one.number} bench={bench} one={one} />
            ))}
          </ul>
        )}
      </Card>
    </>
  );
}

function Written({ bench, one }: { bench: Bench; one: LabelingExport }): ReactElement {
  const at = { project: bench.transport.project, number: String(one.number) };
  const lost = one.records - one.written;
  return (
    <li>
      <div className="ls-head-line">
        <b>{formatName(one.format)}</b>
        <span className="ls-note">{__('up to answer %1', number(one.sequence, 15))}</span>
        <span className="ls-grow" />
        <time className="ls-note" title={exact(one.created)}>
          {ago(one.created)}
        </time>
        <a
          className="ls-link"
          href={address('/labstudio/api/labeling/{project}/exports/{number}', at)}
          download={one.filename}
          aria-label={__('Download %1', one.filename)}
        >
          {__('Download')}
        </a>
      </div>
      <p className="ls-note">
        {__('%1 in, %2 out, %3 dropped', number(one.records), number(one.written), number(lost))} · {one.filename}
      </p>
      <Dropped reasons={one.dropped} />
    </li>
  );
}

function In({ bench, formats }: { bench: Bench; formats: string[] }): ReactElement {
  const box = useRef<HTMLInputElement>(null);
  const [format, setFormat] = useState('');
  const [suggestions, setSuggestions] = useState(false);
  const [told, setTold] = useState<LabelingImported | null>(null);
  const [error, setError] = useState<StudioError | null>(null);
  const [busy, setBusy] = useState(false);
  const bring = async (files: File[]) => {
    setBusy(true);
    setError(null);
    setTold(null);
    try {
      const uploads: string[] = [];
      for (const file of files) {
        uploads.push(await upload(file));
      }
      const body = { uploads, format, suggestions };
      const at = { project: bench.transport.project };
      setTold(await post('/labstudio/api/labeling/{project}/import', { at, body }));
      await bench.again();
    } catch (reason) {
      setError(asError(reason));
    }
    setBusy(false);
  };
  const back = async (run: number) => {
    setBusy(true);
    try {
      const at = { project: bench.transport.project, run: String(run) };
      await post('/labstudio/api/labeling/{project}/models/{run}/revert', { at });
      setTold(null);
      await bench.again();
    } catch (reason) {
      setError(asError(reason));
    }
    setBusy(false);
  };
  return (
    <Card title={__('Import')} note={__('labels of another tool; what has a score becomes a suggestion')}>
      <div className="ls-Exports-form">
        <label>
          {__('Format')}{' '}
          <select className="ls-input" value={format} onChange={event => setFormat(event.target.value)}>
            <option value="">{__('told by the file')}</option>
            {formats.map(one => (
              <option key={one} value={one}>
                {formatName(one)}
              </option>
            ))}
          </select>
        </label>
        <label>
          <input type="checkbox" checked={suggestions} onChange={event => setSuggestions(event.target.checked)} />{' '}
          {__('only as suggestions')}
        </label>
        <span className="ls-grow" />
        <input
          ref={box}
          className="ls-hidden"
          type="file"
          multiple
          tabIndex={-1}
          aria-label={__('Files with labels')}
          onChange={event => {
            const files = [...(event.target.files ?? [])];
            event.target.value = '';
            files.length > 0 && void bring(files);
          }}
        />
        <Button
          disabled={busy}
          label={busy ? __('Importing…') : __('Choose files')}
          onClick={() => box.current?.click()}
        />
      </div>
      {error && <Failed error={error} />}
      {told && (
        <div role="status">
          <p>
            {__('%1 of %2 answers came in.', number(told.taken), number(told.records))}{' '}
            {told.suggestions > 0 && __('%1 of them as scored suggestions.', number(told.suggestions))}{' '}
            {told.labels.length > 0 && __('New labels: %1.', told.labels.join(', '))}{' '}
            {told.run !== null && (
              <Button disabled={busy} label={__('Take the suggestions back')} onClick={() => void back(told.run!)} />
            )}
          </p>
          <Dropped reasons={told.dropped} />
        </div>
      )}
    </Card>
  );
}

function Dropped({ reasons }: { reasons: Record<string, number> }): ReactElement | null {
  const rows = Object.entries(reasons);
  return rows.length === 0 ? null : (
    <ul className="ls-note" aria-label={__('Left out')}>
      {rows.map(([reason, count]) => (
        <li key={reason}>{__('%1 left out: %2', number(count), reason)}</li>
      ))}
    </ul>
  );
}

function formatName(format: string): string {
  const names: Record<string, string> = {
    csv: 'CSV',
    jsonl: 'JSON lines',
    parquet: 'Parquet',
    coco: 'COCO',
    yolo: 'YOLO',
    voc: 'Pascal VOC',
    'label-studio': 'Label Studio JSON',
    spacy: 'spaCy JSON lines',
    conll: 'CoNLL'
  };
  return names[format] ?? format;
}

function asError(reason: unknown): StudioError {
  return reason instanceof StudioError ? reason : new StudioError('Unexpected', String(reason), 0);
}
