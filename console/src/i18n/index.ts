/**
 * Words of the console. Each room has a file in messages/ with both languages side by side; its name
 * is the first part of every key: `desk.answer` is in messages/desk.ts.
 */
import { createI18n } from "vue-i18n";

export type Language = "zh" | "en";
export type Words = { [key: string]: string | Words };
export type Messages = Record<Language, Words>;

/** Both languages have the same keys, or the types do not fit. */
export function words<T extends Words>(zh: T, en: { [K in keyof T]: Same<T[K]> }): Messages {
  return { zh, en: en as Words };
}
type Same<T> = T extends string ? string : { [K in keyof T]: Same<T[K]> };

const files = import.meta.glob<Messages>("./messages/*.ts", { eager: true, import: "default" });

function all(language: Language): Words {
  return Object.fromEntries(
    Object.entries(files).map(([path, both]) => [
      path.replace("./messages/", "").replace(".ts", ""),
      both[language],
    ]),
  );
}

export const i18n = createI18n({
  legacy: false,
  locale: "zh" as Language,
  fallbackLocale: "zh",
  messages: { zh: all("zh"), en: all("en") },
});
