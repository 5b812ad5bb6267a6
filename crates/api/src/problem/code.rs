//! Every code of a problem, with what happened and how to mend it, in both languages. A test compares it with what the
//! engine says; another with the refusals of bookings.

/// A code, its status, and `[title, detail]` in Chinese and English.
pub struct Code {
    pub code: &'static str,
    pub zh_cn: [&'static str; 2],
    pub en: [&'static str; 2],
}

macro_rules! codes {
    ($($code:literal [$zh_title:literal, $zh:literal] [$en_title:literal, $en:literal];)*) => {
        /// Every code that the API can answer with.
        pub static CODES: &[Code] = &[$(Code { code: $code, zh_cn: [$zh_title, $zh], en: [$en_title, $en] }),*];
    };
}

codes! {
    "not_found" ["没有找到", "核对地址和编号；不属于您的内容也显示为没有找到。"]
        ["Not found", "Check the path and the ids. What belongs to somebody else is not found either."];
    "invalid" ["有内容需要改正", "改正下列各项后重新提交。"]
        ["Something to correct", "Correct the fields below and send again."];
    "sign_in_needed" ["需要登录", "在 Authorization 头里带上令牌：Bearer 加令牌。"]
        ["Sign in first", "Send the token in the header: Authorization: Bearer <token>."];
    "real_name_needed" ["需要实名", "先用 POST /api/v1/real-name 完成实名认证。"]
        ["Real-name check needed", "Pass the real-name check first: POST /api/v1/real-name."];
    "too_many" ["操作太频繁", "过一会儿再试，等待秒数见 retry_after_s。"]
        ["Too many tries", "Wait for the seconds in retry_after_s, then try again."];
    "idempotency_key_reused" ["幂等键已用过", "这个 Idempotency-Key 已用于另一个请求，换一个新的。"]
        ["Key already used", "This Idempotency-Key was used for another request: take a new one."];
    "bad_idempotency_key" ["幂等键格式不对", "Idempotency-Key 为 8 至 64 个字母、数字、- 或 _。"]
        ["Not an idempotency key", "Idempotency-Key has 8 to 64 letters, digits, - and _."];
    "card_not_in_force" ["这张卡现在不能用", "家人收回了同意，或者孩子已满 18 岁；换一张卡。"]
        ["The card is not in force", "The consent was withdrawn, or the ward has come of age: use another card."];
    "nothing_to_pay" ["没有要缴的", "rows 里写要缴的账单，或者用 amount 充值；已经缴清的不用再缴。"]
        ["Nothing to pay", "Name bills in rows, or an amount to top up. What is paid needs no payment."];
    "bill_not_payable" ["这条现在不用缴", "可能已经缴过，或者情况变了；重新查询后再报价。"]
        ["Not payable now", "It may be paid, or have changed. Ask for the records again, then for a quote."];
    "oldest_first" ["前面还有没缴的账单", "这家单位从最早的一期收起：把前面的也写进 rows。"]
        ["There are earlier bills", "This biller takes the oldest first: name the earlier rows as well."];
    "accept_own_only" ["处罚决定要本人接受", "驾驶人用自己的账号接受；决定作出以后家人可以缴。"]
        ["Only the driver accepts a decision", "The driver accepts with their own account. Once there is a decision, family can pay it."];
    "accept_refused" ["部门没有作出决定", "可能正在异议，或者要到窗口办；没有扣款，重新查询看看。"]
        ["No decision was made", "It may be contested, or need a counter. Nothing was charged; ask for the records again."];
    "amount_changed" ["金额变了", "没有扣款。重新报价，核对后用新的金额再提交。"]
        ["The amount has changed", "Nothing was charged. Ask for a new quote, check it, and send the new total."];
    "bill_open_elsewhere" ["有人正在付这张账单", "等几分钟再试；对方没有付完就可以付。"]
        ["Somebody is paying this bill", "Try again in a few minutes. If they do not finish, you can pay."];
    "bill_paid" ["这张账单已经缴了", "不用再付，单位入账后账单会更新。"]
        ["This bill has been paid", "There is nothing to pay; the list is updated once it is booked."];
    "payment_not_now" ["付款已经不在这一步", "查看付款的现状，再决定怎么办。"]
        ["The payment has moved on", "Look at the payment, and decide again."];
    "refund_already_asked" ["已经申请退款", "查看付款里的退款进展，不用再申请。"]
        ["A refund is asked for already", "Follow it at the payment; it need not be asked for again."];
    "refund_too_much" ["退不了这么多", "重新查看可以退的数，再提交。"]
        ["More than can go back", "Look again at what can go back, then send that."];
    "refund_not_now" ["现在不能退", "付款入账以后才能退；查看付款的现状。"]
        ["Not to be given back now", "Only what was booked can go back. Look at the payment."];
    "nothing_to_return" ["没有可以退的余额", "只能退在这里充进去、还没有用掉的钱；其他的到窗口办。"]
        ["Nothing can go back", "Only what was topped up here and not used can. For the rest, go to a counter."];
    "autopay_set" ["已经设了自动缴费", "先停掉原来的，再设新的。"]
        ["Set already", "Stop the standing order that there is, then set another."];
    "provider_without_autopay" ["这个渠道不能自动扣款", "换一个支付渠道。"]
        ["This provider does not debit by itself", "Choose another provider."];
    "sold_out" ["没有了", "不够这么多，free 是还剩的；nearest 里是最近的空位，或者加入候补。"]
        ["Sold out", "Not so many are left: see free. What is near is in nearest, or join the waiting list."];
    "taken" ["刚刚被别人占了", "换一个：nearest 里是最近的空位。"]
        ["Just taken", "Choose another one: what is near is in nearest."];
    "no_such_unit" ["没有这个号", "重新查看当天的号源和座位。"]
        ["No such number", "Look again at the units of the day."];
    "over_quota" ["超出可以约的数", "quota_of 说明是哪一种限额，max 是上限；用掉或者取消以后再约。"]
        ["Over the quota", "quota_of says of what, max how many. Use or cancel one, then book again."];
    "same_half_day" ["同一半天已约这位医生", "同一位医生半天只看一次；换一个半天，或者换一位。"]
        ["Once in a half-day", "One sees the same doctor once in a half-day: take another half-day, or another doctor."];
    "one_live_booking_per_matter" ["这件事已经约了", "先改期或取消已有的预约。"]
        ["Booked already for this matter", "Exchange or cancel the booking that there is."];
    "too_early" ["还没有放号", "opens_at 是放号时间，到时再约。"]
        ["Not open yet", "It opens at opens_at: claim it then."];
    "too_late" ["已经截止", "closed_at 是截止时间；另选一个时间。"]
        ["Too late", "It closed at closed_at: choose another time."];
    "closed_day" ["当天不办理", "next_on 是下一个办理日。"]
        ["Closed on that day", "The next day on which the place works is next_on."];
    "blocked_until" ["现在不能预约", "因为失约或取消太多，until_on 以后可以再约；现场窗口不受影响，记录有误可以要求更正。"]
        ["Booking is blocked", "After too many faults, until until_on. The counter is open all the same; a wrong record can be corrected."];
    "age" ["年龄不在范围内", "age_min 和 age_max 是范围；孩子由监护人到窗口办理。"]
        ["Outside the ages", "age_min and age_max are the limits. For children a guardian comes to the counter."];
    "hold_expired" ["保留时间已过", "号已经放回，填写的内容可以再用：重新选一个。"]
        ["The hold has run out", "The unit has gone back. What was filled in can be sent again for another one."];
    "already_extended" ["已经延长过", "保留时间只能延长一次；现在就确认或付款。"]
        ["Extended already", "A hold is extended once: confirm or pay now."];
    "consent_missing" ["还有人没有同意", "对方用自己的账号登录，在这笔预约上同意。"]
        ["Somebody has not agreed", "They sign in with their own account and agree to this booking."];
    "no_such_party" ["预约里没有这一位", "核对预约的当事人。"]
        ["No such party", "Look at the parties of the booking."];
    "payment_needed" ["需要先付款", "amount_fen 是应付的钱：POST …/payments。"]
        ["To be paid first", "amount_fen is owed: POST …/payments."];
    "wrong_amount" ["金额不对", "amount_fen 是应付的钱，多付或少付的会退回。"]
        ["Not the amount", "amount_fen is owed. What was paid otherwise goes back."];
    "not_yet" ["还没到时间", "opens_at 以后再来。"]
        ["Not yet", "From opens_at on."];
    "already_used" ["已经用过", "一份预约只能用一次。"]
        ["Used already", "A booking is used once."];
    "stopped" ["停了", "不是您的原因，付的钱会全部退回；另约一个时间。"]
        ["Called off", "Nobody is blamed, and what was paid goes back whole. Book another time."];
    "no_more_moves" ["不能再改了", "改期次数已用完；可以取消后另约。"]
        ["Exchanged often enough", "It can still be cancelled and booked anew."];
    "wrong_state" ["现在这一步做不了", "预约的状态是 state，查看它的 can。"]
        ["Not possible now", "The booking is in state: look at its can."];
    "full" ["里面人满了", "等有人出来再进，门票有效。"]
        ["Full just now", "Wait until somebody has left. The ticket stays good."];
    "proof_missing" ["缺少优惠证件", "出示证件，或补 amount_fen。"]
        ["A paper is missing", "Show it, or pay amount_fen more."];
    "too_tall" ["身高超过优惠标准", "height_cm_max 是上限；补 amount_fen。"]
        ["Too tall for the price", "height_cm_max is the limit: pay amount_fen more."];
    "jurisdiction" ["要到另一处办理", "registry 为 household：到一方户籍地；designated：到省里指定的登记处。"]
        ["Another registry is responsible", "household: where one of the two is registered. designated: one named by the province."];
    "same_person" ["两位是同一个人", "填写另一位的姓名和身份证号。"]
        ["The same person twice", "Give the other one's name and resident ID."];
    "no_such_stop" ["这一班不走这一段", "重新查看班次的站点。"]
        ["Not a way of this trip", "Look again at the stops of the trip."];
    "booking_changed" ["预约有变化", "重新查看这笔预约，再决定。"]
        ["The booking has changed", "Look at it again, and decide again."];
    "may_not_marry" ["登记信息不符合条件", "两位核对自己的婚姻状况，有误到登记处更正。"]
        ["The register does not allow it", "Both check their marital status; a mistake is mended at the registry."];
    "own_only" ["只能给自己约", "persons 里只写 own。"]
        ["For oneself only", "Write own in persons, and nobody else."];
    "too_many_companions" ["常用同行人满了", "先移除一位，再添加。"]
        ["No more companions", "Remove one, then add another."];
    "claim_queue" ["排队中", "什么都没有占用；wait.ahead 是前面的人数。过 retry_after_s 秒带上 wait.turn 再提交，位置不变；有 wait.bits 的，趁排队算出 solution。"]
        ["In the queue", "Nothing was taken. wait.ahead is how many come before. Send it again with wait.turn after retry_after_s: the place is kept. Where there is wait.bits, find the solution meanwhile."];
    "free_now" ["现在就有空位", "不用候补，直接预约。"]
        ["There is something free", "No need to wait: claim it."];
    "too_many_waiting" ["候补的太多了", "先退出一处候补，再加入。"]
        ["Waiting for too much", "Leave one list, then join another."];
    "draw_closed" ["摇号已经截止", "不能再退出；没中签不影响别的预约。"]
        ["The draw is closed", "It cannot be left any more. Not winning costs nothing."];
    "provider" ["支付渠道暂时没有应答", "没有扣款。换一个渠道，或者过一会儿再试。"]
        ["The payment provider does not answer", "Nothing was charged. Choose another one, or try again in a while."];
    "service" ["这项服务现在不能用", "这座城市暂时撤下了它，过一会儿再试。"]
        ["The service is not available", "The city has taken it down for now. Try again later."];
    "sms" ["短信暂时发不出去", "过一会儿再试，什么都没有丢。"]
        ["The message cannot be sent now", "Try again in a while; nothing is lost."];
    "already_verified" ["已经实名", "这个账号已经通过实名认证，不用再做。"]
        ["Already verified", "This account has passed the real-name check already."];
    "register" ["登记部门暂时没有应答", "您填写的内容没有丢失，过一会儿再试。"]
        ["The register does not answer", "Nothing was lost. Try again in a while."];
    "department" ["部门暂时没有应答", "过一会儿再试，或拨打部门电话。"]
        ["The department does not answer", "Try again in a while, or call the department."];
    "card_unmatched" ["证件信息对不上了", "部门用这张卡上的信息查不到；重新绑定，或解绑这张卡。"]
        ["The card no longer matches", "The department knows nothing under this card: bind it anew, or remove it."];
    "evidence" ["证据图片暂时取不到", "过一会儿再试，或拨打部门电话。"]
        ["The evidence cannot be fetched now", "Try again in a while, or call the department."];
    "store" ["系统繁忙", "过一会儿再试，已提交的内容不会重复办理。"]
        ["Busy", "Try again in a while. What was already done is not done twice."];
    "internal" ["系统出了问题", "我们已记录，过一会儿再试。"]
        ["Our mistake", "It has been written down. Try again in a while."];
    "bad_request" ["请求无法读取", "核对请求的格式。"]
        ["The request cannot be read", "Check the form of the request."];
    "bad_json" ["JSON 无法读取", "核对字段名称和类型。"]
        ["The JSON cannot be read", "Check the names and types of the fields."];
    "unsupported_media_type" ["内容类型不支持", "用 Content-Type: application/json。"]
        ["Content type not supported", "Use Content-Type: application/json."];
    "payload_too_large" ["内容太大", "请求内容最多 16 KB。"]
        ["Too large", "A request has at most 16 kB."];
    "method_not_allowed" ["方法不支持", "这个地址不支持该方法。"]
        ["Method not allowed", "This path does not know that method."];
}
