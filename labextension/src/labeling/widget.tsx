/**
 * The widget that JupyterLab shows for the kernel's workbench: its model, its view, and the line between them.
 *
 * Loaded when a notebook first shows one, and only where `@jupyter-widgets/base` is.
 */
import { DOMWidgetModel, DOMWidgetView, ExportMap, WidgetModel } from '@jupyter-widgets/base';
import type { Kernel } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';
import { ISignal, Signal } from '@lumino/signaling';
import React, { lazy, Suspense } from 'react';
import { createRoot, Root } from 'react-dom/client';

import { Skeleton } from '../shared/parts';
import type { IStudio } from '../studio';
import { Bench } from './bench';
import { CommTransport, IHeard, ILine } from './commTransport';
import { MODULE, PROTOCOL } from './protocol';

const WorkbenchOutput = lazy(() => import('./output'));

const ENDS: Kernel.Status[] = ['restarting', 'autorestarting', 'terminating', 'dead'];

/** The comm of a model, until its kernel is gone. */
export class Line implements ILine {
  constructor(private _model: WidgetModel) {
    _model.on('msg:custom', this._hear);
    _model.on('comm_live_update', this._look);
    _model.on('close', this._close);
    const { kernel } = _model.widget_manager as { kernel?: Kernel.IKernelConnection | null };
    this._kernel = kernel ?? null;
    this._kernel?.statusChanged.connect(this._look, this);
    this._kernel?.disposed.connect(this._close, this);
  }

  get isOpen(): boolean {
    return !this._closed && this._model.comm_live;
  }

  get heard(): ISignal<this, IHeard> {
    return this._heard;
  }

  get closed(): ISignal<this, void> {
    return this._ended;
  }

  send(content: JSONObject): void {
    this._model.send(content);
  }

  dispose(): void {
    this._model.off('msg:custom', this._hear);
    this._model.off('comm_live_update', this._look);
    this._model.off('close', this._close);
    Signal.clearData(this);
  }

  private _hear = (content: IHeard['content'], buffers: IHeard['buffers']) => {
    this._heard.emit({ content, buffers: buffers ?? [] });
  };

  private _look = () => {
    if (!this._model.comm_live || ENDS.includes(this._kernel?.status ?? 'unknown')) {
      this._close();
    }
  };

  private _close = () => {
    if (!this._closed) {
      this._closed = true;
      this._ended.emit();
    }
  };

  private _closed = false;
  private _kernel: Kernel.IKernelConnection | null;
  private _heard = new Signal<this, IHeard>(this);
  private _ended = new Signal<this, void>(this);
}

/** Model and view under the names that the kernel knows. */
export function makeExports(studio: IStudio): ExportMap {
  class WorkbenchModel extends DOMWidgetModel {
    defaults() {
      const own = { _model_name: 'WorkbenchModel', _view_name: 'WorkbenchView', project: '' };
      const places = { _model_module: MODULE, _view_module: MODULE };
      const versions = { _model_module_version: PROTOCOL, _view_module_version: PROTOCOL };
      return { ...super.defaults(), ...own, ...places, ...versions };
    }
  }

  class WorkbenchView extends DOMWidgetView {
    render() {
      super.render();
      this.el.classList.add('ls-Studio', 'ls-Output');
      const line = (this._line = new Line(this.model));
      const transport = new CommTransport(this.model.get('project') as string, line);
      const bench = (this._bench = new Bench(transport));
      this._root = createRoot(this.el);
      this._root.render(
        <Suspense fallback={<Skeleton lines={6} />}>
          <WorkbenchOutput studio={studio} bench={bench} transport={transport} />
        </Suspense>
      );
    }

    remove() {
      this._root?.unmount();
      this._bench?.dispose();
      this._line?.dispose();
      return super.remove();
    }

    private _root?: Root;
    private _bench?: Bench;
    private _line?: Line;
  }

  return { WorkbenchModel, WorkbenchView };
}
