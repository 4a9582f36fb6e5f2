/**
 * Main-area documents: one a subject, with a toolbar, restored after a reload and linkable by name.
 */
import type { ILayoutRestorer } from '@jupyterlab/application';
import { Clipboard, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import { linkIcon, ReactWidget, Toolbar } from '@jupyterlab/ui-components';
import React from 'react';

import { StudioError } from '../api/client';
import { cellIcon } from '../shared/icons';
import { Button } from '../shared/parts';
import type { IContent, IDocument, IStudio } from '../studio';
import { OPEN } from './context';

const PARAMETER = 'labstudio';

type Document = MainAreaWidget<ReactWidget>;

export class Documents {
  constructor(
    private _studio: IStudio,
    kinds: IDocument[]
  ) {
    this._kinds = new Map(kinds.map(one => [one.kind, one]));
  }

  readonly tracker = new WidgetTracker<Document>({ namespace: 'labstudio' });

  restore(restorer: ILayoutRestorer): void {
    void restorer.restore(this.tracker, {
      command: OPEN,
      args: ({ id }) => ({ subject: subjectOf(id) }),
      name: ({ id }) => subjectOf(id)
    });
  }

  /** The subject of the document a person looks at. */
  get current(): string | null {
    const widget = this._studio.app.shell.currentWidget;
    return widget && this.tracker.has(widget) ? subjectOf(widget.id) : null;
  }

  /** Open the document of a subject, or show the one that is open. */
  open(subject: string): Document {
    const { app, trans } = this._studio;
    const at = subject.indexOf(':');
    const kind = this._kinds.get(subject.slice(0, at));
    if (!kind) {
      throw new StudioError('NotFound', trans.__('The studio has no view for %1.', subject), 404);
    }
    const existing = this.tracker.find(({ id }) => subjectOf(id) === subject);
    const widget = existing ?? this._make(kind, subject, subject.slice(at + 1));
    if (!widget.isAttached) {
      app.shell.add(widget, 'main', { type: 'Labstudio' });
    }
    app.shell.activateById(widget.id);
    return widget;
  }

  private _make(kind: IDocument, subject: string, name: string): Document {
    const content = kind.open(name);
    const View = content.view;
    const view = ReactWidget.create(<View />);
    view.addClass('ls-Studio');
    view.addClass('ls-Document');
    const widget: Document = new MainAreaWidget({ content: view, toolbar: this._toolbar(content, subject) });
    widget.id = `labstudio:${subject}`;
    widget.title.icon = kind.icon;
    widget.title.closable = true;
    const entitle = (label: string) => {
      widget.title.label = label;
      widget.title.caption = label;
    };
    entitle(kind.title(name));
    const follow = (_: unknown, { label, icon }: { label: string; icon?: typeof kind.icon }) => {
      entitle(label);
      widget.title.icon = icon ?? kind.icon;
    };
    content.title?.connect(follow);
    widget.disposed.connect(() => {
      content.title?.disconnect(follow);
      content.dispose();
    });
    void this.tracker.add(widget);
    return widget;
  }

  private _toolbar(content: IContent, subject: string): Toolbar {
    const toolbar = new Toolbar();
    toolbar.addClass('ls-Studio');
    toolbar.setHidden(!content.toolbar && !content.cell);
    if (content.toolbar) {
      const Left = content.toolbar;
      const left = ReactWidget.create(<Left />);
      left.addClass('ls-Toolbar');
      toolbar.addItem('actions', left);
    }
    toolbar.addItem('spacer', Toolbar.createSpacerItem());
    const right = ReactWidget.create(this._right(content, subject));
    right.addClass('ls-Toolbar');
    toolbar.addItem('document', right);
    return toolbar;
  }

  private _right(content: IContent, subject: string) {
    const { trans } = this._studio;
    const insert = () => {
      const cell = content.cell?.();
      if (cell && 'source' in cell) {
        void cell.source().then(this._studio.insertSource, this._studio.fail);
      } else if (cell) {
        void this._studio.insertCell(cell.magic, cell.verb, cell.options);
      } else {
        this._studio.tell(trans.__('There is nothing to insert yet.'));
      }
    };
    const copy = () => {
      Clipboard.copyToSystem(linkTo(subject));
      this._studio.tell(trans.__('The link is copied.'));
    };
    return (
      <>
        {content.cell && <Button plain label={trans.__('Insert as cell')} icon={cellIcon} onClick={insert} />}
        <Button bare label={trans.__('Copy link')} icon={linkIcon} onClick={copy} />
      </>
    );
  }

  private _kinds: Map<string, IDocument>;
}

/** The address that opens a document. */
export function linkTo(subject: string): string {
  return `${URLExt.join(PageConfig.getBaseUrl(), 'lab')}?${new URLSearchParams({ [PARAMETER]: subject })}`;
}

/** The subject that the browser's address names, if any; it is taken out of the address. */
export function takeLinked(): string | null {
  const url = new URL(window.location.href);
  const subject = url.searchParams.get(PARAMETER);
  if (subject) {
    url.searchParams.delete(PARAMETER);
    window.history.replaceState(window.history.state, '', url);
  }
  return subject;
}

function subjectOf(id: string): string {
  return id.slice('labstudio:'.length);
}
