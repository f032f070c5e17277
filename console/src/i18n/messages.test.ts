import { expect, test } from "vitest";

import { i18n, type Words } from "@/i18n";

function keys(words: Words, before = ""): string[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === "string" ? [before + key] : keys(value, `${before}${key}.`),
  );
}

test("every sentence is there in both languages", () => {
  const { zh, en } = i18n.global.messages.value as unknown as Record<string, Words>;
  expect(keys(en!).sort()).toEqual(keys(zh!).sort());
});
