//! Words of the staff desk.

crate::texts! {
    // The shell
    desk: "工作台", "Staff desk";
    desk_rooms: "工作台栏目", "Rooms of the desk";
    desk_lead: "资金对账、退款、结算与运行。每一步都有记录。", "Reconciliation, refunds, settlement, operation. Every step is on record.";
    desk_city_title: "选一个城市", "Choose a city";
    desk_no_role: "账号还没有分配岗位，找系统管理员分配后再登录。", "Your account has no role yet: ask your administrator for one, then sign in again.";
    desk_forbidden_title: "这个栏目不在您的岗位内", "This is not part of your role";
    desk_forbidden_detail: "需要办这件事，找有对应岗位的同事，或请管理员调整岗位。", "Ask a colleague who has the role, or ask your administrator to change yours.";
    desk_back: "回工作台", "Back to the desk";

    // Signing in
    login_label: "登录名", "Login";
    password_label: "密码", "Password";
    totp_label: "动态码", "Authenticator code";
    totp_hint: "手机验证器里的 6 位数字，30 秒换一次", "The 6 digits in your authenticator app; they change every 30 seconds";
    desk_lost: "密码或手机丢了，找系统管理员重置；旧密码会立刻停用。", "Lost your password or phone? Your administrator resets both; the old ones stop working at once.";
    desk_sandbox_codes: "沙箱：动态码在这里看", "Sandbox: the codes are shown here";
    step_up_title: "再输一次动态码", "Enter a code again";
    step_up_lead: "资金和账号的操作需要再核一次，5 分钟内不再问。", "Deeds with money or accounts are confirmed once more; you will not be asked again for 5 minutes.";
    step_up_go: "核对并继续", "Confirm and go on";

    // Own record and the auditor's
    acts_own_title: "我的操作记录", "What I did";
    acts_own_lead: "登录、查看与办理都在这里，谁也改不了。", "Sign-ins and deeds, kept for good; nobody can change them.";
    acts_title: "操作记录", "Log of deeds";
    acts_lead: "本市工作台上每个人做过的事，由近到远。", "What everybody at this city's desk did, newest first.";
    acts_none: "还没有记录", "Nothing yet";
    act_when: "时间", "When";
    act_who: "谁", "Who";
    act_what: "做了什么", "What";
    act_object: "对象", "Object";
    act_reason: "原因", "Reason";
    act_outcome: "结果", "Outcome";
    act_done: "完成", "Done";
    act_broken: "中断", "Broke off";
    act_refused: "未办成", "Refused";
    act_command_line: "命令行", "Command line";
    my_roles: "我的岗位", "My roles";
    whole_city: "全市", "Whole city";
    newest: "最新的", "Newest";
    earlier: "更早的", "Earlier";

    // Staff accounts
    staff_title: "工作人员", "Staff";
    staff_lead: "新增和重置在服务器上用 shimin staff 办理；离岗的人在这里停用，立刻生效。", "Accounts are made and reset on the server with shimin staff. Whoever leaves is disabled here, at once.";
    staff_roles: "岗位", "Roles";
    staff_state: "状态", "State";
    staff_active: "在用", "Active";
    staff_disabled: "已停用", "Disabled";
    staff_resting: "试错过多，暂停中", "Resting after wrong tries";
    staff_disable: "停用", "Disable";
    staff_disable_title(name: &str): "停用 {name} 的账号", "Disable the account of {name}";
    staff_disable_lead: "停用后立刻退出登录，之后只能在服务器上重新启用。", "They are signed out at once; only the server's command line can undo it.";
    staff_disable_go: "停用这个账号", "Disable this account";
    reason_label: "原因", "Reason";
    staff_reason_hint: "会写进操作记录，例如：3 月 2 日调离", "Goes into the log, for example: moved on 2 March";
}
