/** Language and theme of this browser; Chinese and the system's theme unless somebody chose. */
import { defineStore } from "pinia";
import { ref, watchEffect } from "vue";

import { i18n, type Language } from "@/i18n";

export type Theme = "light" | "dark";

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // a browser that keeps nothing still works
  }
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // see above
  }
}

export const useLook = defineStore("look", () => {
  const dark = globalThis.matchMedia?.("(prefers-color-scheme: dark)").matches ?? false;
  const language = ref<Language>(stored("language") === "en" ? "en" : "zh");
  const theme = ref<Theme>((stored("theme") as Theme | null) ?? (dark ? "dark" : "light"));

  watchEffect(() => {
    i18n.global.locale.value = language.value;
    document.documentElement.lang = language.value === "en" ? "en" : "zh-CN";
    store("language", language.value);
  });
  watchEffect(() => {
    document.documentElement.classList.toggle("dark", theme.value === "dark");
    store("theme", theme.value);
  });

  return {
    language,
    theme,
    otherLanguage: () => (language.value = language.value === "en" ? "zh" : "en"),
    otherTheme: () => (theme.value = theme.value === "dark" ? "light" : "dark"),
  };
});
