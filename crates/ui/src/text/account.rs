//! Words of signing in, real name, cards and one's own data.

crate::texts! {
    // Sign-in
    sign_in: "登录", "Sign in";
    sign_out: "退出登录", "Sign out";
    sign_in_title: "用手机号登录", "Sign in with your phone";
    sign_in_lead: "没有账号也一样，第一次登录就有了。", "No account needed: your first sign-in makes one.";
    phone_label: "手机号", "Phone number";
    phone_hint: "11 位，用来收验证码", "11 digits; we send a code to it";
    send_code: "发送验证码", "Send the code";
    code_title: "输入验证码", "Enter the code";
    code_sent_to(phone: &str): "已发到 {phone}，5 分钟内有效", "Sent to {phone}, valid for 5 minutes";
    code_label: "验证码", "Code";
    code_hint: "短信里的 6 位数字", "The 6 digits in the message";
    code_resend: "重新发送", "Send again";
    code_sandbox: "沙箱里的短信在这里看", "Read the sandbox's messages here";
    other_phone: "换一个手机号", "Use another number";
    code_never_tell: "验证码不要告诉任何人，工作人员也不会问您要。", "Never tell anyone the code; our staff will not ask for it.";
    signed_in: "登录好了", "You are signed in";

    // Real name
    real_name_title: "实名认证", "Confirm who you are";
    real_name_lead: "查自己的车、证和账单之前，要确认是您本人。由公安部门核对，只做一次。", "Before we show your car, licence and bills we make sure it is you. The police register checks it, once.";
    name_label: "姓名", "Name";
    name_hint: "和身份证上一样", "As on your ID card";
    resident_id_label: "身份证号", "Resident ID number";
    resident_id_hint: "18 位，最后一位可能是 X", "18 characters, the last may be X";
    real_name_submit: "核对", "Check";
    real_name_done: "已实名", "Confirmed";
    real_name_needed: "先完成实名认证", "Confirm who you are first";

    // Cards
    cards_title: "我的卡", "My cards";
    cards_lead: "添加一次，以后一点就能查、能缴。", "Add it once, then ask and pay with one tap.";
    cards_none_title: "还没有卡", "No cards yet";
    cards_none_detail: "添加车、驾驶证或缴费户号，就能查询和缴费。", "Add a car, a licence or a customer number to ask and to pay.";
    card_vehicles: "车辆", "Vehicles";
    card_licences: "驾驶证", "Driver licences";
    card_customers: "缴费户号", "Customer accounts";
    card_family: "家人", "Family";
    card_add_vehicle: "添加车辆", "Add a vehicle";
    card_add_licence: "添加驾驶证", "Add a licence";
    card_add_customer(service: &str): "添加户号：{service}", "Add an account: {service}";
    card_add_family: "添加家人", "Add a family member";
    card_remove: "移除", "Remove";
    card_remove_title(card: &str): "移除 {card}？", "Remove {card}?";
    card_remove_detail: "移除后不再查询和提醒，随时可以再添加。", "We stop asking about it. You can add it again at any time.";
    card_owner_self: "本人", "Mine";
    card_of(name: &str): "{name}的", "{name}'s";
    card_inspection_to(date: &str): "年检有效期到 {date}", "Inspection valid to {date}";
    card_licence_to(date: &str): "有效期到 {date}", "Valid to {date}";
    vehicle_title: "添加车辆", "Add a vehicle";
    vehicle_lead: "只能添加登记在您本人名下的车。", "Only vehicles registered to you can be added.";
    plate_label: "车牌号", "Plate";
    plate_hint: "例如 晋A00000，新能源车多一位", "For example 晋A00000; new-energy plates have one more";
    plate_kind_label: "号牌种类", "Kind of plate";
    vin_tail_label: "车架号后 6 位", "Last 6 of the VIN";
    vin_tail_hint: "在行驶证“车辆识别代号”一行", "On the vehicle licence, line “VIN”";
    vehicle_submit: "核对并添加", "Check and add";
    customer_lead: "自己家的、父母家的都能添加：户号和户主姓名对得上就行。", "Your own home's or your parents': the number and the holder's name must belong together.";
    customer_no_label: "户号", "Customer number";
    customer_no_hint(hint: &str, example: &str): "{hint}，例如 {example}", "{hint}; for example {example}";
    holder_tail_label: "户主姓名的最后一个字", "Last character of the holder's name";
    holder_tail_hint: "户主叫王小明，就填“明”", "That one character as on the bill, not the whole name";
    licence_title: "添加驾驶证", "Add a licence";
    licence_lead: "只能添加您本人的驾驶证，证号就是身份证号。", "Only your own licence can be added; its number is your ID number.";
    file_no_label: "档案编号", "File number";
    file_no_hint: "驾驶证副页上的 12 位数字", "12 digits on the second page of the licence";

    // Family and guardians
    family_title: "添加家人", "Add a family member";
    family_lead: "成年家人要在自己的手机上同意；未成年孩子由监护人添加。", "An adult agrees on their own phone; a child is added by the guardian.";
    family_who: "给谁添加", "For whom";
    family_adult: "成年家人", "An adult";
    family_adult_detail: "发出申请，等对方同意", "Ask, and wait for their answer";
    family_child: "我的孩子", "My child";
    family_child_detail: "未满 18 岁，由公安部门核对监护关系", "Under 18; the police register checks that you are the guardian";
    family_phone_hint: "家人登录这里用的手机号", "The number they sign in with";
    family_ask: "发出申请", "Send the request";
    family_wants(name: &str): "{name}想看您的", "{name} would like to see your";
    family_not_minor: "已满 18 岁，由本人同意就行", "Over 18: they can agree themselves";
    consent_asked: "等待同意", "Waiting";
    consent_given: "已同意", "Agreed";
    consent_ended: "已结束", "Ended";
    consent_grant: "同意", "Agree";
    consent_decline: "不同意", "Decline";
    consent_withdraw: "收回同意", "Withdraw";
    consent_since(date: &str): "{date} 同意", "Agreed {date}";
    consent_until(date: &str): "到 {date} 为止", "Until {date}";

    // My data
    me_title: "我的", "Me";
    my_data_title: "我的信息", "My data";
    access_title: "谁看过我的信息", "Who looked at my records";
    access_lead: "每一次查看都在这里，一条不少，谁也改不了。", "Every look is here. None is missing, and nobody can change it.";
    access_none_title: "还没有人看过", "Nobody has looked yet";
    access_none_detail: "一旦有人查看您的信息，包括您自己，这里马上就有。", "As soon as anyone looks, you included, it appears here.";
    access_own: "本人", "You";
    access_read: "查看", "Read";
    access_refused: "已拦下", "Stopped";
    access_self: "您本人", "Yourself";
    access_strange: "不认识？告诉我们", "Not familiar? Tell us";
    consents_title: "我同意过的", "What I agreed to";
    sessions_title: "登录的设备", "Signed-in devices";
    session_current: "这台", "This one";
    session_seen(age: &str): "最近使用：{age}", "Last used {age}";
    session_end: "退出", "Sign out";
    session_end_all: "全部退出", "Sign out everywhere";
    session_end_all_detail: "手机丢了就点这里。每台设备都要重新登录。", "Use this if a phone is lost. Every device must sign in again.";
    tokens_title: "API 令牌", "API tokens";
    tokens_lead: "给您自己的程序用。拿到令牌的程序能查您的信息，用完就收回。", "For programs of your own. A program with the token can read your records; withdraw it when done.";
    token_name_label: "用在哪里", "What it is for";
    token_name_hint: "例如 家里的电脑", "For example: computer at home";
    token_create: "生成令牌", "Create a token";
    token_shown_once: "令牌只显示这一次，现在就复制好。", "The token is shown only now; copy it.";
    token_revoke: "收回", "Withdraw";
    tokens_none: "还没有令牌", "No tokens yet";
    export_title: "下载我的信息", "Download my data";
    export_detail: "账号、卡、同意和查看记录，一个文件全带走。", "Account, cards, consents and access log, in one file.";
    export_button: "下载", "Download";
    delete_title: "注销账号", "Close my account";
    delete_detail: "手机号、实名信息和卡会删掉，不能恢复。部门里的档案不受影响。", "Phone number, verified name and cards are deleted for good. Records at departments stay as they are.";
    delete_confirm_label: "我明白，账号删掉后不能恢复", "I understand that this cannot be undone";
    delete_confirm_missing: "要注销，先勾选上面这一条", "Tick the box above to go on";
    delete_button: "注销账号", "Close my account";
    deleted: "账号已注销，信息已删除", "Your account is closed and your data deleted";
}
