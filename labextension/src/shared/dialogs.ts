/**
 * Questions to a person, in Lab's own dialogs.
 */
import { Dialog, showDialog } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';

import type { IStudio } from '../studio';

/** Whether a person wants it; the button names what is done, and Enter alone does not do it. */
export async function ask(studio: IStudio, title: string, text: string, label: string): Promise<boolean> {
  const buttons = [Dialog.cancelButton({ label: studio.trans.__('Cancel') }), Dialog.warnButton({ label })];
  const { button } = await showDialog({ title, body: text, buttons, defaultButton: 0 });
  return button.accept;
}

/**
 * A name from a person, or null.
 *
 * @param check - says what is wrong with a name, or nothing
 */
export async function askName(
  studio: IStudio,
  title: string,
  text: string,
  initial: string,
  check: (name: string) => string | null = () => null
): Promise<string | null> {
  const body = new NameField(text, initial, check);
  const dialog = new Dialog<string>({
    title,
    body,
    focusNodeSelector: 'input',
    buttons: [Dialog.cancelButton({ label: studio.trans.__('Cancel') }), Dialog.okButton({ label: title })]
  });
  body.onValid = valid => {
    dialog.node.querySelector<HTMLButtonElement>('button.jp-mod-accept')!.disabled = !valid;
  };
  const answer = dialog.launch();
  body.look();
  const { button, value } = await answer;
  return button.accept && value && !check(value) ? value : null;
}

class NameField extends Widget implements Dialog.IBodyWidget<string> {
  constructor(
    text: string,
    initial: string,
    private _check: (name: string) => string | null
  ) {
    super({ node: document.createElement('label') });
    this.addClass('ls-NameField');
    this._input.className = 'jp-mod-styled';
    this._input.value = initial;
    this._input.oninput = () => this.look();
    this._problem.setAttribute('role', 'alert');
    this.node.append(text, this._input, this._problem);
  }

  onValid: (valid: boolean) => void = () => undefined;

  getValue(): string {
    return this._input.value.trim();
  }

  look(): void {
    const value = this.getValue();
    const problem = value ? this._check(value) : null;
    this._problem.textContent = problem ?? '';
    this.onValid(Boolean(value) && !problem);
  }

  private _input = document.createElement('input');
  private _problem = document.createElement('small');
}
