import { expect, test } from "vitest";

import { duration, instant } from "@/shell/when";

test("an instant is told in the city's time, whatever the browser's", () => {
  const now = new Date("2026-11-24T00:00:00Z");
  expect(instant("2026-11-23T17:05:03Z", now)).toBe("11-24 01:05:03");
  expect(instant("2025-12-31T16:00:00Z", now)).toBe("01-01 00:00:00");
  expect(instant("2025-12-31T15:59:59Z", now)).toBe("2025-12-31 23:59:59");
});

test("durations count whole seconds", () => {
  expect(duration(187.9)).toBe("3:07");
  expect(duration(3787)).toBe("1:03:07");
  expect(duration(null)).toBe("");
});
