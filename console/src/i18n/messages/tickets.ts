import { words } from "@/i18n";

export default words(
  {
    number: "工单号",
    state: "状态",
    opened: "登记时间",
    outcome: "来电结果",
    more: "继续载入",
    none: "还没有工单",
  },
  {
    number: "Number",
    state: "State",
    opened: "Opened",
    outcome: "Outcome of call",
    more: "Load more",
    none: "No tickets yet",
  },
);
