/**
 * The certificate of an ONNX file: the verdict, the figures behind it, and each way in which it was tried.
 */
import { Clipboard } from '@jupyterlab/apputils';
import React, { ReactElement, ReactNode } from 'react';

import type { Certificate } from '../api/client';
import { bytes, number, percent, power } from './format';
import { badIcon, certificateIcon, copyIcon, downloadIcon, okIcon } from './icons';
import { Button, Card, Chip, Facts } from './parts';
import { __ } from './words';

interface IProps {
  certificate: Certificate;
  /** Address of the file, where it can be saved from. */
  download?: string;
}

/** One way of asking, as the certificate holds it. */
interface ICheck {
  name: string;
  passed: boolean;
  rows: number;
  max_difference: number | string;
  worst: string;
}

export function CertificateCard({ certificate, download }: IProps): ReactElement {
  const { passed, labels_equal, ties, max_difference, limit, rows, adversarial_rows } = certificate;
  const title = (
    <span className="ls-certificate-title">
      <certificateIcon.react tag="span" className="ls-icon" />
      {__('ONNX certificate')}
    </span>
  );
  const chip = <Chip tone={passed ? 'ok' : 'bad'} label={passed ? __('Passed') : __('Not passed')} />;
  const facts: [string, ReactNode][] = [
    [
      __('Largest difference'),
      <>
        {power(max_difference)} <span className="ls-muted">{__('limit %1', power(limit))}</span>
      </>
    ],
    [__('Rows tried'), __('%1 held out + %2 adversarial', number(rows), number(adversarial_rows))],
    [__('Size of the file'), bytes(certificate.file_size)],
    [__('Runtime'), certificate.runtime],
    [__('Hash of the file'), <Hash key="hash" text={certificate.file_sha256} />]
  ];
  if (certificate.encoder) {
    const note = <span className="ls-muted">{__('its vectors are where the certificate begins')}</span>;
    facts.push([
      __('Hash of the encoder'),
      <>
        <Hash text={certificate.encoder} /> {note}
      </>
    ]);
  }
  if (labels_equal !== null) {
    const apart = ties ? __('%1 (%2 ties apart)', share(labels_equal), number(ties)) : share(labels_equal);
    facts.unshift([__('Labels equal'), apart]);
  }
  return (
    <Card title={title} note={chip} tone={passed ? 'ok' : 'bad'} className="ls-certificate">
      {!passed && <p>{certificate.sentence}</p>}
      <Facts rows={facts} />
      <Checks checks={certificate.checks as unknown as ICheck[]} />
      {Object.keys(certificate.versions).length > 0 && (
        <details>
          <summary>{__('Made with')}</summary>
          <Facts rows={Object.entries(certificate.versions)} />
        </details>
      )}
      {download && (
        <a className="ls-link ls-certificate-download" href={download} download>
          <downloadIcon.react tag="span" className="ls-icon" />
          {__('Download ONNX')}
        </a>
      )}
    </Card>
  );
}

function Checks({ checks }: { checks: ICheck[] }): ReactElement | null {
  if (checks.length === 0) {
    return null;
  }
  const failed = checks.filter(check => !check.passed).length;
  return (
    <details open={failed > 0}>
      <summary>
        {failed ? __('%1 of %2 checks failed', failed, checks.length) : __('%1 checks, all passed', checks.length)}
      </summary>
      <table className="ls-Table">
        <thead>
          <tr>
            <th scope="col">{__('Check')}</th>
            <th scope="col" className="ls-right">
              {__('Rows')}
            </th>
            <th scope="col" className="ls-right">
              {__('Difference')}
            </th>
          </tr>
        </thead>
        <tbody>
          {checks.map(({ name, passed, rows, max_difference, worst }) => {
            const Icon = passed ? okIcon : badIcon;
            return (
              <tr key={name} title={worst || undefined}>
                <th scope="row">
                  <span className={`ls-icon-box ls-mod-${passed ? 'ok' : 'bad'}`}>
                    <Icon.react tag="span" className="ls-icon" />
                    <span className="ls-hidden">{passed ? __('passed') : __('failed')}</span>
                  </span>
                  {name}
                </th>
                <td className="ls-right">{number(rows)}</td>
                <td className="ls-right">
                  {typeof max_difference === 'number' ? power(max_difference) : max_difference}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </details>
  );
}

/** A hash, cut in the middle, to be copied whole. */
function Hash({ text }: { text: string }): ReactElement {
  const groups = `${text.slice(0, 4)} ${text.slice(4, 8)} … ${text.slice(-4)}`;
  return (
    <span className="ls-hash">
      <code title={text}>{groups}</code>
      <Button bare label={__('Copy the hash')} icon={copyIcon} onClick={() => Clipboard.copyToSystem(text)} />
    </span>
  );
}

/** All of them is "all"; what is nearly all never reads as 100 %. */
function share(equal: number): string {
  return equal === 1 ? __('all') : percent(equal, 2);
}
