/**
 * A detector that suggests boxes: an ONNX file that a person brings.
 */
import React, { ReactElement, useRef, useState } from 'react';

import { post, remove, StudioError } from '../api/client';
import { Button, Failed } from '../shared/parts';
import { upload } from '../shared/upload';
import { __ } from '../shared/words';
import type { Bench } from './bench';

export function Detector({ bench }: { bench: Bench }): ReactElement {
  const box = useRef<HTMLInputElement>(null);
  const [names, setNames] = useState('');
  const [map, setMap] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<StudioError | null>(null);
  const at = { project: bench.transport.project };
  const attached = bench.project?.detector;
  const act = async (what: () => Promise<unknown>) => {
    setBusy(true);
    setError(null);
    try {
      await what();
      await bench.again();
    } catch (reason) {
      setError(reason instanceof StudioError ? reason : new StudioError('Unexpected', String(reason), 0));
    }
    setBusy(false);
  };
  const attach = (file: File) =>
    act(async () => {
      const body = { upload: await upload(file), map: pairsOf(map), ...(names.trim() ? { names: listOf(names) } : {}) };
      await post('/labstudio/api/labeling/{project}/detector', { at, body: body as any });
      await post('/labstudio/api/labeling/{project}/suggest', { at });
    });
  if (attached) {
    const labels = Object.entries(attached.labels).map(([name, label]) => {
      const called = bench.labelById.get(label)?.name ?? label;
      return name === called ? name : `${name} → ${called}`;
    });
    return (
      <div className="ls-Models-line">
        <span>{__('Detector %1 suggests %2', attached.name, labels.join(', '))}</span>
        {attached.left_out.length > 0 && (
          <span className="ls-note">{__('and not %1, which are no labels here', attached.left_out.join(', '))}</span>
        )}
        <span className="ls-grow" />
        <Button
          disabled={busy}
          label={__('Detach')}
          onClick={() => void act(() => remove('/labstudio/api/labeling/{project}/detector', { at }))}
        />
        {error && <Failed error={error} />}
      </div>
    );
  }
  return (
    <details className="ls-Models-detector">
      <summary>{__('Let an ONNX detector suggest boxes')}</summary>
      <div className="ls-Models-line">
        <label>
          {__('Its classes, in their order')}{' '}
          <input
            className="ls-input"
            placeholder={__('where the file does not tell them')}
            value={names}
            onChange={event => setNames(event.target.value)}
          />
        </label>
        <label>
          {__('Class = label')}{' '}
          <input
            className="ls-input"
            placeholder={__('where they differ: bus = truck')}
            value={map}
            onChange={event => setMap(event.target.value)}
          />
        </label>
        <input
          ref={box}
          className="ls-hidden"
          type="file"
          accept=".onnx"
          tabIndex={-1}
          aria-label={__('File of the detector')}
          onChange={event => {
            const [file] = [...(event.target.files ?? [])];
            event.target.value = '';
            file && void attach(file);
          }}
        />
        <Button
          disabled={busy}
          label={busy ? __('Looking at it…') : __('Choose the file')}
          onClick={() => box.current?.click()}
        />
      </div>
      {error && <Failed error={error} />}
    </details>
  );
}

export function listOf(text: string): string[] {
  return text
    .split(',')
    .map(one => one.trim())
    .filter(Boolean);
}

/** `bus = truck, van = car` as an object. */
export function pairsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    listOf(text)
      .map(one => one.split('=').map(part => part.trim()))
      .filter(pair => pair.length === 2 && pair.every(Boolean))
  );
}
