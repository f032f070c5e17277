/** Keys of the desk: one table, which also is what `?` shows. */
import { onBeforeUnmount, onMounted } from "vue";

export interface Shortcut {
  keys: string;
  label: () => string;
  act: () => void;
}

/** Name a key press as the table does: `F2`, `Ctrl+Enter`, `Alt+Shift+1`. */
export function named(event: KeyboardEvent): string {
  const digit = /^Digit(\d)$/.exec(event.code)?.[1];
  const parts = [
    event.ctrlKey || event.metaKey ? "Ctrl" : "",
    event.altKey ? "Alt" : "",
    event.shiftKey && event.key !== "?" ? "Shift" : "",
    event.altKey && digit ? digit : event.key,
  ];
  return parts.filter(Boolean).join("+");
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, [contenteditable]");
}

export function useShortcuts(table: () => Shortcut[]): void {
  function press(event: KeyboardEvent): void {
    const name = named(event);
    if (event.repeat || (name === "?" && isTyping(event.target))) return;
    const found = table().find((one) => one.keys === name);
    if (!found) return;
    event.preventDefault();
    found.act();
  }
  onMounted(() => window.addEventListener("keydown", press));
  onBeforeUnmount(() => window.removeEventListener("keydown", press));
}
