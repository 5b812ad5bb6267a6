//! Words of the shell, the home page, cities, services, search, settings, help and the house's own statements.

crate::texts! {
    // The shell
    house: "市民之家", "Shimin";
    house_description: "一个入口办城市里的事：问部门、看来源、知时间。", "One door to your city's services: ask a department, see the source and the time.";
    title_error: "错误：", "Error: ";
    skip_to_content: "跳到正文", "Skip to content";
    back: "返回", "Back";
    help: "帮助", "Help";
    help_hotline(hotline: &str): "帮助 · 拨 {hotline}", "Help · call {hotline}";
    me: "我的", "Me";
    settings: "设置", "Settings";
    accessibility: "无障碍声明", "Accessibility";
    privacy: "隐私", "Privacy";
    status: "运行状态", "Status";
    footer_label: "网站信息", "About this site";
    text_size: "字号", "Text size";
    size_standard: "标准", "Standard";
    size_large: "大字", "Large";
    size_huge: "特大", "Huge";
    size_large_short: "大字版", "Larger";
    size_standard_short: "标准版", "Smaller";
    theme: "外观", "Appearance";
    theme_auto: "跟随手机", "As my phone";
    theme_light: "浅色", "Light";
    theme_dark: "深色", "Dark";
    language: "语言", "Language";
    sandbox_note: "示例数据 · 沙箱", "Sample data · sandbox";
    offline_banner: "网络断了。看到的是先前的内容，连上后再刷新。", "You are offline. This is what was loaded earlier; refresh once you are connected.";
    optional: "（选填）", "(optional)";
    busy: "正在办理…", "Working on it…";
    save: "保存", "Save";
    cancel: "取消", "Cancel";
    change: "修改", "Change";
    done: "完成", "Done";
    back_home: "回首页", "Back to home";
    all: "全部", "All";
    all_count(count: u64): "全部 {count} 项", "All {count}", "All {count}";
    more: "更多", "More";
    close: "收起", "Close";
    yes: "是", "Yes";
    no: "否", "No";
    pages: "翻页", "Pages";
    page_previous: "上一页", "Previous";
    page_next: "下一页", "Next";
    page_of(page: u32, pages: u32): "第 {page} 页，共 {pages} 页", "Page {page} of {pages}";
    show_table: "看数据表", "Show as a table";

    // City home
    home_title(city: &str): "{city}市民之家", "{city} · Citizens' Home";
    greeting(name: &str): "{name}，您好", "Hello, {name}";
    switch_city: "切换城市", "Switch city";
    sign_in_row_title: "登录后看自己的车、证和账单", "Sign in to see your car, licence and bills";
    sign_in_row_detail: "用手机号，一分钟", "With your phone number, one minute";
    add_card_row_title: "添加我的车、证或户号", "Add my car, licence or account";
    add_card_row_detail: "添加一次，以后一点就能查", "Add it once, then ask with one tap";
    common_services: "常用服务", "Common services";
    home_who_looked_title: "谁看过我的信息", "Who looked at my records";
    home_who_looked_detail: "每一次查看都有记录", "Every look is on record";
    city_soon_title(city: &str): "{city}正在准备", "{city} is getting ready";
    city_soon_detail: "服务还没有开通。急事可以拨打 12345 或去政务大厅。", "Services are not open yet. For urgent matters call 12345 or visit the service hall.";

    // City picker
    cities_title: "选择城市", "Choose a city";
    city_current: "现在", "Current";
    cities_open: "已开通", "Open";
    cities_soon: "即将开通", "Coming soon";
    city_recent: "最近去过", "Recent";
    city_service_count(count: u64): "{count} 项服务", "{count} service", "{count} services";
    city_in_preparation: "准备中", "In preparation";

    // Services and search
    services_title: "全部服务", "All services";
    search_label: "搜索服务", "Search services";
    search_placeholder: "搜索服务", "Search services";
    search_button: "搜索", "Search";
    search_title: "搜索", "Search";
    search_places: "地点", "Places";
    search_results(count: u64, query: &str): "“{query}”有 {count} 项", "{count} result for “{query}”", "{count} results for “{query}”";
    search_none_title(query: &str): "没有找到“{query}”", "Nothing found for “{query}”";
    search_none_detail: "换个说法试试，例如“罚单”“扣分”，也可以用拼音。还找不到，拨打 12345，有人帮您。", "Try other words, for example “fine” or “points”. Or call 12345, and someone will help.";
    search_closest: "也许是这些", "Perhaps one of these";
    search_hint: "可以输汉字、拼音或首字母", "Chinese, pinyin or initials";

    // Service start page
    start_what_you_get: "您会得到什么", "What you get";
    start_you_need: "需要准备", "What you need";
    start_steps: "怎么办", "How it goes";
    start_time_limit: "办理时间", "Time";
    start_fee: "费用", "Fee";
    start_run_by: "谁来办", "Run by";
    start_contact: "电话", "Telephone";
    start_legal_basis: "依据", "Legal basis";
    start_offline: "线下怎么办", "In person";
    start_if_wrong: "结果不对怎么办", "If the answer looks wrong";
    start_now: "开始查询", "Start";
    start_sign_in_first: "登录后开始", "Sign in to start";

    // Settings
    settings_title: "设置", "Settings";
    settings_saved: "已保存", "Saved";
    settings_size_hint: "选一个看着舒服的字号", "Pick a size that is comfortable to read";
    settings_sample: "今天天气不错，办事也要轻松。", "A fine day to get things done with ease.";

    // Help
    help_title: "帮助", "Help";
    help_call(hotline: &str): "拨打 {hotline}", "Call {hotline}";
    help_call_detail: "政务服务便民热线，24 小时有人接听", "The government service line, answered day and night";
    help_questions: "常见问题", "Common questions";
    help_q_code: "收不到验证码怎么办？", "What if the code does not arrive?";
    help_a_code: "等一分钟再点“重新发送”。看看短信是不是被拦截，或者手机号有没有写错。", "Wait a minute and send it again. Check that the message was not blocked and that the number is right.";
    help_q_source: "查到的信息从哪里来？", "Where do the answers come from?";
    help_a_source: "每个结果都直接来自主管部门，上面写着部门和时间。部门一时连不上，会显示上一次的结果和它的时间。", "Each answer comes straight from the department in charge, whose name and time stand on it. If it cannot be reached, you see the last answer and its age.";
    help_q_family: "能帮爸妈查吗？", "Can I ask for my parents?";
    help_a_family: "能。在“我的卡”里发出申请，爸妈在自己手机上同意就行，随时可以收回。", "Yes. Ask in “My cards”; they agree on their own phone and can take it back at any time.";
    help_q_wrong: "结果不对怎么办？", "What if an answer is wrong?";
    help_a_wrong: "每个结果页下面都写着找谁、怎么说。拿着页面上的编号，说起来最快。", "Each answer says below whom to turn to. Have the number on the page at hand.";
    help_q_size: "字太小，看不清？", "Is the text too small?";
    help_a_size: "点首页右上角的“大字版”，或者在设置里选“特大”。", "Tap “Larger” at the top of the home page, or choose “Huge” in the settings.";

    // Privacy, accessibility, status
    privacy_title: "隐私", "Privacy";
    privacy_lead: "一句话：您的信息只为您要办的事查一次，每一次都留下记录给您看。", "In one sentence: your data is read only for what you asked, and every reading is on record for you.";
    privacy_what_title: "我们存什么", "What we keep";
    privacy_what: "手机号、实名信息和您添加的卡，加密保存。查询结果只短时间保存，过时就删。", "Your phone number, your verified name and the cards you added, encrypted. Answers are kept for a short time and then deleted.";
    privacy_who_title: "谁能看", "Who can see it";
    privacy_who: "只有您，以及您同意过的家人。工作人员每看一次，都会出现在“谁看过我的信息”里。", "You, and family members you agreed to. Every look by staff appears in “Who looked at my records”.";
    privacy_choice_title: "您可以做什么", "What you can do";
    privacy_choice: "随时查看、下载、收回同意、注销账号，都在“我的信息”里。", "See, download, withdraw consent or close your account at any time, in “My data”.";
    privacy_cookies_title: "小饼干（Cookie）", "Cookies";
    privacy_cookies: "只有登录和字号、外观、语言的设置，没有广告，没有跟踪。", "Only for signing in and for text size, appearance and language. No advertising, no tracking.";
    accessibility_title: "无障碍声明", "Accessibility statement";
    accessibility_lead: "人人都能用，是这里的底线。", "Everyone must be able to use this.";
    accessibility_done_title: "已经做到", "What works";
    accessibility_done: "三种字号，最大 30 像素；深色外观；只用键盘也能办完；读屏软件能读；关掉脚本也能用。", "Three text sizes up to 30 pixels, a dark appearance, everything by keyboard, screen readers supported, and all of it works without scripts.";
    accessibility_known_title: "还没做好", "What does not work yet";
    accessibility_known: "部门给的照片里的文字读屏软件读不出来，旁边的文字说明写着同样的内容。", "Text inside department photographs cannot be read aloud; the words beside them say the same.";
    accessibility_tell_title: "用着不方便，告诉我们", "Tell us what gets in your way";
    accessibility_tell(hotline: &str): "拨打 {hotline}，说“市民之家无障碍”。", "Call {hotline} and say “Shimin accessibility”.";
    status_title: "运行状态", "Status";
    status_all_well: "一切正常", "Everything works";
    status_some_down(count: u64): "{count} 个部门暂时连不上", "{count} department cannot be reached", "{count} departments cannot be reached";
    status_some_shaky(count: u64): "{count} 个部门不太稳，多试一次", "{count} department is unsteady: try twice", "{count} departments are unsteady: try twice";
    status_up: "正常", "Works";
    status_slow: "不太稳", "Unsteady";
    status_down: "连不上", "Unreachable";
    status_unknown: "还没问过", "Not asked yet";
    status_last_ok(age: &str): "上次正常：{age}", "Last worked {age}";
}
