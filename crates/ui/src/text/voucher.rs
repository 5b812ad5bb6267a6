//! Words of a booking that exists: how it stands, its voucher, its end; and the persons one books for.

crate::texts! {
    bookings_title: "我的预约", "My bookings";
    bookings_row_detail: "挂号、窗口、门票、车票都在这里", "Doctors, counters, tickets and seats, all here";
    bookings_none_title: "还没有预约", "No bookings yet";
    bookings_none_detail: "约好以后，凭证和时间都在这里。", "Once you book, the voucher and the time are here.";
    bookings_live: "还没办的", "Ahead";
    bookings_past: "以前的", "Earlier";
    bookings_older: "更早的", "Older ones";
    booking_number: "预约号", "Booking number";

    // States, as a tag
    booking_state_held: "待确认", "To confirm";
    booking_state_booked: "已预约", "Booked";
    booking_state_paid: "已付款", "Paid";
    booking_state_checked_in: "已签到", "Checked in";
    booking_state_done: "已完成", "Done";
    booking_state_cancelled: "已取消", "Cancelled";
    booking_state_moved: "已改期", "Moved";
    booking_state_no_show: "没有到", "Missed";
    booking_state_expired: "已过期", "Expired";
    booking_state_stopped: "已停", "Called off";
    booking_state_declined: "没约成", "Declined";
    booking_state_refused: "没约成", "Turned down";

    // Headlines
    held_title: "号给您留着，还差一步", "It is kept for you; one step to go";
    held_pay_title: "号给您留着，付款就定下来", "It is kept for you; paying makes it yours";
    held_waits_title: "号给您留着，等对方同意", "It is kept for you while they agree";
    booked_title: "约好了", "It is booked";
    checked_in_title: "已签到，等叫号", "You are checked in; wait to be called";
    done_title: "已经办完", "Done";
    cancelled_title: "预约已取消", "The booking is cancelled";
    moved_title: "已经改到别的时间", "It was moved to another time";
    no_show_title: "这一次没有到", "You did not come";
    expired_title: "保留时间过了，号已经放回", "The time is over; it went back";
    declined_title: "没有约成：有一方没有同意", "Not booked: one of you did not agree";
    stopped_title: "这次取消了，不是您的原因", "It was called off; it is not your doing";
    refused_title(department: &str): "{department}没有接受这次预约", "{department} could not take this booking";

    // What follows
    hold_until(at: &str): "为您保留到{at}", "Kept for you until {at}";
    hold_soon: "还剩不到 2 分钟", "Less than 2 minutes left";
    hold_over: "时间到了，号可能已经放回。", "The time is over; it may have gone back.";
    hold_extend(minutes: u64): "延长 {minutes} 分钟（只有一次）", "{minutes} more minute (once)", "{minutes} more minutes (once)";
    hold_confirm: "确认预约", "Confirm the booking";
    hold_pay(amount: &str): "付款 {amount} 元", "Pay {amount} yuan";
    hold_give_up: "不要了，放回去", "Give it back";
    hold_paying: "付款没有完成。付过的话，几秒钟后就会显示。", "The payment is not complete. If you have paid, it shows within seconds.";
    booked_pay_later(amount: &str): "还要付 {amount} 元，到现场付，或者现在付。", "{amount} yuan to pay, there or now.";
    cancelled_refund(amount: &str): "退 {amount} 元，按原路退回。", "{amount} yuan come back the way they were paid.";
    cancelled_nothing: "没有要退的钱。", "There is nothing to pay back.";
    cancelled_free: "什么都没有扣。", "Nothing was charged.";
    no_show_detail: "按规定会记一次。觉得记错了，到窗口更正。", "By the rules it is put on record. If that is a mistake, have it corrected at the counter.";
    expired_detail: "什么都没有扣。您填的都还在，点一下就能重新约。", "Nothing was charged. What you filled in is still here: book again with one tap.";
    declined_detail: "时间已经让出来，不算违约。可以另约一个时间。", "The time is free for others again, and nobody is at fault. You can choose another one.";
    stopped_detail: "不算您违约。付过的钱全部退回。", "It does not count against you. Whatever you paid comes back in full.";
    refused_detail: "不算您违约。付过的钱全部退回，可以另选一个时间。", "It does not count against you. Whatever you paid comes back in full; choose another time.";
    moved_see: "看改后的预约", "See the new booking";
    book_again: "重新预约", "Book again";
    booking_see_refund: "看退款到哪一步", "Follow the refund";
    booking_see_voucher: "看预约凭证", "See the voucher";
    booking_see: "看预约", "See the booking";
    booking_see_payment: "看付款", "See the payment";

    // Voucher
    voucher_qr: "到了给工作人员扫一扫", "Have it scanned when you arrive";
    voucher_bring: "带好这些", "Bring";
    voucher_way: "怎么去", "How to get there";
    voucher_calendar: "加到手机日历", "Add to my calendar";
    voucher_keep: "存到手机，没网也能看", "Keep on this phone, for when there is no network";
    voucher_kept: "已存在这部手机，退出登录时删除", "Kept on this phone until you sign out";
    voucher_call_no(number: &str): "第 {number} 号", "Number {number}";
    voucher_department_no: "对方编号", "Their number";
    voucher_persons: "谁去", "For";
    voucher_at_gate(what: &str): "入口查验：{what}", "Checked at the gate: {what}";
    voucher_paid: "已付", "Paid";
    voucher_to_pay: "现场付", "To pay there";
    voucher_phone: "电话", "Telephone";
    voucher_seat(label: &str): "座位 {label}", "Seat {label}";

    // Cancelling and moving
    cancel_title: "取消预约", "Cancel the booking";
    cancel_what: "取消以后", "If you cancel";
    cancel_kept: "按规定扣", "Kept by the rules";
    cancel_back_how: "原路退回", "the way it was paid";
    cancel_late_detail: "来不了的话，打电话说一声，号可以留给别人。", "If you cannot come, call, so that somebody else can have it.";
    cancel_no_money: "没有付过钱，也不扣钱", "Nothing was paid and nothing is charged";
    cancel_until(at: &str): "{at} 以后就不能取消了", "After {at} it cannot be cancelled any more";
    cancel_button: "取消这次预约", "Cancel this booking";
    cancel_button_money(amount: &str): "取消，退回 {amount} 元", "Cancel, {amount} yuan back";
    cancel_not: "不取消", "Keep it";
    cancel_late_title: "已经过了可以取消的时间", "It is too late to cancel";
    held_instead(number: &str, back: &str): "付款以后换成这一个：原来的预约 {number} 到那时才退，付过的 {back} 元全部退回。不付款，原来的不变。", "Pay, and this one takes the place of booking {number}, whose {back} yuan come back in full. If you do not pay, that booking stands.";
    move_button: "改时间", "Move it";
    move_title: "改时间", "Move it";

    // Two persons
    consent_booking_title: "等您同意的预约", "A booking that waits for you";
    consent_booking_lead(name: &str): "{name}约了下面的时间，需要您一起同意。", "{name} has booked this and needs you to agree.";
    consent_booking_button: "同意一起预约", "I agree to this booking";
    consent_party_agreed: "已同意", "agreed";
    consent_party_waits: "等对方同意", "has not agreed yet";
    decline_title: "不想一起预约？", "Not what you want?";
    decline_detail: "不同意以后，这个时间马上让出来，对方会收到短信。要再约，只能重新选时间。", "If you say no, the time is given up at once and the other person gets a text message. To book again, a new time has to be chosen.";
    decline_button: "不同意这次预约", "I do not agree";
    consent_party_own: "等您同意", "waits for you";
    consent_share: "让对方登录市民之家，打开“我的预约”就能看到；也可以把这个网址发过去。", "They sign in and find it under “My bookings”; or send them this address.";

    // Query without sign-in
    query_booking_title: "预约查询", "Look up a booking";
    query_booking_lead: "不用登录，凭预约号和身份证后四位查。", "Without signing in: by number and the last four of the ID.";
    query_booking_number_hint: "12 位数字，短信和凭证上都有", "12 digits, in the text message and on the voucher";
    query_booking_number_wrong: "预约号没写对：一共 12 位数字，看看短信或凭证", "This is not a booking number: it has 12 digits; look at the message or the voucher";
    query_booking_tail_wrong: "填身份证号的最后 4 位", "The last 4 characters of the ID number";
    query_booking_tail: "身份证号后 4 位", "Last 4 of the ID number";
    query_booking_tail_hint: "最后一位是 X 的，也填 X", "With the X, if it ends in one";
    query_booking_button: "查询", "Look up";
    query_booking_none_title: "没有查到", "Nothing found";
    query_booking_none_detail: "核对一下预约号和身份证后四位。还查不到，打电话问约的地方。", "Check the number and the last four of the ID. If it is still not found, call the place.";

    // Persons one books for
    companions_title: "同行人和就诊人", "People I book for";
    companions_lead(max: u64): "最多 {max} 人。姓名和身份证要与本人一致，看病、进门时会核对。", "Up to {max}. Name and ID number must be theirs; they are checked at the counter and the gate.";
    companions_none: "还没有添加", "Nobody yet";
    companions_full(max: u64): "已经有 {max} 人。移除一位，才能再添加。", "There are {max} already. Remove one to add another.";
    companion_add: "添加一位", "Add a person";
    companion_relation: "是您的什么人", "Who they are to you";
    companion_child: "孩子", "Child";
    companion_parent: "父母", "Parent";
    companion_spouse: "配偶", "Husband or wife";
    companion_other: "其他家人", "Other family";
    companion_remove: "移除", "Remove";
    companion_added: "已添加", "Added";
    companions_link: "管理同行人和就诊人", "Manage the people I book for";
}
