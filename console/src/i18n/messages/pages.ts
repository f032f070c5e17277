import { words } from "@/i18n";

/** Titles of pages, as navigation and window show them. */
export default words(
  { start: "首页", desk: "接听台", wall: "大屏", tickets: "工单", ticket: "工单" },
  { start: "Start", desk: "Desk", wall: "Wall", tickets: "Tickets", ticket: "Ticket" },
);
