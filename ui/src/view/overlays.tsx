// Dialogs (the browser's own, which traps and returns focus), popovers, menus and tooltips.
import { t } from '@lingui/core/macro';
import { DropdownMenu, Popover as RadixPopover, Tooltip } from 'radix-ui';
import { useId, useLayoutEffect, useRef, type ReactNode } from 'react';
import { IconButton } from './ui';

type DialogProps = { open: boolean; onClose: () => void; title: string; children: ReactNode; foot?: ReactNode; drawer?: boolean };

export function Dialog({ open, onClose, title, children, foot, drawer = false }: DialogProps): ReactNode {
  const reference = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // Before the effects of what is inside: a closed dialog takes no focus.
  useLayoutEffect(() => {
    const dialog = reference.current;
    if (!dialog) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);
  if (!open) return null;
  return (
    <dialog
      ref={reference}
      className={`sheet ${drawer ? 'drawer' : ''}`}
      aria-labelledby={heading}
      onClose={onClose}
      onCancel={onClose}
      onClick={(event) => {
        if (event.target === reference.current) onClose();
      }}
    >
      <header>
        <h2 id={heading}>{title}</h2>
        <IconButton label={t`Close`} onClick={onClose}>
          ✕
        </IconButton>
      </header>
      <div className="body">{children}</div>
      {foot ? <footer>{foot}</footer> : null}
    </dialog>
  );
}

export function Popover({ trigger, children, label, align = 'end' }: { trigger: ReactNode; children: ReactNode; label: string; align?: 'start' | 'center' | 'end' }): ReactNode {
  return (
    <RadixPopover.Root>
      <RadixPopover.Trigger asChild>{trigger}</RadixPopover.Trigger>
      <RadixPopover.Portal>
        <RadixPopover.Content className="popover" align={align} sideOffset={6} collisionPadding={8} aria-label={label}>
          {children}
        </RadixPopover.Content>
      </RadixPopover.Portal>
    </RadixPopover.Root>
  );
}

export type MenuItem = { label: ReactNode; onSelect: () => void; danger?: boolean } | 'line' | { heading: string };

export function Menu({ trigger, items }: { trigger: ReactNode; items: MenuItem[] }): ReactNode {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={6} collisionPadding={8}>
          {items.map((item, at) => {
            if (item === 'line') return <DropdownMenu.Separator key={at} asChild><hr /></DropdownMenu.Separator>;
            if ('heading' in item) return <DropdownMenu.Label key={at} className="title">{item.heading}</DropdownMenu.Label>;
            return (
              <DropdownMenu.Item key={at} className={item.danger ? 'tone-danger' : ''} onSelect={item.onSelect}>
                {item.label}
              </DropdownMenu.Item>
            );
          })}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export function Tip({ text, children }: { text: string; children: ReactNode }): ReactNode {
  return (
    <Tooltip.Root delayDuration={250}>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="tooltip" sideOffset={6} collisionPadding={8}>
          {text}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

export const TipProvider = Tooltip.Provider;
