/**
 * The home document: an empty workspace is a welcome, any other one is what runs and what is new.
 */
import React, { ReactElement } from 'react';

import { Fetched, useFetched } from '../shared/fetched';
import { launchIcon } from '@jupyterlab/ui-components';
import { certificateIcon, dataIcon, modelIcon, runIcon } from '../shared/icons';
import { Ago, Button, Skeleton, StateView } from '../shared/parts';
import type { IStudio } from '../studio';
import { Drop } from './drop';
import { Dated, IAll, nextStep, recent, running } from './recent';

export function homeView(studio: IStudio, all: Fetched<IAll>): ReactElement {
  return <Home studio={studio} all={all} />;
}

function Home({ studio, all }: { studio: IStudio; all: Fetched<IAll> }): ReactElement {
  const state = useFetched(all);
  return (
    <div className="ls-Home">
      <StateView state={state} skeleton={<Skeleton lines={9} />} retry={() => void all.refresh()}>
        {value =>
          value.data.length || value.runs.length || value.models.length ? (
            <Begun studio={studio} all={value} />
          ) : (
            <Welcome studio={studio} />
          )
        }
      </StateView>
    </div>
  );
}

function Welcome({ studio }: { studio: IStudio }): ReactElement {
  const { trans } = studio;
  return (
    <>
      <div>
        <h1 className="ls-Home-welcome">{trans.__('Welcome. Let us start with a table.')}</h1>
        <p className="ls-Home-lede">
          {trans.__('Bring in a file, choose the column you want to know, and have a tested model a minute later.')}
        </p>
      </div>
      <Drop studio={studio} />
      <Road studio={studio} />
      <Keys studio={studio} />
    </>
  );
}

function Begun({ studio, all }: { studio: IStudio; all: IAll }): ReactElement {
  const { trans } = studio;
  const going = running(all);
  const step = nextStep(all);
  return (
    <>
      <div>
        <h1>{all.workspace.name}</h1>
        <p className="ls-note">
          {all.workspace.root} · {all.workspace.governance}
        </p>
      </div>
      {going.length > 0 && <Items studio={studio} title={trans.__('Running now')} items={going} />}
      {step && (
        <section className="ls-Card ls-Home-step">
          <div>
            <h2>{step.title}</h2>
            <p>{step.text}</p>
          </div>
          <Button main label={step.label} icon={launchIcon} onClick={() => studio.open(step.subject)} />
        </section>
      )}
      <Items studio={studio} title={trans.__('Recent')} items={recent(all)} />
      <Drop studio={studio} quiet={Boolean(step) || going.length > 0} />
      <Keys studio={studio} />
    </>
  );
}

function Items({ studio, title, items }: { studio: IStudio; title: string; items: Dated[] }): ReactElement {
  return (
    <section>
      <h2>{title}</h2>
      <ul className="ls-Home-items">
        {items.map(({ icon: Icon, ...item }) => (
          <li key={item.subject} className={`ls-mod-${item.tone}`}>
            <button onClick={() => studio.open(item.subject)}>
              <Icon.react tag="span" className="ls-icon" />
              <span className="ls-Home-name">
                {item.name}
                {item.version !== undefined && <span className="ls-Version">@{item.version}</span>}
              </span>
              <span className="ls-note">
                {item.state && <span className="ls-hidden">{item.state}: </span>}
                {item.facts}
              </span>
              <span className="ls-note ls-right">
                <Ago time={item.time} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Road({ studio: { trans } }: { studio: IStudio }): ReactElement {
  const steps = [
    {
      icon: dataIcon,
      title: trans.__('Look'),
      text: trans.__('See every column at a glance: its type, what is missing, what to watch.'),
      cell: '%data profile gapminder'
    },
    {
      icon: runIcon,
      title: trans.__('Train'),
      text: trans.__('Name the target and a time budget, then watch the best score.'),
      cell: '%automl --data gapminder --target lifeExp'
    },
    {
      icon: certificateIcon,
      title: trans.__('Trust'),
      text: trans.__('Each model comes with a certificate: the file answers like the original.'),
      cell: '%certificate run-1'
    },
    {
      icon: modelIcon,
      title: trans.__('Use'),
      text: trans.__('Give it a name, try it in a form, or put it into a notebook.'),
      cell: '%register run-1 --name life'
    }
  ];
  return (
    <section>
      <div className="ls-Card-head">
        <h2>{trans.__('The road from here')}</h2>
        <span className="ls-note">{trans.__('each step is a click, or one cell in a notebook')}</span>
      </div>
      <ol className="ls-Home-road">
        {steps.map(({ icon: Icon, title, text, cell }, at) => (
          <li key={title} className="ls-Card">
            <div>
              <Icon.react tag="span" className="ls-icon" />
              <span className="ls-note" aria-hidden="true">
                {at + 1}
              </span>
            </div>
            <h3>{title}</h3>
            <p>{text}</p>
            <code>{cell}</code>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Keys({ studio: { app, trans } }: { studio: IStudio }): ReactElement | null {
  const binding = app.commands.keyBindings.find(({ command }) => command === 'apputils:activate-command-palette');
  return binding ? (
    <p className="ls-note">
      <kbd>{binding.keys.map(key => key.replace('Accel', 'Ctrl')).join(' ')}</kbd>{' '}
      {trans.__('opens the command palette; type “Studio” to see all that can be done.')}
    </p>
  ) : null;
}
