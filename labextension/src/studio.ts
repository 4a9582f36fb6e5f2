/**
 * What the parts of the studio give each other: the context every panel gets, and what a panel offers.
 *
 * Interfaces, and the token of one; `index.ts` puts the parts together, and no panel knows another one.
 */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IThemeManager } from '@jupyterlab/apputils';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { ReactElement } from 'react';

import type { Changes } from './api/changes';
import type { Fetched } from './shared/fetched';

/** What every panel gets. */
export interface IStudio {
  app: JupyterFrontEnd;
  changes: Changes;
  trans: TranslationBundle;
  /** Draws charts; without one a chart is a table with a sentence. */
  rendermime: IRenderMimeRegistry | null;
  themes: IThemeManager | null;
  /** Absent in Notebook 7's notebook page. */
  files: IDefaultFileBrowser | null;
  /** The user's settings of the studio, such as the default budget. */
  settings: Record<string, unknown>;
  /** Open the document of a subject, such as `data:churn@3`, `run:run-2`, `new-run:churn@3`, `home:`. */
  open(subject: string): void;
  /** Put the cell that does this into the notebook last used, or a new one. */
  insertCell(magic: string, verb: string, options: Record<string, unknown>): Promise<void>;
  /** Put code into the notebook last used, or a new one. */
  insertSource(source: string): Promise<void>;
  /** Tell a person what went wrong, as a notification with "Copy details". */
  fail(error: unknown): void;
  /** Tell a person that something is done, with something to do next. */
  tell(message: string, action?: { label: string; callback: () => void }): void;
}

/** Other plugins of the studio ask for it. */
export const StudioToken = new Token<IStudio>('@labstudio/lab:IStudio', 'The studio: what its parts share.');

export type Tone = 'ok' | 'warn' | 'bad' | 'run' | 'plain';

/** One row of a section of the side panel. */
export interface IItem {
  subject: string;
  /** Shown before the name; its tone by `tone`, said in words by `state`. */
  icon: LabIcon;
  tone: Tone;
  state?: string;
  name: string;
  version?: number;
  facts: string;
  /** Exact time and the like, as a tooltip. */
  title?: string;
  /** In the context menu, the first two on hover as well. */
  actions: IAction[];
}

export interface IAction {
  label: string;
  icon: LabIcon;
  run: () => void | Promise<void>;
}

/** One section of the side panel. */
export interface ISection {
  id: string;
  title: string;
  rank: number;
  items: Fetched<IItem[]>;
  /** The `+` in the title bar. */
  add?: IAction;
  /** Below the rows, such as what shows those that were put away. */
  foot?: () => Omit<IAction, 'icon'> | null;
  empty: { text: string; action?: IAction };
}

/** A kind of main-area document; `kind` is what stands before the colon in a subject. */
export interface IDocument {
  kind: string;
  icon: LabIcon;
  /** Title of the tab. */
  title(name: string): string;
  open(name: string): IContent;
}

/** A cell: what a form is set to do, or what is written when it is asked for. */
export type ICell =
  { magic: string; verb: string; options: Record<string, unknown> } | { source: () => Promise<string> };

/** What stands in a main-area document. */
export interface IContent {
  /** The buttons at the left of the toolbar, drawn again whenever the document's model changes. */
  toolbar?: () => ReactElement;
  view: () => ReactElement;
  /** What "Insert as cell" inserts; null when there is nothing to insert yet. */
  cell?: () => ICell | null;
  /** The tab's icon and title may follow the state. */
  title?: ISignal<unknown, { label: string; icon?: LabIcon }>;
  dispose(): void;
}

/** What a panel offers. */
export interface IPanel {
  section?: ISection;
  documents: IDocument[];
}
