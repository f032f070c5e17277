/**
 * Every page of the console, in the order of the navigation. A new page is one row here, a folder in
 * pages/ and its words in i18n/messages/. `needs`: any of these permissions; none: whoever is
 * signed in. `open` pages need no sign-in; `bare` ones are drawn without the navigation.
 */
import { DocumentChecked, Headset, HomeFilled, Monitor } from "@element-plus/icons-vue";
import type { Component } from "vue";

export interface Page {
  name: string;
  path: string;
  component: () => Promise<unknown>;
  needs?: string[];
  icon?: Component;
  open?: boolean;
  bare?: boolean;
}

export const PAGES: Page[] = [
  {
    name: "start",
    path: "/",
    icon: HomeFilled,
    component: () => import("@/pages/start/Start.vue"),
  },
  {
    name: "desk",
    path: "/desk",
    needs: ["use-seat"],
    icon: Headset,
    component: () => import("@/pages/desk/Desk.vue"),
  },
  {
    name: "wall",
    path: "/wall",
    needs: ["watch-live"],
    icon: Monitor,
    bare: true,
    component: () => import("@/pages/wall/Wall.vue"),
  },
  {
    name: "tickets",
    path: "/tickets",
    needs: ["open-ticket"],
    icon: DocumentChecked,
    component: () => import("@/pages/tickets/Tickets.vue"),
  },
  {
    name: "ticket",
    path: "/tickets/:number",
    needs: ["open-ticket"],
    component: () => import("@/pages/tickets/Ticket.vue"),
  },
];
