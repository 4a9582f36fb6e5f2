/**
 * Quality: what has to hold of an asset, whether this version keeps it, and what to do where it does not.
 */
import { Clipboard } from '@jupyterlab/apputils';
import { addIcon } from '@jupyterlab/ui-components';
import React, { useEffect, useMemo, useState } from 'react';

import { AssetDetail, get, post, put, QualityCheck, QualityKind, QualityRules, Rule } from '../../api/client';
import { askName } from '../../shared/dialogs';
import { Fetched, useFetched } from '../../shared/fetched';
import { cellIcon, copyIcon, okIcon, warnIcon } from '../../shared/icons';
import { Ago, Button, Card, Chip, StateView } from '../../shared/parts';
import { SortableTable } from '../../shared/table';
import type { IStudio } from '../../studio';
import { Failing } from './failing';
import { RuleForm } from './ruleForm';
import { checkOf, told } from './rules';
import { RuleTable } from './ruleTable';
import { Suggestions } from './suggestions';

interface IProps {
  studio: IStudio;
  asset: AssetDetail;
  /** Mend the version with a recipe. */
  onPrepare: () => void;
}

interface IFound {
  rules: QualityRules;
  history: QualityCheck[];
  kinds: QualityKind[];
  assets: string[];
}

export default function Quality({ studio, asset, onPrepare }: IProps) {
  const { name } = asset;
  const at = { asset: name };
  const found = useMemo(
    () =>
      new Fetched<IFound>(async signal => {
        const [rules, history, kinds, assets] = await Promise.all([
          get('/labstudio/api/quality/{asset}/rules', { at, signal }),
          get('/labstudio/api/quality/{asset}/history', { at, signal }),
          get('/labstudio/api/quality/kinds', { signal }),
          get('/labstudio/api/data', { signal })
        ]);
        return { rules, history, kinds, assets: assets.filter(one => one.kind === 'table').map(one => one.name) };
      }, studio.changes),
    [name]
  );
  useEffect(() => () => found.dispose(), [found]);
  return (
    <section className="ls-quality" aria-label={studio.trans.__('Quality')}>
      {asset.held && <Held studio={studio} asset={asset} onPrepare={onPrepare} />}
      <StateView state={useFetched(found)} retry={() => void found.refresh()}>
        {value => <Found studio={studio} asset={asset} {...value} refresh={() => found.refresh()} />}
      </StateView>
    </section>
  );
}

function Found({
  studio,
  asset,
  rules: { rules },
  history,
  kinds,
  assets,
  refresh
}: Omit<IProps, 'onPrepare'> & IFound & { refresh: () => Promise<void> }) {
  const { trans } = studio;
  const [editing, setEditing] = useState<number | 'new' | null>(null);
  const [failing, setFailing] = useState<number | null>(null);
  const [code, setCode] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const check = checkOf(history, asset.version);
  const plain = rules.map(one => one.rule);
  const look = async () => {
    setBusy(true);
    try {
      await post('/labstudio/api/quality/{ref}/check', { at: { ref: asset.ref } });
      await refresh();
    } catch (error) {
      studio.fail(error);
    }
    setBusy(false);
  };
  /** Save other rules and see whether they hold; a sentence says why they cannot be. */
  const save = async (next: Rule[]): Promise<string | null> => {
    try {
      const body = { rules: next.map(one => told(one)) as never };
      await put('/labstudio/api/quality/{asset}/rules', { at: { asset: asset.name }, body });
    } catch (error) {
      return (error as Error).message;
    }
    setFailing(null);
    next.length ? await look() : await refresh();
    return null;
  };
  const trying = (next: Rule[]) => void save(next).then(problem => problem && studio.fail(problem));
  const change = (place: number, part: Partial<Rule>) =>
    trying(plain.map((one, at) => (at === place ? { ...one, ...part } : one)));
  const result = failing === null ? undefined : check?.results[failing];
  return (
    <>
      <div className="ls-prepare-bar">
        <Summary studio={studio} rules={plain} check={check} />
        <span className="ls-grow" />
        {rules.length > 0 && (
          <>
            <button
              className="ls-link"
              aria-expanded={code !== null}
              onClick={() =>
                code !== null
                  ? setCode(null)
                  : void get('/labstudio/api/quality/{asset}/export', { at: { asset: asset.name } }).then(
                      ({ text }) => setCode(text),
                      studio.fail
                    )
              }
            >
              {code === null ? trans.__('Export to pandera') : trans.__('Hide the code')}
            </button>
            <Button
              label={busy ? trans.__('Checking…') : trans.__('Check now')}
              disabled={busy}
              onClick={() => void look()}
            />
          </>
        )}
        <Button
          main={rules.length === 0}
          label={trans.__('Add a rule')}
          icon={addIcon}
          onClick={() => setEditing(editing === 'new' ? null : 'new')}
        />
      </div>
      {editing !== null && (
        <Card title={editing === 'new' ? trans.__('New rule') : trans.__('Rule %1', editing + 1)}>
          <RuleForm
            key={editing}
            studio={studio}
            kinds={kinds}
            columns={asset.fields}
            assets={assets}
            rule={editing === 'new' ? undefined : plain[editing]}
            onSave={rule =>
              save(editing === 'new' ? [...plain, rule] : plain.map((one, at) => (at === editing ? rule : one)))
            }
            onClose={() => setEditing(null)}
          />
        </Card>
      )}
      {code !== null && <Code studio={studio} code={code} />}
      {rules.length > 0 && (
        <RuleTable
          studio={studio}
          rules={rules}
          check={check}
          history={history}
          onChange={change}
          onEdit={setEditing}
          onDelete={place => trying(plain.filter((_, at) => at !== place))}
          onRows={setFailing}
        />
      )}
      {result && (
        <Failing
          key={`${check!.number} ${failing}`}
          studio={studio}
          reference={asset.ref}
          place={failing!}
          result={result}
          onClose={() => setFailing(null)}
        />
      )}
      <Suggestions studio={studio} reference={asset.ref} rules={plain} onAdd={added => save([...plain, ...added])} />
      {history.length > 0 && <History studio={studio} history={history} />}
    </>
  );
}

function Summary({ studio: { trans }, rules, check }: { studio: IStudio; rules: Rule[]; check?: QualityCheck }) {
  const on = rules.filter(rule => rule.enabled).length;
  if (!rules.length) {
    return (
      <span className="ls-muted">
        {trans.__('No rules yet. Take some of those suggested, or add your own; each new version is then checked.')}
      </span>
    );
  }
  const failed = check?.results.filter(one => one.rule.enabled && !one.passed).length ?? 0;
  return (
    <span role="status" className="ls-icon-box">
      {check ? (
        <Chip
          tone={check.passed ? (failed ? 'warn' : 'ok') : 'bad'}
          label={
            failed ? trans.__('%1 of %2 rules fail', failed, on) : trans._n('%1 rule holds', 'all %1 rules hold', on)
          }
        />
      ) : (
        <Chip tone="plain" label={trans.__('not checked yet')} />
      )}
      {check && (
        <span className="ls-note">
          {trans.__('checked')} <Ago time={check.created} />; {trans.__('each new version is checked')}
        </span>
      )}
    </span>
  );
}

/** Why a version is not the newest one for those who name none, and the two ways on. */
function Held({ studio, asset, onPrepare }: IProps) {
  const { trans } = studio;
  const release = async () => {
    const text = trans.__('Why may %1 be used all the same? The reason is kept.', asset.ref);
    const reason = await askName(studio, trans.__('Release'), text, '');
    if (reason) {
      await post('/labstudio/api/quality/{ref}/release', { at: { ref: asset.ref }, body: { reason } });
      studio.tell(trans.__('%1 is released.', asset.ref));
    }
  };
  const before = asset.versions.find(one => one.version < asset.version && !one.held);
  return (
    <div className="ls-quality-held" role="note">
      <warnIcon.react tag="span" className="ls-icon" />
      <div>
        <b>{trans.__('%1 is held back.', asset.ref)}</b>
        <p>{asset.held}</p>
        <p className="ls-note">
          {before
            ? trans.__('Those who name no version go on with %1. Nothing is lost.', before.ref)
            : trans.__('Those who name no version find none. Nothing is lost.')}
        </p>
      </div>
      <Button label={trans.__('Fix in Prepare')} main onClick={onPrepare} />
      <Button label={trans.__('Release anyway')} icon={okIcon} onClick={() => void release().catch(studio.fail)} />
    </div>
  );
}

function Code({ studio, code }: { studio: IStudio; code: string }) {
  const { trans } = studio;
  return (
    <Card
      title={trans.__('The rules as a pandera schema')}
      note={
        <span className="ls-icon-box">
          <Button
            plain
            label={trans.__('Copy')}
            icon={copyIcon}
            onClick={() => {
              Clipboard.copyToSystem(code);
              studio.tell(trans.__('The code is copied.'));
            }}
          />
          <Button
            plain
            label={trans.__('Insert into the notebook')}
            icon={cellIcon}
            onClick={() => void studio.insertSource(code)}
          />
        </span>
      }
    >
      <pre className="ls-code" tabIndex={0} role="region" aria-label={trans.__('Code')}>
        <code>{code}</code>
      </pre>
    </Card>
  );
}

function History({ studio, history }: { studio: IStudio; history: QualityCheck[] }) {
  const { trans } = studio;
  return (
    <Card title={trans.__('Checks')} note={trans.__('newest first')}>
      <SortableTable<QualityCheck>
        label={trans.__('Checks')}
        rows={history}
        rowKey={one => one.number}
        columns={[
          {
            id: 'version',
            label: trans.__('Version'),
            value: one => one.version,
            render: one => (
              <button className="ls-link" onClick={() => studio.open(`data:${one.ref}`)}>
                {one.ref}
              </button>
            )
          },
          {
            id: 'state',
            label: trans.__('Result'),
            render: one =>
              !one.passed ? (
                <Chip tone="bad" label={one.held ? trans.__('fails, held back') : trans.__('fails')} />
              ) : one.warnings ? (
                <Chip tone="warn" label={trans._n('%1 warning', '%1 warnings', one.warnings)} />
              ) : (
                <Chip tone="ok" label={trans.__('holds')} />
              )
          },
          {
            id: 'failed',
            label: trans.__('What failed'),
            render: one => (
              <span className="ls-note">
                {one.results
                  .filter(result => !result.passed)
                  .map(result => `${result.sentence}: ${result.evidence}`)
                  .join(' ') || '–'}
              </span>
            )
          },
          { id: 'by', label: trans.__('By'), render: one => one.by },
          {
            id: 'time',
            label: trans.__('When'),
            right: true,
            value: one => one.created,
            render: one => <Ago time={one.created} />
          }
        ]}
      />
    </Card>
  );
}
